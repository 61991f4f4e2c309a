# What prod refuses.
mock_provider "helm" {}

variables {
  environment  = "prod"
  kube_context = "prod-eu-central-1"
}

run "kube_context_of_a_laptop" {
  command = plan

  variables {
    kube_context = "minikube"
  }

  expect_failures = [var.kube_context]
}

run "kube_context_of_staging" {
  command = plan

  variables {
    kube_context = "staging-eu-central-1"
  }

  expect_failures = [var.kube_context]
}

run "tag_that_moves" {
  command = plan

  variables {
    image = { tag = "main" }
  }

  expect_failures = [var.image]
}

run "retention_too_short" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "30" }
  }

  expect_failures = [var.settings]
}

run "retention_not_a_number" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "a year" }
  }

  expect_failures = [var.settings]
}

run "debug_log" {
  command = plan

  variables {
    settings = { LOG_LEVEL = "debug" }
  }

  expect_failures = [var.settings]
}

run "kafka_without_tls" {
  command = plan

  variables {
    kafka = { tls = false }
  }

  expect_failures = [var.kafka]
}

run "kafka_two_brokers" {
  command = plan

  variables {
    kafka = { brokers = ["a:9093", "b:9093"] }
  }

  expect_failures = [var.kafka]
}

run "elasticsearch_without_tls" {
  command = plan

  variables {
    elasticsearch = { url = "http://es:9200" }
  }

  expect_failures = [var.elasticsearch]
}

run "elasticsearch_without_login" {
  command = plan

  variables {
    elasticsearch = { auth_type = "none" }
  }

  expect_failures = [var.elasticsearch]
}

run "one_api_pod" {
  command = plan

  variables {
    api_replicas = { min = 1, max = 4 }
  }

  expect_failures = [var.api_replicas]
}

run "ingress_without_certificate" {
  command = plan

  variables {
    ingress = { hosts = ["logs.example.com"] }
  }

  expect_failures = [var.ingress]
}

run "retention_for_ever" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "0" }
  }

  assert {
    condition     = yamldecode(output.values[1]) == { config = { RETENTION_DAYS = "0" } }
    error_message = "0 keeps records for ever."
  }
}
