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

monitoring = {
  service_monitor = true
  prometheus_rule = true
  dashboards      = true
  labels          = { release = "prometheus" }
}
