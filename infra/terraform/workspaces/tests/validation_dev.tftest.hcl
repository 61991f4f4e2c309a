# What every environment refuses, and what dev may.
mock_provider "helm" {}

variables {
  environment  = "dev"
  kube_context = "kind-paylog"
}

run "environment" {
  command = plan

  variables {
    environment = "qa"
  }

  expect_failures = [var.environment]
}

run "kube_context_empty" {
  command = plan

  variables {
    kube_context = " "
  }

  expect_failures = [var.kube_context]
}

run "kube_context_of_production" {
  command = plan

  variables {
    kube_context = "prod-eu-central-1"
  }

  expect_failures = [var.kube_context]
}

run "dev_may" {
  command = plan

  variables {
    image         = { tag = "main" }
    settings      = { RETENTION_DAYS = "7", LOG_LEVEL = "debug" }
    kafka         = { brokers = ["kafka:9092"], tls = false }
    elasticsearch = { url = "http://es:9200", auth_type = "none" }
    api_replicas  = { min = 1, max = 1 }
    ingress       = { enabled = true, hosts = ["logs.localhost.localdomain"] }
  }

  assert {
    condition     = output.environment == "dev" && output.namespace == "paylog-dev"
    error_message = "What production refuses is for trying in dev."
  }
}
