# What the inputs become: values of the chart.

locals {
  # What the chart says itself: nothing is known of one that is not here.
  chart_values = [for file in local.is_directory ? ["values.yaml"] : [] : yamldecode(file("${var.chart}/${file}"))]
  # What lies below the inputs.
  below = concat(local.chart_values, [for file in var.values_files : yamldecode(file(file))])

  # The same number for fewest and most pods is a fixed number. (null == null is true: no number is not a fixed number.)
  api_fixed     = var.api_replicas.min != null && var.api_replicas.min == var.api_replicas.max
  indexer_fixed = var.indexer_replicas.min != null && var.indexer_replicas.min == var.indexer_replicas.max

  # What an input turns off takes along what the values below say of it: the chart refuses an authority without TLS, and a login of nobody.
  kafka_plain       = var.kafka.tls == false
  kafka_no_login    = var.kafka.sasl_mechanism == ""
  store_plain       = try(startswith(var.elasticsearch.url, "http://"), false)
  store_no_login    = var.elasticsearch.auth_type == "none"
  setup_kafka_off   = var.setup_job == false || local.kafka_no_login
  setup_store_off   = var.setup_job == false || local.store_no_login
  partitions        = try(coalesce(var.kafka.partitions, reverse([for values in local.below : values.kafka.partitions if can(values.kafka.partitions)])[0]), null)
  indexer_max_below = try(reverse([for values in local.below : values.indexer.autoscaling.maxReplicas if can(values.indexer.autoscaling.maxReplicas)])[0], 0)

  # As paylog.indexerMaxReplicas of the chart: 0 is as many as there are partitions.
  indexer_max = try(coalesce(var.indexer_replicas.max, local.indexer_max_below == 0 ? local.partitions : local.indexer_max_below), null)
  # A number of the values below that is more than the most pods, which an input has made fewer, comes down with it.
  fallback_below = try(reverse([for values in local.below : values.indexer.autoscaling.fallbackReplicas if can(values.indexer.autoscaling.fallbackReplicas)])[0], 0)
  fallback_max   = try(local.fallback_below > local.indexer_max ? local.indexer_max : null, null)

  # In Helm a null removes a value of the chart: inputs that are null must not be passed at all.
  groups = {
    image = { for key, value in {
      registry = var.image.registry
      tag      = var.image.tag
    } : key => value if value != null }

    kafka = merge(
      { for key, value in {
        brokers    = var.kafka.brokers
        topic      = var.kafka.topic
        group      = var.kafka.group
        partitions = var.kafka.partitions
      } : key => value if value != null },
      { for key, value in {
        tls = { for key, value in {
          enabled  = var.kafka.tls
          caSecret = local.kafka_plain ? "" : var.kafka.ca_secret
        } : key => value if value != null }
        sasl = { for key, value in {
          mechanism      = var.kafka.sasl_mechanism
          username       = local.kafka_no_login ? "" : var.kafka.sasl_username
          existingSecret = local.kafka_no_login ? "" : var.kafka.sasl_secret
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    elasticsearch = merge(
      { for key, value in { url = var.elasticsearch.url } : key => value if value != null },
      { for key, value in {
        tls = { for key, value in { caSecret = local.store_plain ? "" : var.elasticsearch.ca_secret } : key => value if value != null }
        auth = { for key, value in {
          type           = var.elasticsearch.auth_type
          username       = local.store_no_login ? "" : var.elasticsearch.username
          existingSecret = local.store_no_login ? "" : var.elasticsearch.auth_secret
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    api = merge(
      { for key, value in { replicas = local.api_fixed ? var.api_replicas.min : null } : key => value if value != null },
      { for key, value in { priorityClassName = var.priority_class } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.api_digest } : key => value if value != null }
        autoscaling = { for key, value in {
          enabled     = var.api_replicas.min == null && var.api_replicas.max == null ? null : !local.api_fixed
          minReplicas = local.api_fixed ? null : var.api_replicas.min
          maxReplicas = local.api_fixed ? null : var.api_replicas.max
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    # The chart compares fewest, most and fallback with the partitions, scaling or not: a fixed number is all three.
    indexer = merge(
      { for key, value in { replicas = local.indexer_fixed ? var.indexer_replicas.min : null } : key => value if value != null },
      { for key, value in { priorityClassName = var.priority_class } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.indexer_digest } : key => value if value != null }
        autoscaling = { for key, value in {
          mode             = local.indexer_fixed ? "none" : var.indexer_replicas.mode
          minReplicas      = var.indexer_replicas.min
          maxReplicas      = var.indexer_replicas.max
          fallbackReplicas = try(coalesce(var.indexer_replicas.fallback, local.fallback_max), null)
        } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    setupJob = merge(
      { for key, value in { enabled = var.setup_job } : key => value if value != null },
      { for key, value in {
        kafkaSecret         = local.setup_kafka_off ? "" : var.setup_secrets.kafka
        elasticsearchSecret = local.setup_store_off ? "" : var.setup_secrets.elasticsearch
      } : key => value if value != null },
      { for key, value in {
        image = { for key, value in { digest = var.image.cli_digest } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    ingress = { for key, value in {
      enabled     = var.ingress.enabled
      className   = var.ingress.class_name
      hosts       = var.ingress.hosts
      annotations = var.ingress.annotations
      tls         = var.ingress.tls_secret == null ? null : [{ secretName = var.ingress.tls_secret, hosts = var.ingress.hosts }]
    } : key => value if value != null }

    gateway = { for key, value in {
      enabled    = var.gateway.enabled
      parentRefs = var.gateway.parent_refs
      hostnames  = var.gateway.hostnames
    } : key => value if value != null }

    networkPolicy = { for key, value in {
      apiFrom         = var.network_policy.api_from
      metricsFrom     = var.network_policy.metrics_from
      kafkaTo         = var.network_policy.kafka_to
      kafkaPorts      = var.network_policy.kafka_ports
      elasticsearchTo = var.network_policy.elasticsearch_to
      otlpTo          = var.network_policy.otlp_to
    } : key => value if value != null }

    tracing = { for key, value in { endpoint = var.tracing_endpoint } : key => value if value != null }

    monitoring = merge(
      { for key, value in { labels = var.monitoring.labels } : key => value if value != null },
      { for key, value in {
        serviceMonitor = { for key, value in { enabled = var.monitoring.service_monitor } : key => value if value != null }
        prometheusRule = { for key, value in { enabled = var.monitoring.prometheus_rule } : key => value if value != null }
        dashboards     = { for key, value in { enabled = var.monitoring.dashboards } : key => value if value != null }
      } : key => value if length(value) > 0 },
    )

    config = var.settings
  }

  inputs = merge(
    { for key, value in local.groups : key => value if length(value) > 0 },
    { for key, value in {
      imagePullSecrets = var.image.pull_secrets == null ? null : [for name in var.image.pull_secrets : { name = name }]
    } : key => value if value != null },
  )

  values = concat(
    [for file in var.values_files : file(file)],
    length(local.inputs) > 0 ? [yamlencode(local.inputs)] : [],
    length(var.extra_values) > 0 ? [yamlencode(var.extra_values)] : [],
  )
}
