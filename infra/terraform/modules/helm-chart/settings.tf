# Written by `npm run docs` from the configuration table (docs/config.md).

locals {
  # Settings that are secrets.
  secret_settings = [
    "ELASTICSEARCH_API_KEY",
    "ELASTICSEARCH_PASSWORD",
    "KAFKA_SASL_PASSWORD",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
  ]

  # What settings are that nobody gives, as far as a rule asks.
  default_settings = {
    INDEX_DAYS_PAST = "400"
    LOG_LEVEL       = "info"
    RETENTION_DAYS  = "400"
  }
}
