locals {
  checkout_chart = "${path.module}/../../helm/pay-log-aggregator"
}

module "pay_log_aggregator" {
  source = "../modules/helm-chart"

  release_name     = var.release_name
  namespace        = coalesce(var.namespace, "paylog-${var.environment}")
  create_namespace = var.create_namespace

  chart            = coalesce(var.chart, local.checkout_chart)
  chart_repository = var.chart_repository
  chart_version    = var.chart_version

  # The environments are those of the chart; what Terraform adds is what belongs to one installation.
  values_files = concat(["${local.checkout_chart}/values-${var.environment}.yaml"], var.values_files)
  extra_values = var.extra_values

  # Its rules hold for what every input makes of the values together.
  environment = var.environment

  image            = var.image
  settings         = var.settings
  kafka            = var.kafka
  elasticsearch    = var.elasticsearch
  api_replicas     = var.api_replicas
  indexer_replicas = var.indexer_replicas
  ingress          = var.ingress
  gateway          = var.gateway
  network_policy   = var.network_policy
  priority_class   = var.priority_class
  tracing_endpoint = var.tracing_endpoint
  monitoring       = var.monitoring
  setup_job        = var.setup_job
  setup_secrets    = var.setup_secrets

  timeout_seconds     = var.timeout_seconds
  rollback_on_failure = var.environment != "dev"
  max_history         = var.max_history
}
