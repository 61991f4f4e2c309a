locals {
  is_directory = var.chart_repository == null && !startswith(var.chart, "oci://")

  # What the chart is made of. The provider looks at the version of a chart in a directory and not at its files: their hash stands in the
  # release's description, so that a change of a template is a change of the plan.
  chart_files = local.is_directory ? sort(concat(
    ["Chart.yaml", "values.yaml"],
    tolist(fileset(var.chart, "values.schema.json")),
    tolist(fileset(var.chart, "templates/**")),
    tolist(fileset(var.chart, "files/**")),
  )) : []
  chart_hash    = sha256(join("\n", [for file in local.chart_files : "${file} ${filesha256("${var.chart}/${file}")}"]))
  chart_version = local.is_directory ? yamldecode(file("${var.chart}/Chart.yaml")).version : var.chart_version
  description   = local.is_directory ? "chart ${local.chart_version}, files ${substr(local.chart_hash, 0, 12)}" : "chart ${local.chart_version}"

  # The same number for fewest and most pods is a fixed number. (null == null is true: no number is not a fixed number.)
  api_fixed     = var.api_replicas.min != null && var.api_replicas.min == var.api_replicas.max
  indexer_fixed = var.indexer_replicas.min != null && var.indexer_replicas.min == var.indexer_replicas.max

  # In Helm a null removes a value of the chart: inputs that are null must not be passed at all.
  groups = {
    image = { for key, value in {
      registry = var.image.registry
      tag      = var.image.tag
    } : key => value if value != null }

    kafka = merge(
      { for key, value in {
        brokers    = var.kafka.brokers
        topic      = var.kafka.topic
        group      = var.kafka.group
        partitions = var.kafka.partitions
      } : key => value if value != null },
      { for key, value in {
        tls = { for key, value in {
          enabled  = var.kafka.tls
          caSecret = var.kafka.ca_secret
        } : key => value if value != null }
        sasl = { for key, value in {
          mechanism      = var.kafka.sasl_mechanism
          username       = var.kafka.sasl_username
          existingSecret = var.kafka.sasl_secret
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    elasticsearch = merge(
      { for key, value in { url = var.elasticsearch.url } : key => value if value != null },
      { for key, value in {
        tls = { for key, value in { caSecret = var.elasticsearch.ca_secret } : key => value if value != null }
        auth = { for key, value in {
          type           = var.elasticsearch.auth_type
          username       = var.elasticsearch.username
          existingSecret = var.elasticsearch.auth_secret
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    api = merge(
      { for key, value in { replicas = local.api_fixed ? var.api_replicas.min : null } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.api_digest } : key => value if value != null }
        autoscaling = { for key, value in {
          enabled     = var.api_replicas.min == null && var.api_replicas.max == null ? null : !local.api_fixed
          minReplicas = local.api_fixed ? null : var.api_replicas.min
          maxReplicas = local.api_fixed ? null : var.api_replicas.max
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    indexer = merge(
      { for key, value in { replicas = local.indexer_fixed ? var.indexer_replicas.min : null } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.indexer_digest } : key => value if value != null }
        autoscaling = { for key, value in {
          mode        = local.indexer_fixed ? "none" : var.indexer_replicas.mode
          minReplicas = local.indexer_fixed ? null : var.indexer_replicas.min
          maxReplicas = local.indexer_fixed ? null : var.indexer_replicas.max
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    setupJob = merge(
      { for key, value in { enabled = var.setup_job } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.cli_digest } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    ingress = { for key, value in {
      enabled     = var.ingress.enabled
      className   = var.ingress.class_name
      hosts       = var.ingress.hosts
      annotations = var.ingress.annotations
      tls         = var.ingress.tls_secret == null ? null : [{ secretName = var.ingress.tls_secret, hosts = var.ingress.hosts }]
    } : key => value if value != null }

    tracing = { for key, value in { endpoint = var.tracing_endpoint } : key => value if value != null }

    monitoring = merge(
      { for key, value in { labels = var.monitoring.labels } : key => value if value != null },
      { for key, value in {
        serviceMonitor = { for key, value in { enabled = var.monitoring.service_monitor } : key => value if value != null }
        prometheusRule = { for key, value in { enabled = var.monitoring.prometheus_rule } : key => value if value != null }
        dashboards     = { for key, value in { enabled = var.monitoring.dashboards } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    config = var.settings
  }

  inputs = merge(
    { for key, value in local.groups : key => value if length(value) > 0 },
    { for key, value in {
      imagePullSecrets = var.image.pull_secrets == null ? null : [for name in var.image.pull_secrets : { name = name }]
    } : key => value if value != null },
  )

  values = concat(
    [for file in var.values_files : file(file)],
    length(local.inputs) > 0 ? [yamlencode(local.inputs)] : [],
    length(var.extra_values) > 0 ? [yamlencode(var.extra_values)] : [],
  )
}

resource "helm_release" "this" {
  name             = var.release_name
  namespace        = var.namespace
  create_namespace = var.create_namespace

  chart       = var.chart
  repository  = var.chart_repository
  version     = local.is_directory ? null : var.chart_version
  description = local.description
  values      = local.values

  # The schema of the chart is checked when planning.
  lint = true

  # Done means that all pods are ready.
  wait            = true
  wait_for_jobs   = true
  timeout         = var.timeout_seconds
  atomic          = var.rollback_on_failure
  cleanup_on_fail = true
  max_history     = var.max_history
}
