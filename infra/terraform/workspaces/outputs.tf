output "environment" {
  description = "The environment."
  value       = var.environment
}

output "release_name" {
  description = "Name of the release."
  value       = module.pay_log_aggregator.release_name
}

output "namespace" {
  description = "Namespace of the release."
  value       = module.pay_log_aggregator.namespace
}

output "status" {
  description = "Status of the release, `deployed` if all went well."
  value       = module.pay_log_aggregator.status
}

output "chart_version" {
  description = "Version of the chart."
  value       = module.pay_log_aggregator.chart_version
}

output "api_url" {
  description = "Address of the API inside the cluster."
  value       = module.pay_log_aggregator.api_url
}

output "values" {
  description = "What is passed to the chart, as YAML, later ones over earlier ones. Sensitive: `terraform output -json values` shows it."
  sensitive   = true
  value       = module.pay_log_aggregator.values
}
