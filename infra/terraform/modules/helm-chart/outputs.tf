locals {
  # As the chart names its resources and ports (templates/_names.tpl, templates/services.yaml), with what the values say of it.
  name_given      = reverse(concat([""], [for values in local.documents : values.nameOverride if can(values.nameOverride)]))[0]
  full_name_given = reverse(concat([""], [for values in local.documents : values.fullnameOverride if can(values.fullnameOverride)]))[0]
  name            = trimsuffix(substr(try(coalesce(local.name_given), "pay-log-aggregator"), 0, 40), "-")
  full_name_made  = strcontains(var.release_name, local.name) ? var.release_name : "${var.release_name}-${local.name}"
  full_name       = trimsuffix(substr(try(coalesce(local.full_name_given), local.full_name_made), 0, 44), "-")
  api_port        = reverse(concat([8000], [for values in local.documents : values.api.service.port if can(values.api.service.port)]))[0]
}

output "release_name" {
  description = "Name of the release."
  value       = helm_release.this.name
}

output "namespace" {
  description = "Namespace of the release."
  value       = helm_release.this.namespace
}

output "status" {
  description = "Status of the release, `deployed` if all went well."
  value       = helm_release.this.status
}

output "chart_version" {
  description = "Version of the chart."
  value       = local.chart_version
}

output "api_url" {
  description = "Address of the API inside the cluster."
  value       = "http://${local.full_name}-api.${var.namespace}.svc:${local.api_port}"
}

output "values" {
  description = "What is passed to the chart, as YAML, later ones over earlier ones. Sensitive, so that nothing prints it."
  sensitive   = true
  value       = local.values
}
