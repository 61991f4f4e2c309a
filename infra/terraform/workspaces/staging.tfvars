# What belongs to this installation; the rest of the environment is values-staging.yaml. Set addresses and names to yours.
environment  = "staging"
kube_context = "staging-eu-central-1"

image = {
  registry = "registry.example.com/payments"
}

kafka = {
  brokers     = ["kafka-bootstrap.kafka.svc:9093"]
  tls         = true
  ca_secret   = "kafka-cluster-ca"
  sasl_secret = "paylog-kafka"

  sasl_mechanism = "scram-sha-512"
  sasl_username  = "paylog"
}

elasticsearch = {
  url         = "https://logs-es-http.elastic.svc:9200"
  ca_secret   = "logs-es-http-certs-public"
  auth_type   = "basic"
  username    = "paylog"
  auth_secret = "paylog-elasticsearch"
}

setup_job = true

gateway = {
  enabled     = true
  parent_refs = [{ name = "internal", namespace = "gateways" }]
  hostnames   = ["logs.staging.example.com"]
}

# What the pods may reach. A managed Kafka or Elasticsearch outside of the cluster takes an ipBlock, or [] for every address on its port.
network_policy = {
  kafka_to         = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "kafka" } } }]
  elasticsearch_to = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "elastic" } } }]
}

monitoring = {
  service_monitor = true
  prometheus_rule = true
  dashboards      = true
  labels          = { release = "prometheus" }
}
