# What is wrong with all values together, whatever input they come from. The messages are compared by tests/deploy/terraform-rules.test.ts.
mock_provider "helm" {}

variables {
  chart        = "../../../helm/pay-log-aggregator"
  environment  = "prod"
  values_files = ["../../../helm/pay-log-aggregator/values-prod.yaml"]
}

run "prod_as_it_is" {
  command = plan

  assert {
    condition     = length(helm_release.this.values) == 1
    error_message = "Nothing is wrong with values-prod.yaml."
  }
}

# values-prod.yaml says nothing of INDEX_DAYS_PAST, which is 400 then.
run "prod_retention_below_days_past" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "365" }
  }

  expect_failures = [helm_release.this]
}

run "prod_retention_with_days_past" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "365", INDEX_DAYS_PAST = "365" }
  }
}

run "prod_retention_for_ever" {
  command = plan

  variables {
    settings = { RETENTION_DAYS = "0" }
  }
}

run "retention_of_the_indexer_below_days_past" {
  command = plan

  variables {
    extra_values = { indexer = { config = { INDEX_DAYS_PAST = 401 } } }
  }

  expect_failures = [helm_release.this]
}

run "staging_retention_below_days_past" {
  command = plan

  variables {
    environment  = "staging"
    values_files = ["../../../helm/pay-log-aggregator/values-staging.yaml"]
    settings     = { RETENTION_DAYS = "29" }
  }

  expect_failures = [helm_release.this]
}

run "dev_retention_below_days_past" {
  command = plan

  variables {
    environment  = "dev"
    values_files = ["../../../helm/pay-log-aggregator/values-dev.yaml"]
    settings     = { RETENTION_DAYS = "6" }
  }

  expect_failures = [helm_release.this]
}

run "retention_below_days_past_without_environment" {
  command = plan

  variables {
    environment  = null
    values_files = []
    settings     = { RETENTION_DAYS = "399" }
  }

  expect_failures = [helm_release.this]
}

run "prod_retention" {
  command = plan

  variables {
    extra_values = { config = { RETENTION_DAYS = 30, INDEX_DAYS_PAST = 30 } }
  }

  expect_failures = [helm_release.this]
}

run "prod_debug_of_one_process" {
  command = plan

  variables {
    extra_values = { api = { config = { LOG_LEVEL = "Trace" } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_kafka_without_tls" {
  command = plan

  variables {
    extra_values = { kafka = { tls = { enabled = false } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_kafka_tls_taken_away" {
  command = plan

  variables {
    extra_values = { kafka = { tls = { enabled = null } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_two_brokers" {
  command = plan

  variables {
    extra_values = { kafka = { brokers = ["a:9093", "b:9093"] } }
  }

  expect_failures = [helm_release.this]
}

run "prod_kafka_without_login" {
  command = plan

  variables {
    extra_values = { kafka = { sasl = { mechanism = "" } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_elasticsearch_without_tls" {
  command = plan

  variables {
    extra_values = { elasticsearch = { url = "http://es:9200" } }
  }

  expect_failures = [helm_release.this]
}

run "prod_elasticsearch_without_login" {
  command = plan

  variables {
    extra_values = { elasticsearch = { auth = { type = "none" } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_one_api_pod" {
  command = plan

  variables {
    extra_values = { api = { autoscaling = { minReplicas = 1 } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_one_api_pod_fixed" {
  command = plan

  variables {
    extra_values = { api = { replicas = 1, autoscaling = { enabled = false } } }
  }

  expect_failures = [helm_release.this]
}

run "prod_two_api_pods_fixed" {
  command = plan

  variables {
    extra_values = { api = { replicas = 2, autoscaling = { enabled = false, minReplicas = 1 } } }
  }
}

run "tag_that_moves" {
  command = plan

  variables {
    environment  = "staging"
    extra_values = { image = { tag = "main" } }
  }

  expect_failures = [helm_release.this]
}

run "tag_latest_in_dev" {
  command = plan

  variables {
    environment  = "dev"
    extra_values = { image = { tag = "latest" } }
  }

  expect_failures = [helm_release.this]
}

run "ingress_without_certificate" {
  command = plan

  variables {
    environment  = "staging"
    extra_values = { ingress = { tls = [] } }
  }

  expect_failures = [helm_release.this]
}

run "secret_setting" {
  command = plan

  variables {
    environment  = null
    extra_values = { indexer = { config = { OTEL_EXPORTER_OTLP_HEADERS = "authorization=x" } } }
  }

  expect_failures = [helm_release.this]
}

# What dev may, however it is said.
run "dev_may" {
  command = plan

  variables {
    environment = "dev"
    extra_values = {
      api           = { replicas = 1, autoscaling = { enabled = false }, config = { LOG_LEVEL = "debug" } }
      config        = { RETENTION_DAYS = 7, INDEX_DAYS_PAST = 7 }
      image         = { tag = "main" }
      ingress       = { tls = [] }
      kafka         = { brokers = ["kafka:9092"], tls = { enabled = false }, sasl = { mechanism = "" } }
      elasticsearch = { url = "http://es:9200", auth = { type = "none" } }
    }
  }
}
