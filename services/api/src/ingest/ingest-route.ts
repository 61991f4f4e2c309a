/** Paths of the protocols as the OpenAPI document has them, by the protocols' names. */
const ROUTES: Readonly<Record<string, string>> = {
  json: '/api/v1/logs',
  ndjson: '/api/v1/logs',
  elasticsearch: '/elasticsearch/{index}/_bulk',
  otlp_json: '/v1/logs',
  otlp_protobuf: '/v1/logs',
  loki: '/loki/api/v1/push',
  splunk_hec: '/services/collector',
};

/** The route of a span: one word for each protocol, whatever the path says. */
export function ingestRoute(protocol: string): string {
  return ROUTES[protocol] ?? protocol;
}
