locals {
  # As the chart names its resources and ports (templates/_names.tpl, templates/services.yaml), with what the values say of it.
  given = [for text in local.values : yamldecode(text)]
  full_name_given = concat(
    [strcontains(var.release_name, "pay-log-aggregator") ? var.release_name : "${var.release_name}-pay-log-aggregator"],
    [for values in local.given : values.fullnameOverride if try(values.fullnameOverride, "") != ""],
  )
  full_name = trimsuffix(substr(element(local.full_name_given, length(local.full_name_given) - 1), 0, 44), "-")
  api_ports = concat([8000], [for values in local.given : values.api.service.port if can(values.api.service.port)])
  api_port  = element(local.api_ports, length(local.api_ports) - 1)
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
  description = "What is passed to the chart, as YAML, later ones over earlier ones. No secrets: no input takes one."
  value       = local.values
}
