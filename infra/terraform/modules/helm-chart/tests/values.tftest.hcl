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
    indexer_replicas = { min = 2, max = 12, mode = "keda" }
    ingress          = { enabled = true, class_name = "nginx", hosts = ["logs.example.com"], tls_secret = "cert", annotations = { a = "b" } }
    tracing_endpoint = "http://jaeger:4318"
    monitoring       = { service_monitor = true, prometheus_rule = true, dashboards = true, labels = { release = "p" } }
    setup_job        = true
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
      }
      indexer = {
        image       = { digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111" }
        autoscaling = { mode = "keda", minReplicas = 2, maxReplicas = 12 }
      }
      setupJob = { enabled = true, image = { digest = "sha256:2222222222222222222222222222222222222222222222222222222222222222" } }
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
    error_message = "Inputs and values differ: ${output.values[0]}"
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
      indexer = { replicas = 2, autoscaling = { mode = "none" } }
    }
    error_message = "The same number for both turns scaling off: ${output.values[0]}"
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
