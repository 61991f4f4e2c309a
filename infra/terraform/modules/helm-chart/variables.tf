# Every input that is null leaves the value of the values files, or else of the chart. No input takes a secret: what is passed stands in
# the state. Secrets of the cluster are named instead.

variable "release_name" {
  description = "Name of the Helm release; the resources are named after it."
  type        = string
  default     = "pay-log-aggregator"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$", var.release_name))
    error_message = "release_name must be 1 to 53 of a-z, 0-9 and \"-\", beginning with a letter and ending with a letter or digit."
  }
}

variable "namespace" {
  description = "Namespace of the release."
  type        = string
  default     = "pay-log-aggregator"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be 1 to 63 of a-z, 0-9 and \"-\", beginning and ending with a letter or digit."
  }

  validation {
    condition     = !startswith(var.namespace, "kube-") && var.namespace != "default"
    error_message = "namespace must be one of its own: neither \"default\" nor one of the cluster (\"kube-...\")."
  }
}

variable "create_namespace" {
  description = "Make the namespace if it is missing. It is not removed with the release."
  type        = bool
  default     = true
  nullable    = false
}

variable "chart" {
  description = "The chart: a directory, an `oci://` address, or a name in `chart_repository`."
  type        = string
  nullable    = false

  validation {
    condition = (
      var.chart_repository != null || startswith(var.chart, "oci://") ? length(var.chart) > 0 : fileexists("${var.chart}/Chart.yaml")
    )
    error_message = "chart must be a directory with a Chart.yaml, an oci:// address, or a name together with chart_repository."
  }
}

variable "chart_repository" {
  description = "Address of the chart repository (`https://` or `oci://`), if `chart` is a name."
  type        = string
  default     = null

  validation {
    condition     = var.chart_repository == null ? true : can(regex("^(https|oci)://[^\\s@]+$", var.chart_repository))
    error_message = "chart_repository must be an https:// or oci:// address without a login."
  }
}

variable "chart_version" {
  description = "Version of the chart. Needed unless `chart` is a directory."
  type        = string
  default     = null

  validation {
    condition     = var.chart_version == null ? true : can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$", var.chart_version))
    error_message = "chart_version must be one version such as 1.2.3: with a range the same plan may install something else tomorrow."
  }

  validation {
    condition     = var.chart_repository != null || startswith(var.chart, "oci://") ? var.chart_version != null : true
    error_message = "chart_version must be set for a chart that is not a directory."
  }
}

variable "values_files" {
  description = "Values files, later ones over earlier ones; the other inputs go over them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for file in var.values_files : fileexists(file)])
    error_message = "values_files: every file must exist; missing: ${join(", ", [for file in var.values_files : file if !fileexists(file)])}."
  }
}

variable "environment" {
  description = "Environment whose rules the values must keep, wherever they come from: `prod` (TLS, logins, twelve months of retention, two pods of the API, three brokers), `staging` and `prod` (a tag that does not move, a certificate for the Ingress). Null and `dev` have none."
  type        = string
  default     = null

  validation {
    condition     = var.environment == null ? true : contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be one of dev, staging, prod."
  }
}

variable "extra_values" {
  description = "Values of the chart that have no input of their own; they go over everything else."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = can(keys(var.extra_values))
    error_message = "extra_values must be a map, as in values.yaml."
  }

  validation {
    condition = alltrue([
      for secret in [
        try(var.extra_values.kafka.sasl.password, ""),
        try(var.extra_values.elasticsearch.auth.password, ""),
        try(var.extra_values.elasticsearch.auth.apiKey, ""),
      ] : secret == "" || secret == null
    ])
    error_message = "extra_values must hold no password and no API key, because the state would: name a secret of the cluster (kafka.sasl_secret, elasticsearch.auth_secret)."
  }
}

variable "image" {
  description = "Images: `registry` goes in front of every repository, `tag` is that of all images, `pull_secrets` are names of secrets, the digests (`sha256:...`) go before the tag."
  type = object({
    registry       = optional(string)
    tag            = optional(string)
    pull_secrets   = optional(list(string))
    api_digest     = optional(string)
    indexer_digest = optional(string)
    cli_digest     = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.image.registry == null ? true : can(regex("^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*$", var.image.registry))
    error_message = "image.registry must be a host and a folder without https:// in front and without a slash at the end, such as registry.example.com/payments."
  }

  validation {
    condition     = var.image.tag == null ? true : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.image.tag))
    error_message = "image.tag must be 1 to 128 of letters, digits, \"_\", \".\" and \"-\", not beginning with \".\" or \"-\"."
  }

  validation {
    condition     = var.image.tag != "latest"
    error_message = "image.tag must not be latest: pods of one release would run what was latest when each of them started."
  }

  validation {
    condition = alltrue([
      for digest in [var.image.api_digest, var.image.indexer_digest, var.image.cli_digest] :
      digest == null ? true : can(regex("^sha256:[0-9a-f]{64}$", digest))
    ])
    error_message = "image: digests must be \"sha256:\" and 64 hexadecimal digits."
  }
}

variable "settings" {
  description = "Settings of all processes by their environment variable (docs/config.md), such as `{ RETENTION_DAYS = \"400\" }`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "settings: names must be environment variables such as RETENTION_DAYS; wrong: ${join(", ", [for name in keys(var.settings) : name if !can(regex("^[A-Z][A-Z0-9_]*$", name))])}."
  }

  validation {
    condition     = alltrue([for name in keys(var.settings) : !can(regex("(PASSWORD|API_KEY|TOKEN|SECRET)$", name)) && !contains(local.secret_settings, name)])
    error_message = "settings must hold no secrets, because the state would: name a secret of the cluster (kafka.sasl_secret, elasticsearch.auth_secret; for OTEL_EXPORTER_OTLP_HEADERS tracing.existingSecret in extra_values)."
  }

  validation {
    condition = length(setintersection(keys(var.settings), [
      "KAFKA_BROKERS", "KAFKA_TOPIC", "KAFKA_DIRECT_TOPIC", "KAFKA_DLQ_TOPIC", "KAFKA_GROUP", "KAFKA_PARTITIONS", "KAFKA_SSL",
      "KAFKA_SSL_CA_FILE", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "ELASTICSEARCH_URL", "ELASTICSEARCH_USERNAME",
      "ELASTICSEARCH_CA_FILE", "HOST", "PORT",
    ])) == 0
    error_message = "settings must not hold what has an input of its own: brokers, topics, group, partitions, TLS and logins (kafka), address and logins (elasticsearch), host and port (set by the chart)."
  }

  validation {
    # In any case and with the synonyms that the processes take (shared/src/config/log-settings.ts).
    condition = contains(
      ["debug", "info", "warn", "error", "trace", "warning", "err", "critical", "fatal"], lower(trimspace(lookup(var.settings, "LOG_LEVEL", "info")))
    )
    error_message = "settings: LOG_LEVEL must be one of debug, info, warn, error."
  }

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_.]{0,63}$", lookup(var.settings, "DATA_SET", "main")))
    error_message = "settings: DATA_SET must be 1 to 64 of a-z, 0-9, \"_\" and \".\", beginning with a letter or digit (no hyphen: it separates the parts of an index name)."
  }
}

variable "kafka" {
  description = "The brokers. `partitions` is what the topic has, or gets; `tls`, with `ca_secret` unless the authority is public (`\"\"`); `sasl_secret` names a secret with `username` and `password`; `sasl_mechanism = \"\"` is no login."
  type = object({
    brokers        = optional(list(string))
    topic          = optional(string)
    group          = optional(string)
    partitions     = optional(number)
    tls            = optional(bool)
    ca_secret      = optional(string)
    sasl_mechanism = optional(string)
    sasl_username  = optional(string)
    sasl_secret    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = var.kafka.brokers == null ? true : length(var.kafka.brokers) > 0 && alltrue([
      for broker in var.kafka.brokers :
      can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}$", broker)) && try(tonumber(split(":", broker)[1]) <= 65535, false)
    ])
    error_message = "kafka.brokers must be a list of one or more host:port, such as [\"kafka-0.kafka:9092\"]."
  }

  validation {
    condition     = var.kafka.topic == null ? true : can(regex("^[A-Za-z0-9._-]{1,249}$", var.kafka.topic)) && !contains([".", ".."], var.kafka.topic)
    error_message = "kafka.topic must be 1 to 249 of a-z, A-Z, 0-9, \".\", \"_\" and \"-\"."
  }

  validation {
    condition     = var.kafka.partitions == null ? true : var.kafka.partitions >= 1 && var.kafka.partitions <= 10000 && floor(var.kafka.partitions) == var.kafka.partitions
    error_message = "kafka.partitions must be an integer from 1 to 10000."
  }

  validation {
    condition     = try(coalesce(var.kafka.ca_secret), "") == "" ? true : var.kafka.tls != false
    error_message = "kafka.ca_secret needs kafka.tls: without TLS the authority is not used."
  }

  validation {
    condition     = var.kafka.sasl_mechanism == null ? true : contains(["", "plain", "scram-sha-256", "scram-sha-512"], var.kafka.sasl_mechanism)
    error_message = "kafka.sasl_mechanism must be one of plain, scram-sha-256, scram-sha-512; \"\" is no login."
  }

  validation {
    condition     = try(coalesce(var.kafka.sasl_mechanism), "") == "" ? true : try(coalesce(var.kafka.sasl_secret), "") != ""
    error_message = "kafka.sasl_mechanism needs kafka.sasl_secret, the name of a secret with the login."
  }

  validation {
    condition     = var.kafka.sasl_mechanism != "" ? true : try(coalesce(var.kafka.sasl_username, var.kafka.sasl_secret), "") == ""
    error_message = "kafka.sasl_mechanism \"\" is no login: it excludes kafka.sasl_username and kafka.sasl_secret."
  }
}

variable "elasticsearch" {
  description = "The cluster. With https, `ca_secret` unless the authority is public (`\"\"`); `auth_type` is `none`, `basic` or `apiKey`; `auth_secret` names a secret with `username` and `password`, or `api-key`."
  type = object({
    url         = optional(string)
    ca_secret   = optional(string)
    auth_type   = optional(string)
    username    = optional(string)
    auth_secret = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.elasticsearch.url == null ? true : can(regex("^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$", var.elasticsearch.url))
    error_message = "elasticsearch.url must be an http:// or https:// URL without user, query and fragment."
  }

  validation {
    condition     = try(coalesce(var.elasticsearch.ca_secret), "") == "" || var.elasticsearch.url == null ? true : startswith(var.elasticsearch.url, "https://")
    error_message = "elasticsearch.ca_secret needs an https:// URL: without TLS the authority is not used."
  }

  validation {
    condition     = var.elasticsearch.auth_type == null ? true : contains(["none", "basic", "apiKey"], var.elasticsearch.auth_type)
    error_message = "elasticsearch.auth_type must be one of none, basic, apiKey."
  }

  validation {
    condition     = contains(["basic", "apiKey"], coalesce(var.elasticsearch.auth_type, "none")) ? try(coalesce(var.elasticsearch.auth_secret), "") != "" : true
    error_message = "elasticsearch.auth_type basic or apiKey needs elasticsearch.auth_secret, the name of a secret with the login."
  }

  validation {
    condition     = var.elasticsearch.auth_type != "none" ? true : try(coalesce(var.elasticsearch.username, var.elasticsearch.auth_secret), "") == ""
    error_message = "elasticsearch.auth_type none is no login: it excludes elasticsearch.username and elasticsearch.auth_secret."
  }
}

variable "api_replicas" {
  description = "Fewest and most pods of the API. The same number for both turns scaling off; else it scales by CPU."
  type = object({
    min = optional(number)
    max = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for count in [var.api_replicas.min, var.api_replicas.max] : count == null ? true : count >= 1 && floor(count) == count])
    error_message = "api_replicas: min and max must be integers of at least 1."
  }

  validation {
    condition     = var.api_replicas.min == null || var.api_replicas.max == null ? true : var.api_replicas.min <= var.api_replicas.max
    error_message = "api_replicas.min must be at most api_replicas.max."
  }
}

variable "indexer_replicas" {
  description = "Fewest and most pods of the indexer, and what scales between them: `mode` is `keda` (lag), `hpa` (CPU), or `auto` (`keda` where the cluster has it). The same number for both turns scaling off. `fallback` are the pods while the lag cannot be read, 0 leaves them; without it that of the values files holds, but not more than the most pods."
  type = object({
    min      = optional(number)
    max      = optional(number)
    mode     = optional(string)
    fallback = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for count in [var.indexer_replicas.min, var.indexer_replicas.max] : count == null ? true : count >= 1 && floor(count) == count])
    error_message = "indexer_replicas: min and max must be integers of at least 1."
  }

  validation {
    condition     = var.indexer_replicas.min == null || var.indexer_replicas.max == null ? true : var.indexer_replicas.min <= var.indexer_replicas.max
    error_message = "indexer_replicas.min must be at most indexer_replicas.max."
  }

  validation {
    condition     = var.indexer_replicas.fallback == null ? true : var.indexer_replicas.fallback >= 0 && floor(var.indexer_replicas.fallback) == var.indexer_replicas.fallback
    error_message = "indexer_replicas.fallback must be an integer of at least 0."
  }

  validation {
    condition     = var.indexer_replicas.fallback == null || var.indexer_replicas.max == null ? true : var.indexer_replicas.fallback <= var.indexer_replicas.max
    error_message = "indexer_replicas.fallback must be at most indexer_replicas.max."
  }

  validation {
    condition     = var.indexer_replicas.max == null || var.kafka.partitions == null ? true : var.indexer_replicas.max <= var.kafka.partitions
    error_message = "indexer_replicas.max must be at most kafka.partitions: more indexers than partitions have nothing to do."
  }

  validation {
    condition     = var.indexer_replicas.mode == null ? true : contains(["auto", "keda", "hpa"], var.indexer_replicas.mode)
    error_message = "indexer_replicas.mode must be one of auto, keda, hpa; the same number for min and max turns scaling off."
  }

  # Else the numbers would mean nothing where the values file turns scaling off, and the reverse.
  validation {
    condition = (
      var.indexer_replicas.min == null && var.indexer_replicas.max == null ? true :
      (try(var.indexer_replicas.min == var.indexer_replicas.max, false) ? var.indexer_replicas.mode == null : var.indexer_replicas.mode != null)
    )
    error_message = "indexer_replicas: min and max need mode (what scales between them), unless both are the same number, which turns scaling off."
  }
}

variable "ingress" {
  description = "Ingress in front of the API. `tls_secret` names the secret with the certificate for all hosts."
  type = object({
    enabled     = optional(bool)
    class_name  = optional(string)
    hosts       = optional(list(string))
    tls_secret  = optional(string)
    annotations = optional(map(string))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.ingress.hosts == null ? true : alltrue([for host in var.ingress.hosts : can(regex("^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$", host))])
    error_message = "ingress.hosts must be host names such as logs.example.com, without https:// and without a path."
  }

  validation {
    condition     = var.ingress.tls_secret == null ? true : var.ingress.hosts == null ? false : length(var.ingress.hosts) > 0
    error_message = "ingress.tls_secret needs ingress.hosts, the names in the certificate."
  }
}

variable "gateway" {
  description = "HTTPRoute in front of the API. `parent_refs` are its gateways, such as `[{ name = \"internal\", namespace = \"gateways\" }]`."
  type = object({
    enabled     = optional(bool)
    parent_refs = optional(any)
    hostnames   = optional(list(string))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.gateway.parent_refs == null ? true : alltrue([for parent in var.gateway.parent_refs : can(parent.name)])
    error_message = "gateway.parent_refs must be a list of { name, namespace }."
  }
}

variable "network_policy" {
  description = "Who may send to the API and read metrics, and where brokers, store and receiver of traces are: peers of a NetworkPolicy, such as `[{ ipBlock = { cidr = \"10.0.0.0/16\" } }]`. `[]` is everybody, and every address on the ports that are used. `kafka_ports` are further ports that brokers advertise."
  type = object({
    api_from         = optional(any)
    metrics_from     = optional(any)
    kafka_to         = optional(any)
    kafka_ports      = optional(list(number))
    elasticsearch_to = optional(any)
    otlp_to          = optional(any)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for peers in [
        var.network_policy.api_from, var.network_policy.metrics_from, var.network_policy.kafka_to, var.network_policy.elasticsearch_to,
        var.network_policy.otlp_to,
      ] : peers == null ? true : alltrue([for peer in peers : length(setsubtract(keys(peer), ["ipBlock", "namespaceSelector", "podSelector"])) == 0])
    ])
    error_message = "network_policy: peers must be lists of { namespaceSelector, podSelector } or { ipBlock }, as in a NetworkPolicy."
  }
}

variable "priority_class" {
  description = "Priority class of the pods of API and indexer; it must be there. `\"\"` is none."
  type        = string
  default     = null

  validation {
    condition     = var.priority_class == null ? true : can(regex("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", var.priority_class))
    error_message = "priority_class must be the name of a PriorityClass, or \"\" for none."
  }
}

variable "tracing_endpoint" {
  description = "Where traces go by OTLP/HTTP, such as `http://jaeger-collector:4318`."
  type        = string
  default     = null

  validation {
    condition     = var.tracing_endpoint == null ? true : var.tracing_endpoint == "" || can(regex("^https?://[^\\s@?#]+$", var.tracing_endpoint))
    error_message = "tracing_endpoint must be an http:// or https:// URL without a login."
  }
}

variable "monitoring" {
  description = "Resources of the Prometheus operator and for the sidecar of Grafana; `labels` are those that the operator selects by."
  type = object({
    service_monitor = optional(bool)
    prometheus_rule = optional(bool)
    dashboards      = optional(bool)
    labels          = optional(map(string))
  })
  default  = {}
  nullable = false
}

variable "setup_job" {
  description = "Make the topics and install the index template by a job before each installation and upgrade, instead of by the processes."
  type        = bool
  default     = null
}

variable "setup_secrets" {
  description = "Secrets with logins of that job, which may create topics (`kafka`) and manage index templates (`elasticsearch`); keys as in those of the pods. `\"\"` is the login of the pods."
  type = object({
    kafka         = optional(string)
    elasticsearch = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.setup_job != false || try(coalesce(var.setup_secrets.kafka, var.setup_secrets.elasticsearch), "") == ""
    error_message = "setup_secrets needs setup_job: without the job its logins are not used."
  }

  validation {
    condition     = var.kafka.sasl_mechanism != "" || try(coalesce(var.setup_secrets.kafka), "") == ""
    error_message = "setup_secrets.kafka needs a login of the pods too: kafka.sasl_mechanism is \"\"."
  }

  validation {
    condition     = var.elasticsearch.auth_type != "none" || try(coalesce(var.setup_secrets.elasticsearch), "") == ""
    error_message = "setup_secrets.elasticsearch needs a login of the pods too: elasticsearch.auth_type is none."
  }
}

variable "timeout_seconds" {
  description = "Time until all pods must be ready. Draining takes 20 s for each step of a rolling upgrade."
  type        = number
  default     = 600
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be an integer from 60 to 3600."
  }
}

variable "rollback_on_failure" {
  description = "Go back to the release before when an upgrade fails, and remove an installation that failed."
  type        = bool
  default     = true
  nullable    = false
}

variable "max_history" {
  description = "Revisions of the release that can be gone back to."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_history >= 2 && var.max_history <= 100 && floor(var.max_history) == var.max_history
    error_message = "max_history must be an integer from 2 to 100: without a revision before there is nothing to go back to."
  }
}
