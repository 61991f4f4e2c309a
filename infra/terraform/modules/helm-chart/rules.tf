# What the chart would get in the end, and what is wrong with it. The inputs are checked one by one in variables.tf; here is held what goes
# around them too: values files and extra values.

locals {
  # Later ones go over earlier ones. What none of them says is what stands first in each list below: as in our chart.
  documents = concat(local.chart_values, [for text in local.values : yamldecode(text)])

  # In Helm a null takes a value away: what is left then is nothing, which the rules take for off.
  last = {
    tag             = reverse(concat([""], [for values in local.documents : values.image.tag if can(values.image.tag)]))[0]
    brokers         = reverse(concat([[]], [for values in local.documents : values.kafka.brokers if can(values.kafka.brokers)]))[0]
    kafka_tls       = reverse(concat([false], [for values in local.documents : values.kafka.tls.enabled if can(values.kafka.tls.enabled)]))[0]
    kafka_mechanism = reverse(concat([""], [for values in local.documents : values.kafka.sasl.mechanism if can(values.kafka.sasl.mechanism)]))[0]
    store_url       = reverse(concat([""], [for values in local.documents : values.elasticsearch.url if can(values.elasticsearch.url)]))[0]
    store_auth      = reverse(concat(["none"], [for values in local.documents : values.elasticsearch.auth.type if can(values.elasticsearch.auth.type)]))[0]
    api_replicas    = reverse(concat([2], [for values in local.documents : values.api.replicas if can(values.api.replicas)]))[0]
    api_scales      = reverse(concat([true], [for values in local.documents : values.api.autoscaling.enabled if can(values.api.autoscaling.enabled)]))[0]
    api_min         = reverse(concat([2], [for values in local.documents : values.api.autoscaling.minReplicas if can(values.api.autoscaling.minReplicas)]))[0]
    ingress         = reverse(concat([false], [for values in local.documents : values.ingress.enabled if can(values.ingress.enabled)]))[0]
    ingress_tls     = reverse(concat([[]], [for values in local.documents : values.ingress.tls if can(values.ingress.tls)]))[0]
  }
  kafka_tls  = coalesce(tostring(local.last.kafka_tls), "false")
  api_scales = coalesce(tostring(local.last.api_scales), "false")

  # Settings of each process: those of both, its own over them.
  settings_of = { for service in ["api", "indexer"] : service => merge(concat(
    [for values in local.documents : values.config if try(values.config, null) != null],
    [for values in local.documents : values[service].config if try(values[service].config, null) != null],
  )...) }
  retention_days = trimspace(try(coalesce(tostring(local.settings_of.indexer.RETENTION_DAYS)), local.default_settings.RETENTION_DAYS))
  days_past      = trimspace(try(coalesce(tostring(local.settings_of.indexer.INDEX_DAYS_PAST)), local.default_settings.INDEX_DAYS_PAST))
  are_days       = can(regex("^[0-9]+$", local.retention_days)) && can(regex("^[0-9]+$", local.days_past))
  debugs = [
    for service, settings in local.settings_of : service
    if contains(["debug", "trace"], lower(trimspace(try(coalesce(tostring(settings.LOG_LEVEL)), local.default_settings.LOG_LEVEL))))
  ]

  # Where the values hold a secret. What was given once stands in the state, also when a later one goes over it.
  secrets_given = distinct(flatten([for values in local.documents : concat(
    [for path, secret in {
      "kafka.sasl.password"         = try(values.kafka.sasl.password, null)
      "elasticsearch.auth.password" = try(values.elasticsearch.auth.password, null)
      "elasticsearch.auth.apiKey"   = try(values.elasticsearch.auth.apiKey, null)
    } : path if secret != null && secret != ""],
    [for name in local.secret_settings : "config.${name}" if try(values.config[name], null) != null],
    [for name in local.secret_settings : "api.config.${name}" if try(values.api.config[name], null) != null],
    [for name in local.secret_settings : "indexer.config.${name}" if try(values.indexer.config[name], null) != null],
  )]))

  is_prod = var.environment == "prod"
  is_dev  = var.environment == null || var.environment == "dev"

  faults = [for fault in [
    {
      when = length(local.secrets_given) > 0
      says = "${join(", ", local.secrets_given)}: no value may be a secret, because the state would hold it. Name a secret of the cluster (kafka.sasl_secret, elasticsearch.auth_secret; tracing.existingSecret in extra_values)."
    },
    {
      when = local.are_days && local.retention_days != "0" && try(tonumber(local.days_past) > tonumber(local.retention_days), false)
      says = "INDEX_DAYS_PAST is ${local.days_past} and RETENTION_DAYS is ${local.retention_days}: an older day would be dropped as soon as it is written, and the indexer does not start. Set INDEX_DAYS_PAST (in settings) to at most RETENTION_DAYS."
    },
    {
      when = local.is_prod && !(can(regex("^[0-9]+$", local.retention_days)) && try(tonumber(local.retention_days) == 0 || tonumber(local.retention_days) >= 365, false))
      says = "RETENTION_DAYS is ${local.retention_days}: in prod it must be 0 (for ever) or at least 365 (PCI DSS 10.5.1: twelve months of audit logs)."
    },
    {
      when = local.is_prod && length(local.debugs) > 0
      says = "LOG_LEVEL of ${join(" and ", local.debugs)} is debug, which is not for prod."
    },
    {
      when = local.is_prod && local.kafka_tls != "true"
      says = "kafka.tls.enabled must be true in prod."
    },
    {
      when = local.is_prod && try(length(local.last.brokers), 0) < 3
      says = "kafka.brokers in prod must name at least 3 brokers: with fewer, one that is away can keep a new pod from starting."
    },
    {
      when = local.is_prod && try(coalesce(local.last.kafka_mechanism), "") == ""
      says = "kafka.sasl.mechanism must be set in prod: pods log in to the brokers."
    },
    {
      when = local.is_prod && !try(startswith(local.last.store_url, "https://"), false)
      says = "elasticsearch.url in prod must be an https:// URL."
    },
    {
      when = local.is_prod && try(coalesce(local.last.store_auth), "none") == "none"
      says = "elasticsearch.auth.type cannot be none in prod."
    },
    {
      # What is neither true nor false is held against both.
      when = local.is_prod && (local.api_scales != "false" && !try(local.last.api_min >= 2, false) || local.api_scales != "true" && !try(local.last.api_replicas >= 2, false))
      says = "api.autoscaling.minReplicas (api.replicas, where it does not scale) must be at least 2 in prod: one pod is an outage whenever its node is drained."
    },
    {
      when = try(lower(local.last.tag), "") == "latest" || !local.is_dev && contains(local.moving_tags, try(lower(local.last.tag), ""))
      says = "image.tag ${try(coalesce(local.last.tag), "-")} moves: take a version, so that every pod runs the same and a rollback goes back."
    },
    {
      when = !local.is_dev && coalesce(tostring(local.last.ingress), "false") != "false" && try(length(local.last.ingress_tls), 0) == 0
      says = "ingress.enabled needs ingress.tls (ingress.tls_secret) in ${coalesce(var.environment, "-")}: logs of payments do not travel in the clear."
    },
  ] : fault.says if fault.when]

  # Tags of which tomorrow's pod would run something else than today's.
  moving_tags = ["main", "master", "edge", "nightly", "dev", "snapshot"]
}
