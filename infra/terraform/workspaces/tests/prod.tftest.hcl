# prod.tfvars as it stands: terraform test -var-file=prod.tfvars -filter=tests/prod.tftest.hcl
mock_provider "helm" {
  mock_resource "helm_release" {
    defaults = { status = "deployed" }
  }
}

run "prod" {
  assert {
    condition     = output.environment == "prod" && output.release_name == "pay-log-aggregator" && output.namespace == "paylog-prod"
    error_message = "The names of prod."
  }
  assert {
    condition     = output.status == "deployed" && output.api_url == "http://pay-log-aggregator-api.paylog-prod.svc:8000"
    error_message = "The outputs of prod."
  }
  assert {
    condition     = yamldecode(output.values[0]).config.DATA_SET == "prod"
    error_message = "values-prod.yaml comes first."
  }
  assert {
    condition     = yamldecode(output.values[1]).kafka.tls.enabled && startswith(yamldecode(output.values[1]).elasticsearch.url, "https://")
    error_message = "prod speaks TLS."
  }
  assert {
    condition     = tonumber(yamldecode(output.values[1]).config.RETENTION_DAYS) >= 365 && length(yamldecode(output.values[1]).kafka.brokers) >= 3
    error_message = "prod keeps twelve months and names three brokers."
  }
}
