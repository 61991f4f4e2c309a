# dev.tfvars as it stands: terraform test -var-file=dev.tfvars -filter=tests/dev.tftest.hcl
mock_provider "helm" {
  mock_resource "helm_release" {
    defaults = { status = "deployed" }
  }
}

run "dev" {
  assert {
    condition     = output.environment == "dev" && output.release_name == "pay-log-aggregator" && output.namespace == "paylog-dev"
    error_message = "The names of dev."
  }
  assert {
    condition     = output.status == "deployed" && output.api_url == "http://pay-log-aggregator-api.paylog-dev.svc:8000"
    error_message = "The outputs of dev."
  }
  assert {
    condition     = yamldecode(output.values[0]).config.DATA_SET == "dev"
    error_message = "values-dev.yaml comes first."
  }
  assert {
    condition     = length(output.values) == 1
    error_message = "dev is values-dev.yaml and nothing else."
  }
}
