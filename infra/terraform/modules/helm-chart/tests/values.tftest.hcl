# What the inputs become. The provider is a mock: nothing is installed.
mock_provider "helm" {
  mock_resource "helm_release" {
    defaults = { status = "deployed" }
  }
}

variables {
  chart = "../../../helm/pay-log-aggregator"
}

run "nothing_given" {
  assert {
    condition     = length(helm_release.this.values) == 0
    error_message = "Without inputs the chart's own values hold."
  }
  assert {
    condition     = helm_release.this.name == "pay-log-aggregator" && helm_release.this.namespace == "pay-log-aggregator"
    error_message = "Default names."
  }
  assert {
    condition     = helm_release.this.atomic && helm_release.this.wait && helm_release.this.lint
    error_message = "Waits for ready pods, goes back when it fails, checks the schema."
  }
  assert {
    condition     = output.status == "deployed" && output.api_url == "http://pay-log-aggregator-api.pay-log-aggregator.svc:8000"
    error_message = "Outputs."
  }
  assert {
    condition     = can(regex("^chart [0-9.]+, files [0-9a-f]{12}$", helm_release.this.description))
    error_message = "The description holds the hash of the chart's files."
  }
}

run "order_of_values" {
  command = plan

  variables {
    values_files = ["../../../helm/pay-log-aggregator/values-dev.yaml"]
    settings     = { DATA_SET = "mine" }
    extra_values = { api = { service = { port = 80 } }, fullnameOverride = "logs" }
  }

  assert {
    condition     = length(output.values) == 3
    error_message = "File, inputs, extra values."
  }
  assert {
    condition     = yamldecode(output.values[0]).config.DATA_SET == "dev" && yamldecode(output.values[1]) == { config = { DATA_SET = "mine" } } && yamldecode(output.values[2]).api.service.port == 80
    error_message = "Later ones go over earlier ones."
  }
  assert {
    condition     = output.api_url == "http://logs-api.pay-log-aggregator.svc:80"
    error_message = "The address follows the values."
  }
}

run "every_input" {
  command = plan

  variables {
    release_name = "eu"
    namespace    = "paylog-eu"
    image = {
      registry       = "registry.example.com/payments"
      tag            = "1.2.3"
      pull_secrets   = ["pull"]
      api_digest     = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
      indexer_digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
      cli_digest     = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
    }
    kafka = {
      brokers        = ["a:9093", "b:9093"]
      topic          = "t"
      group          = "g"
      partitions     = 12
      tls            = true
      ca_secret      = "ca"
      sasl_mechanism = "plain"
      sasl_username  = "u"
      sasl_secret    = "s"
    }
    elasticsearch    = { url = "https://es:9200", ca_secret = "es-ca", auth_type = "basic", username = "u", auth_secret = "es" }
    api_replicas     = { min = 3, max = 9 }
    indexer_replicas = { min = 2, max = 12, mode = "keda", fallback = 4 }
    gateway          = { enabled = true, parent_refs = [{ name = "g" }], hostnames = ["logs.example.com"] }
    network_policy = {
      api_from         = [{ podSelector = {} }]
      metrics_from     = []
      kafka_to         = [{ ipBlock = { cidr = "10.0.0.0/8" } }, { podSelector = {} }]
      kafka_ports      = [9096]
      elasticsearch_to = []
      otlp_to          = []
    }
    priority_class   = "high"
    ingress          = { enabled = true, class_name = "nginx", hosts = ["logs.example.com"], tls_secret = "cert", annotations = { a = "b" } }
    tracing_endpoint = "http://jaeger:4318"
    monitoring       = { service_monitor = true, prometheus_rule = true, dashboards = true, labels = { release = "p" } }
    setup_job        = true
    setup_secrets    = { kafka = "sk", elasticsearch = "se" }
    settings         = { RETENTION_DAYS = "400" }
  }

  assert {
    condition = yamldecode(output.values[0]) == {
      image            = { registry = "registry.example.com/payments", tag = "1.2.3" }
      imagePullSecrets = [{ name = "pull" }]
      kafka = {
        brokers    = ["a:9093", "b:9093"]
        topic      = "t"
        group      = "g"
        partitions = 12
        tls        = { enabled = true, caSecret = "ca" }
        sasl       = { mechanism = "plain", username = "u", existingSecret = "s" }
      }
      elasticsearch = {
        url  = "https://es:9200"
        tls  = { caSecret = "es-ca" }
        auth = { type = "basic", username = "u", existingSecret = "es" }
      }
      api = {
        image       = { digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000" }
        autoscaling = { enabled = true, minReplicas = 3, maxReplicas = 9 }

        priorityClassName = "high"
      }
      indexer = {
        image       = { digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111" }
        autoscaling = { mode = "keda", minReplicas = 2, maxReplicas = 12, fallbackReplicas = 4 }

        priorityClassName = "high"
      }
      gateway = { enabled = true, parentRefs = [{ name = "g" }], hostnames = ["logs.example.com"] }
      networkPolicy = {
        apiFrom         = [{ podSelector = {} }]
        metricsFrom     = []
        kafkaTo         = [{ ipBlock = { cidr = "10.0.0.0/8" } }, { podSelector = {} }]
        kafkaPorts      = [9096]
        elasticsearchTo = []
        otlpTo          = []
      }
      setupJob = { enabled = true, kafkaSecret = "sk", elasticsearchSecret = "se", image = { digest = "sha256:2222222222222222222222222222222222222222222222222222222222222222" } }
      ingress = {
        enabled     = true
        className   = "nginx"
        hosts       = ["logs.example.com"]
        annotations = { a = "b" }
        tls         = [{ secretName = "cert", hosts = ["logs.example.com"] }]
      }
      tracing = { endpoint = "http://jaeger:4318" }
      monitoring = {
        labels         = { release = "p" }
        serviceMonitor = { enabled = true }
        prometheusRule = { enabled = true }
        dashboards     = { enabled = true }
      }
      config = { RETENTION_DAYS = "400" }
    }
    error_message = "Inputs and values differ: ${helm_release.this.values[0]}"
  }
  assert {
    condition     = output.api_url == "http://eu-pay-log-aggregator-api.paylog-eu.svc:8000"
    error_message = "A release of another name has the chart's name behind it."
  }
}

run "fixed_numbers" {
  command = plan

  variables {
    api_replicas     = { min = 3, max = 3 }
    indexer_replicas = { min = 2, max = 2 }
  }

  assert {
    condition = yamldecode(output.values[0]) == {
      api     = { replicas = 3, autoscaling = { enabled = false } }
      indexer = { replicas = 2, autoscaling = { mode = "none", minReplicas = 2, maxReplicas = 2 } }
    }
    error_message = "The same number for both turns scaling off: ${helm_release.this.values[0]}"
  }
}

# What is turned off takes along what belongs to it.
run "turned_off" {
  command = plan

  variables {
    kafka         = { tls = false, sasl_mechanism = "" }
    elasticsearch = { url = "http://es:9200", auth_type = "none" }
    setup_job     = false
  }

  assert {
    condition = yamldecode(output.values[0]) == {
      kafka         = { tls = { enabled = false, caSecret = "" }, sasl = { mechanism = "", username = "", existingSecret = "" } }
      elasticsearch = { url = "http://es:9200", tls = { caSecret = "" }, auth = { type = "none", username = "", existingSecret = "" } }
      setupJob      = { enabled = false, kafkaSecret = "", elasticsearchSecret = "" }
    }
    error_message = "Nothing of it is left: ${helm_release.this.values[0]}"
  }
}

run "empty_is_off" {
  command = plan

  variables {
    kafka          = { tls = true, ca_secret = "" }
    elasticsearch  = { url = "https://es:9200", ca_secret = "" }
    priority_class = ""
    setup_secrets  = { kafka = "", elasticsearch = "" }
  }

  assert {
    condition = yamldecode(output.values[0]) == {
      kafka         = { tls = { enabled = true, caSecret = "" } }
      elasticsearch = { url = "https://es:9200", tls = { caSecret = "" } }
      api           = { priorityClassName = "" }
      indexer       = { priorityClassName = "" }
      setupJob      = { kafkaSecret = "", elasticsearchSecret = "" }
    }
    error_message = "Empty texts are passed on: ${helm_release.this.values[0]}"
  }
}

# values-prod.yaml: mode keda, 24 partitions, fallback 6.
run "fallback_of_fewer_pods" {
  command = plan

  variables {
    values_files     = ["../../../helm/pay-log-aggregator/values-prod.yaml"]
    indexer_replicas = { min = 2, max = 4, mode = "keda" }
  }

  assert {
    condition     = yamldecode(output.values[1]).indexer.autoscaling == { mode = "keda", minReplicas = 2, maxReplicas = 4, fallbackReplicas = 4 }
    error_message = "The fallback of the values file is not more than the most pods: ${helm_release.this.values[1]}"
  }
}

run "fallback_of_fewer_partitions" {
  command = plan

  variables {
    values_files = ["../../../helm/pay-log-aggregator/values-prod.yaml"]
    kafka        = { partitions = 5 }
  }

  assert {
    condition     = yamldecode(output.values[1]) == { kafka = { partitions = 5 }, indexer = { autoscaling = { fallbackReplicas = 5 } } }
    error_message = "The most pods are the partitions: ${helm_release.this.values[1]}"
  }
}

run "fallback_that_is_low_enough" {
  command = plan

  variables {
    values_files     = ["../../../helm/pay-log-aggregator/values-prod.yaml"]
    indexer_replicas = { min = 2, max = 12, mode = "keda" }
  }

  assert {
    condition     = !can(yamldecode(output.values[1]).indexer.autoscaling.fallbackReplicas)
    error_message = "It stays that of the values file: ${helm_release.this.values[1]}"
  }
}

run "other_names" {
  command = plan

  variables {
    release_name = "eu-logs"
    extra_values = { nameOverride = "logs" }
  }

  assert {
    condition     = output.api_url == "http://eu-logs-api.pay-log-aggregator.svc:8000"
    error_message = "A release that has the name in it is not named twice: ${output.api_url}"
  }
}

run "other_name_behind_the_release" {
  command = plan

  variables {
    release_name = "eu"
    extra_values = { nameOverride = "paylog" }
  }

  assert {
    condition     = output.api_url == "http://eu-paylog-api.pay-log-aggregator.svc:8000"
    error_message = "The other name stands behind that of the release: ${output.api_url}"
  }
}

run "remote_chart" {
  command = plan

  variables {
    chart         = "oci://registry.example.com/charts/pay-log-aggregator"
    chart_version = "1.2.3"
  }

  assert {
    condition     = helm_release.this.version == "1.2.3" && helm_release.this.description == "chart 1.2.3" && output.chart_version == "1.2.3"
    error_message = "The version is passed on."
  }
}
