# staging.tfvars as it stands: terraform test -var-file=staging.tfvars -filter=tests/staging.tftest.hcl
mock_provider "helm" {
  mock_resource "helm_release" {
    defaults = { status = "deployed" }
  }
}

run "staging" {
  assert {
    condition     = output.environment == "staging" && output.release_name == "pay-log-aggregator" && output.namespace == "paylog-staging"
    error_message = "The names of staging."
  }
  assert {
    condition     = output.status == "deployed" && output.api_url == "http://pay-log-aggregator-api.paylog-staging.svc:8000"
    error_message = "The outputs of staging."
  }
  assert {
    condition     = yamldecode(output.values[0]).config.DATA_SET == "staging"
    error_message = "values-staging.yaml comes first."
  }
  assert {
    condition     = yamldecode(output.values[1]).kafka.tls.enabled && startswith(yamldecode(output.values[1]).elasticsearch.url, "https://")
    error_message = "staging speaks TLS."
  }
}
