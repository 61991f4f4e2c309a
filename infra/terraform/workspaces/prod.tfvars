# What belongs to this installation; the rest of the environment is values-prod.yaml. Set addresses and names to yours.
environment  = "prod"
kube_context = "prod-eu-central-1"

image = {
  registry = "registry.example.com/payments"
}

# Twelve months by PCI DSS 10.5.1, and a month to look at the thirteenth.
settings = {
  RETENTION_DAYS = "400"
}

kafka = {
  brokers     = ["kafka-0.kafka.svc:9093", "kafka-1.kafka.svc:9093", "kafka-2.kafka.svc:9093"]
  partitions  = 24
  tls         = true
  ca_secret   = "kafka-cluster-ca"
  sasl_secret = "paylog-kafka"

  sasl_mechanism = "scram-sha-512"
  sasl_username  = "paylog"
}

elasticsearch = {
  url         = "https://logs-es-http.elastic.svc:9200"
  ca_secret   = "logs-es-http-certs-public"
  auth_type   = "apiKey"
  auth_secret = "paylog-elasticsearch"
}

# Logins of the job that makes topics and index template.
setup_job = true
setup_secrets = {
  kafka         = "paylog-setup-kafka"
  elasticsearch = "paylog-setup-elasticsearch"
}

ingress = {
  enabled    = true
  class_name = "nginx"
  hosts      = ["logs.example.com"]
  tls_secret = "logs-example-com-tls"
}

# Where the pods may be reached from, and what they may reach. A managed Kafka or Elasticsearch outside of the cluster takes an ipBlock, or []
# for every address on its port.
network_policy = {
  api_from = [
    { namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "ingress-nginx" } } },
    { namespaceSelector = { matchLabels = { "payments.example.com/sends-logs" = "true" } } },
  ]
  metrics_from     = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "monitoring" } } }]
  kafka_to         = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "kafka" } } }]
  elasticsearch_to = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "elastic" } } }]
  otlp_to          = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "observability" } } }]
}

priority_class = "payments-high"

tracing_endpoint = "http://jaeger-collector.observability.svc:4318"

monitoring = {
  service_monitor = true
  prometheus_rule = true
  dashboards      = true
  labels          = { release = "prometheus" }
}
