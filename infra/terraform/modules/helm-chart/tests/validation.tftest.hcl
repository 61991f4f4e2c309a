# Each wrong value is refused by the variable that it belongs to.
mock_provider "helm" {}

variables {
  chart = "../../../helm/pay-log-aggregator"
}

run "release_name" {
  command = plan

  variables {
    release_name = "Upper"
  }

  expect_failures = [var.release_name]
}

run "release_name_long" {
  command = plan

  variables {
    release_name = "abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  }

  expect_failures = [var.release_name]
}

run "namespace" {
  command = plan

  variables {
    namespace = "under_score"
  }

  expect_failures = [var.namespace]
}

run "namespace_default" {
  command = plan

  variables {
    namespace = "default"
  }

  expect_failures = [var.namespace]
}

run "namespace_of_the_cluster" {
  command = plan

  variables {
    namespace = "kube-system"
  }

  expect_failures = [var.namespace]
}

run "chart_that_is_not_there" {
  command = plan

  variables {
    chart = "./nowhere"
  }

  expect_failures = [var.chart]
}

run "chart_repository_with_login" {
  command = plan

  variables {
    chart_repository = "https://user:pw@charts.example.com"
  }

  expect_failures = [var.chart_repository]
}

run "chart_version_range" {
  command = plan

  variables {
    chart_version = "~> 1.2"
  }

  expect_failures = [var.chart_version]
}

run "values_file_that_is_not_there" {
  command = plan

  variables {
    values_files = ["nowhere.yaml"]
  }

  expect_failures = [var.values_files]
}

run "extra_values_list" {
  command = plan

  variables {
    extra_values = ["a"]
  }

  expect_failures = [var.extra_values]
}

run "extra_values_kafka_password" {
  command = plan

  variables {
    extra_values = { kafka = { sasl = { password = "x" } } }
  }

  expect_failures = [var.extra_values]
}

run "extra_values_store_password" {
  command = plan

  variables {
    extra_values = { elasticsearch = { auth = { password = "x" } } }
  }

  expect_failures = [var.extra_values]
}

run "extra_values_api_key" {
  command = plan

  variables {
    extra_values = { elasticsearch = { auth = { apiKey = "x" } } }
  }

  expect_failures = [var.extra_values]
}

run "image_registry_url" {
  command = plan

  variables {
    image = { registry = "https://registry.example.com" }
  }

  expect_failures = [var.image]
}

run "image_tag" {
  command = plan

  variables {
    image = { tag = "-1" }
  }

  expect_failures = [var.image]
}

run "image_tag_latest" {
  command = plan

  variables {
    image = { tag = "latest" }
  }

  expect_failures = [var.image]
}

run "image_digest" {
  command = plan

  variables {
    image = { api_digest = "sha256:12" }
  }

  expect_failures = [var.image]
}

run "settings_name" {
  command = plan

  variables {
    settings = { retention = "1" }
  }

  expect_failures = [var.settings]
}

run "settings_secret" {
  command = plan

  variables {
    settings = { KAFKA_SASL_PASSWORD = "x" }
  }

  expect_failures = [var.settings]
}

run "settings_api_key" {
  command = plan

  variables {
    settings = { ELASTICSEARCH_API_KEY = "x" }
  }

  expect_failures = [var.settings]
}

run "settings_with_own_input" {
  command = plan

  variables {
    settings = { KAFKA_BROKERS = "a:1" }
  }

  expect_failures = [var.settings]
}

run "settings_log_level" {
  command = plan

  variables {
    settings = { LOG_LEVEL = "loud" }
  }

  expect_failures = [var.settings]
}

run "settings_data_set" {
  command = plan

  variables {
    settings = { DATA_SET = "pay-eu" }
  }

  expect_failures = [var.settings]
}

run "kafka_no_brokers" {
  command = plan

  variables {
    kafka = { brokers = [] }
  }

  expect_failures = [var.kafka]
}

run "kafka_broker_without_port" {
  command = plan

  variables {
    kafka = { brokers = ["kafka"] }
  }

  expect_failures = [var.kafka]
}

run "kafka_broker_port" {
  command = plan

  variables {
    kafka = { brokers = ["kafka:70000"] }
  }

  expect_failures = [var.kafka]
}

run "kafka_topic" {
  command = plan

  variables {
    kafka = { topic = "a b" }
  }

  expect_failures = [var.kafka]
}

run "kafka_partitions" {
  command = plan

  variables {
    kafka = { partitions = 0 }
  }

  expect_failures = [var.kafka]
}

run "kafka_partitions_half" {
  command = plan

  variables {
    kafka = { partitions = 1.5 }
  }

  expect_failures = [var.kafka]
}

run "kafka_ca_without_tls" {
  command = plan

  variables {
    kafka = { tls = false, ca_secret = "ca" }
  }

  expect_failures = [var.kafka]
}

run "kafka_mechanism" {
  command = plan

  variables {
    kafka = { sasl_mechanism = "gssapi", sasl_secret = "s" }
  }

  expect_failures = [var.kafka]
}

run "kafka_login_without_secret" {
  command = plan

  variables {
    kafka = { sasl_mechanism = "plain" }
  }

  expect_failures = [var.kafka]
}

run "elasticsearch_url" {
  command = plan

  variables {
    elasticsearch = { url = "es:9200" }
  }

  expect_failures = [var.elasticsearch]
}

run "elasticsearch_url_with_login" {
  command = plan

  variables {
    elasticsearch = { url = "https://u:p@es:9200" }
  }

  expect_failures = [var.elasticsearch]
}

run "elasticsearch_ca_without_tls" {
  command = plan

  variables {
    elasticsearch = { url = "http://es:9200", ca_secret = "ca" }
  }

  expect_failures = [var.elasticsearch]
}

run "elasticsearch_auth_type" {
  command = plan

  variables {
    elasticsearch = { auth_type = "ldap", auth_secret = "s" }
  }

  expect_failures = [var.elasticsearch]
}

run "elasticsearch_login_without_secret" {
  command = plan

  variables {
    elasticsearch = { auth_type = "basic" }
  }

  expect_failures = [var.elasticsearch]
}

run "api_replicas_zero" {
  command = plan

  variables {
    api_replicas = { min = 0 }
  }

  expect_failures = [var.api_replicas]
}

run "api_replicas_order" {
  command = plan

  variables {
    api_replicas = { min = 3, max = 2 }
  }

  expect_failures = [var.api_replicas]
}

run "indexer_replicas_order" {
  command = plan

  variables {
    indexer_replicas = { min = 3, max = 2, mode = "keda" }
  }

  expect_failures = [var.indexer_replicas]
}

run "indexer_replicas_half" {
  command = plan

  variables {
    indexer_replicas = { min = 1.5, mode = "keda" }
  }

  expect_failures = [var.indexer_replicas]
}

run "indexer_replicas_mode" {
  command = plan

  variables {
    indexer_replicas = { mode = "magic" }
  }

  expect_failures = [var.indexer_replicas]
}

run "indexer_replicas_without_mode" {
  command = plan

  variables {
    indexer_replicas = { max = 3 }
  }

  expect_failures = [var.indexer_replicas]
}

run "indexer_replicas_fixed_with_mode" {
  command = plan

  variables {
    indexer_replicas = { min = 2, max = 2, mode = "hpa" }
  }

  expect_failures = [var.indexer_replicas]
}

run "ingress_host" {
  command = plan

  variables {
    ingress = { hosts = ["https://logs.example.com"] }
  }

  expect_failures = [var.ingress]
}

run "ingress_certificate_without_host" {
  command = plan

  variables {
    ingress = { tls_secret = "cert" }
  }

  expect_failures = [var.ingress]
}

run "tracing_endpoint" {
  command = plan

  variables {
    tracing_endpoint = "jaeger:4318"
  }

  expect_failures = [var.tracing_endpoint]
}

run "timeout" {
  command = plan

  variables {
    timeout_seconds = 5
  }

  expect_failures = [var.timeout_seconds]
}

run "max_history" {
  command = plan

  variables {
    max_history = 1
  }

  expect_failures = [var.max_history]
}

run "remote_chart_without_version" {
  command = plan

  variables {
    chart = "oci://registry.example.com/charts/pay-log-aggregator"
  }

  expect_failures = [var.chart_version]
}

run "more_indexers_than_partitions" {
  command = plan

  variables {
    kafka            = { partitions = 6 }
    indexer_replicas = { min = 2, max = 12, mode = "keda" }
  }

  expect_failures = [var.indexer_replicas]
}

run "environment" {
  command = plan

  variables {
    environment = "qa"
  }

  expect_failures = [var.environment]
}

run "settings_headers" {
  command = plan

  variables {
    settings = { OTEL_EXPORTER_OTLP_HEADERS = "authorization=x" }
  }

  expect_failures = [var.settings]
}

run "kafka_no_login_with_secret" {
  command = plan

  variables {
    kafka = { sasl_mechanism = "", sasl_secret = "s" }
  }

  expect_failures = [var.kafka]
}

run "elasticsearch_no_login_with_secret" {
  command = plan

  variables {
    elasticsearch = { auth_type = "none", auth_secret = "s" }
  }

  expect_failures = [var.elasticsearch]
}

run "indexer_fallback_half" {
  command = plan

  variables {
    indexer_replicas = { fallback = 1.5 }
  }

  expect_failures = [var.indexer_replicas]
}

run "indexer_fallback_beyond_max" {
  command = plan

  variables {
    indexer_replicas = { min = 2, max = 3, mode = "keda", fallback = 4 }
  }

  expect_failures = [var.indexer_replicas]
}

run "gateway_without_name" {
  command = plan

  variables {
    gateway = { parent_refs = [{ namespace = "gateways" }] }
  }

  expect_failures = [var.gateway]
}

run "network_policy_peers" {
  command = plan

  variables {
    network_policy = { kafka_to = [{ cidr = "10.0.0.0/8" }] }
  }

  expect_failures = [var.network_policy]
}

run "priority_class" {
  command = plan

  variables {
    priority_class = "Payments High"
  }

  expect_failures = [var.priority_class]
}

run "setup_secrets_without_job" {
  command = plan

  variables {
    setup_job     = false
    setup_secrets = { kafka = "s" }
  }

  expect_failures = [var.setup_secrets]
}

run "setup_secret_of_kafka_without_login" {
  command = plan

  variables {
    kafka         = { sasl_mechanism = "" }
    setup_secrets = { kafka = "s" }
  }

  expect_failures = [var.setup_secrets]
}

run "setup_secret_of_elasticsearch_without_login" {
  command = plan

  variables {
    elasticsearch = { auth_type = "none" }
    setup_secrets = { elasticsearch = "s" }
  }

  expect_failures = [var.setup_secrets]
}
