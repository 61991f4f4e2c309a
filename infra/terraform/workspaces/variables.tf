# What each group may hold stands in ../modules/helm-chart/variables.tf, which checks it. Here is checked what an environment demands.

variable "environment" {
  description = "The environment: `dev`, `staging` or `prod`. It chooses `values-<environment>.yaml` of the chart."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be one of dev, staging, prod."
  }

  validation {
    condition     = terraform.workspace == "default" || terraform.workspace == var.environment
    error_message = "environment is ${var.environment}, but the selected workspace is ${terraform.workspace}: its state belongs to another environment. Use scripts/plan.sh ${var.environment}, which selects the right one."
  }
}

variable "kubeconfig" {
  description = "Path of the kubeconfig file."
  type        = string
  default     = "~/.kube/config"
  nullable    = false
}

variable "kube_context" {
  description = "Context in the kubeconfig file. There is no default: the current context is nobody's decision."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.kube_context)) > 0
    error_message = "kube_context must name a context of the kubeconfig file."
  }

  validation {
    condition     = var.environment == "prod" ? !can(regex("(?i)^(kind-|k3d-|minikube|docker-desktop)|(^|[^a-z])(dev|test|staging)([^a-z]|$)", var.kube_context)) : true
    error_message = "environment is prod, but kube_context ${var.kube_context} is a cluster for something else."
  }

  validation {
    condition     = var.environment != "prod" ? !can(regex("(?i)(^|[^a-z])prod(uction)?([^a-z]|$)", var.kube_context)) : true
    error_message = "environment is ${var.environment}, but kube_context ${var.kube_context} is a production cluster."
  }
}

variable "release_name" {
  description = "Name of the Helm release; the resources are named after it."
  type        = string
  default     = "pay-log-aggregator"
  nullable    = false
}

variable "namespace" {
  description = "Namespace of the release. Null is `paylog-<environment>`."
  type        = string
  default     = null
}

variable "create_namespace" {
  description = "Make the namespace if it is missing."
  type        = bool
  default     = true
  nullable    = false
}

variable "chart" {
  description = "The chart: a directory, an `oci://` address, or a name in `chart_repository`. Null is the chart of this checkout."
  type        = string
  default     = null
}

variable "chart_repository" {
  description = "Address of the chart repository, if `chart` is a name."
  type        = string
  default     = null
}

variable "chart_version" {
  description = "Version of the chart. Needed unless `chart` is a directory."
  type        = string
  default     = null
}

variable "values_files" {
  description = "Values files that go over `values-<environment>.yaml`."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "extra_values" {
  description = "Values of the chart that have no input of their own; they go over everything else. No secrets."
  type        = any
  default     = {}
  nullable    = false
}

variable "image" {
  description = "Registry, tag, digests and names of pull secrets. A tag that moves (`main`, `edge`, ...) is taken in dev only, `latest` nowhere."
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
    condition     = var.environment == "dev" || var.image.tag == null ? true : !contains(["main", "master", "edge", "nightly", "dev", "snapshot"], lower(var.image.tag))
    error_message = "image.tag ${coalesce(var.image.tag, "-")} moves: ${var.environment} takes a version, so that every pod runs the same and a rollback goes back."
  }
}

variable "settings" {
  description = "Settings of all processes by their environment variable (docs/config.md). In prod `RETENTION_DAYS` is 0 or at least 365 (PCI DSS 10.5.1: twelve months)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.environment != "prod" ? true : try(tonumber(lookup(var.settings, "RETENTION_DAYS", "400")) == 0 || tonumber(lookup(var.settings, "RETENTION_DAYS", "400")) >= 365, false)
    error_message = "settings: RETENTION_DAYS in prod must be 0 (for ever) or at least 365: PCI DSS 10.5.1 asks for twelve months of audit logs."
  }

  validation {
    condition     = var.environment != "prod" ? true : !contains(["debug", "trace"], lower(trimspace(lookup(var.settings, "LOG_LEVEL", "info"))))
    error_message = "settings: LOG_LEVEL debug is not for prod."
  }
}

variable "kafka" {
  description = "The brokers, their TLS and login. In prod neither can be turned off, and there are at least 3 brokers to begin with."
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
    condition     = var.environment == "prod" ? var.kafka.tls != false : true
    error_message = "kafka.tls cannot be turned off in prod."
  }

  validation {
    condition     = var.environment == "prod" ? var.kafka.sasl_mechanism != "" : true
    error_message = "kafka.sasl_mechanism cannot be turned off in prod."
  }

  validation {
    condition     = var.environment == "prod" && var.kafka.brokers != null ? length(coalesce(var.kafka.brokers, [])) >= 3 : true
    error_message = "kafka.brokers in prod must name at least 3 brokers: with fewer, one that is away can keep a new pod from starting."
  }
}

variable "elasticsearch" {
  description = "The cluster, its TLS and login. In prod the URL is https:// and there is a login."
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
    condition     = var.environment == "prod" && var.elasticsearch.url != null ? startswith(coalesce(var.elasticsearch.url, "-"), "https://") : true
    error_message = "elasticsearch.url in prod must be an https:// URL."
  }

  validation {
    condition     = var.environment == "prod" ? coalesce(var.elasticsearch.auth_type, "basic") != "none" : true
    error_message = "elasticsearch.auth_type cannot be none in prod."
  }
}

variable "api_replicas" {
  description = "Fewest and most pods of the API. In prod at least 2, so that a node can be drained."
  type = object({
    min = optional(number)
    max = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.environment == "prod" && var.api_replicas.min != null ? coalesce(var.api_replicas.min, 2) >= 2 : true
    error_message = "api_replicas.min in prod must be at least 2: one pod is an outage whenever its node is drained."
  }
}

variable "indexer_replicas" {
  description = "Fewest and most pods of the indexer, what scales them (`mode`), and the pods while the lag cannot be read (`fallback`)."
  type = object({
    min      = optional(number)
    max      = optional(number)
    mode     = optional(string)
    fallback = optional(number)
  })
  default  = {}
  nullable = false
}

variable "ingress" {
  description = "Ingress in front of the API. In staging and prod it needs a certificate (`tls_secret`)."
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
    condition     = var.environment != "dev" && var.ingress.hosts != null ? var.ingress.tls_secret != null : true
    error_message = "ingress.hosts needs ingress.tls_secret in ${var.environment}: logs of payments do not travel in the clear."
  }
}

variable "gateway" {
  description = "HTTPRoute in front of the API, its gateways and host names."
  type = object({
    enabled     = optional(bool)
    parent_refs = optional(any)
    hostnames   = optional(list(string))
  })
  default  = {}
  nullable = false
}

variable "network_policy" {
  description = "Who may send to the API and read metrics, and where brokers, store and receiver of traces are: peers of a NetworkPolicy. `[]` is everybody, and every address: what a managed service outside of the cluster takes."
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
}

variable "priority_class" {
  description = "Priority class of the pods of API and indexer; it must be there. `\"\"` is none."
  type        = string
  default     = null
}

variable "tracing_endpoint" {
  description = "Where traces go by OTLP/HTTP."
  type        = string
  default     = null
}

variable "monitoring" {
  description = "Resources of the Prometheus operator and for the sidecar of Grafana."
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
  description = "Secrets with logins of that job, which may create topics (`kafka`) and manage index templates (`elasticsearch`). `\"\"` is the login of the pods."
  type = object({
    kafka         = optional(string)
    elasticsearch = optional(string)
  })
  default  = {}
  nullable = false
}

variable "timeout_seconds" {
  description = "Time until all pods must be ready."
  type        = number
  default     = 600
  nullable    = false
}

variable "max_history" {
  description = "Revisions of the release that can be gone back to."
  type        = number
  default     = 10
  nullable    = false
}
