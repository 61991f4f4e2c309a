import assert from 'node:assert/strict';
import { only, type Environment, type Resource } from './helm-chart.ts';

interface Days {
  readonly environment: Environment;
  readonly settings: { readonly RETENTION_DAYS: string; readonly INDEX_DAYS_PAST?: string };
  /** What Terraform says of it, unless it can be installed. */
  readonly fault?: string;
}

/** Retention and the oldest day with an index of its own: what goes together. */
export const DAYS: readonly Days[] = [
  {
    environment: 'prod',
    settings: { RETENTION_DAYS: '365' },
    fault: 'INDEX_DAYS_PAST is 400 and RETENTION_DAYS is 365: an older day would be dropped as soon as it is written',
  },
  { environment: 'prod', settings: { RETENTION_DAYS: '365', INDEX_DAYS_PAST: '365' } },
  { environment: 'prod', settings: { RETENTION_DAYS: '0' } },
  {
    environment: 'staging',
    settings: { RETENTION_DAYS: '29' },
    fault: 'INDEX_DAYS_PAST is 30 and RETENTION_DAYS is 29:',
  },
  { environment: 'staging', settings: { RETENTION_DAYS: '29', INDEX_DAYS_PAST: '29' } },
  { environment: 'dev', settings: { RETENTION_DAYS: '6' }, fault: 'INDEX_DAYS_PAST is 7 and RETENTION_DAYS is 6:' },
  { environment: 'dev', settings: { RETENTION_DAYS: '6', INDEX_DAYS_PAST: '5' } },
];

/** Levels in several spellings, and one that is none. */
export const LEVELS = ['WARN', 'Warning', 'err', 'critical', 'fatal', 'trace', 'DEBUG', 'notice'];

interface Turned {
  readonly name: string;
  readonly environment: Environment;
  readonly inputs: object;
  /** Looks whether the manifests say so. */
  readonly holds: (resources: readonly Resource[]) => void;
}

const KAFKA = { brokers: ['kafka:9092'] };

/** All that may name a secret; the copies of dashboards and rules hold any word. */
const text = (resources: readonly Resource[]): string =>
  JSON.stringify(resources.filter(({ kind, metadata }) => !/PrometheusRule|-dashboards$/.test(kind + metadata.name)));
const settingsOf = (resources: readonly Resource[]): Readonly<Record<string, string>> =>
  only(resources, 'ConfigMap', '-indexer').data ?? {};
/** Indexers that there are while the lag cannot be read. */
const fallbackOf = (resources: readonly Resource[]): unknown =>
  (only(resources, 'ScaledObject', '-indexer').spec['fallback'] as Record<string, unknown>)['replicas'];

/** Inputs that turn something off, or make it smaller, over an environment whose values say more of it. */
export const TURNED: readonly Turned[] = [
  {
    name: 'no set-up job',
    environment: 'prod',
    inputs: { setup_job: false, setup_secrets: {} },
    holds: (resources) => {
      assert.doesNotMatch(text(resources), /paylog-setup-/);
      assert.ok(!resources.some(({ kind }) => kind === 'Job'));
    },
  },
  {
    name: 'a set-up job that logs in as the pods do',
    environment: 'prod',
    inputs: { setup_secrets: { kafka: '', elasticsearch: '' } },
    holds: (resources) => {
      assert.doesNotMatch(text(resources), /paylog-setup-/);
      assert.match(text([only(resources, 'Job')]), /"paylog-kafka"/);
    },
  },
  {
    name: 'fewer indexers',
    environment: 'prod',
    inputs: { indexer_replicas: { min: 2, max: 4, mode: 'keda' } },
    holds: (resources) => {
      assert.equal(fallbackOf(resources), 4);
    },
  },
  {
    name: 'a fallback of its own',
    environment: 'prod',
    inputs: { indexer_replicas: { min: 2, max: 4, mode: 'keda', fallback: 3 } },
    holds: (resources) => {
      assert.equal(fallbackOf(resources), 3);
    },
  },
  {
    name: 'fewer partitions',
    environment: 'prod',
    inputs: { kafka: { partitions: 5 } },
    holds: (resources) => {
      assert.equal(settingsOf(resources)['KAFKA_PARTITIONS'], '5');
      assert.equal(fallbackOf(resources), 5);
    },
  },
  {
    name: 'a fixed number of indexers, fewer than the fewest before',
    environment: 'prod',
    inputs: { kafka: { partitions: 2 }, indexer_replicas: { min: 2, max: 2 } },
    holds: (resources) => {
      assert.equal(only(resources, 'Deployment', '-indexer').spec.replicas, 2);
    },
  },
  {
    name: 'a fixed number of indexers, fewer than the most before',
    environment: 'staging',
    inputs: { kafka: { partitions: 3 }, indexer_replicas: { min: 3, max: 3 } },
    holds: (resources) => {
      assert.equal(only(resources, 'Deployment', '-indexer').spec.replicas, 3);
    },
  },
  {
    name: 'brokers without TLS',
    environment: 'staging',
    inputs: { kafka: { ...KAFKA, tls: false } },
    holds: (resources) => {
      assert.equal(settingsOf(resources)['KAFKA_SSL'], undefined);
      assert.doesNotMatch(text(resources), /kafka-cluster-ca/);
    },
  },
  {
    name: 'brokers of a public authority',
    environment: 'prod',
    inputs: { kafka: { ca_secret: '' } },
    holds: (resources) => {
      assert.equal(settingsOf(resources)['KAFKA_SSL'], 'true');
      assert.doesNotMatch(text(resources), /kafka-cluster-ca/);
    },
  },
  {
    name: 'brokers without a login',
    environment: 'staging',
    inputs: { kafka: { ...KAFKA, sasl_mechanism: '' } },
    holds: (resources) => {
      assert.doesNotMatch(text(resources), /paylog-kafka|KAFKA_SASL/);
    },
  },
  {
    name: 'a store without TLS',
    environment: 'staging',
    inputs: { elasticsearch: { url: 'http://es:9200' } },
    holds: (resources) => {
      assert.equal(settingsOf(resources)['ELASTICSEARCH_URL'], 'http://es:9200');
      assert.doesNotMatch(text(resources), /logs-es-http-certs-public/);
    },
  },
  {
    name: 'a store of a public authority',
    environment: 'prod',
    inputs: { elasticsearch: { ca_secret: '' } },
    holds: (resources) => {
      assert.doesNotMatch(text(resources), /logs-es-http-certs-public/);
    },
  },
  {
    name: 'a store without a login',
    environment: 'staging',
    inputs: { elasticsearch: { auth_type: 'none' } },
    holds: (resources) => {
      assert.doesNotMatch(text(resources), /paylog-elasticsearch|ELASTICSEARCH_USERNAME/);
    },
  },
  {
    name: 'brokers and store anywhere, and no priority class',
    environment: 'prod',
    inputs: { network_policy: { kafka_to: [], elasticsearch_to: [], otlp_to: [] }, priority_class: '' },
    holds: (resources) => {
      const policy = only(resources, 'NetworkPolicy', '-pipeline');
      assert.ok((policy.spec['egress'] as readonly object[]).every((rule) => !('to' in rule)));
      assert.doesNotMatch(text(resources), /payments-high/);
    },
  },
  {
    name: 'another gateway',
    environment: 'staging',
    inputs: { gateway: { parent_refs: [{ name: 'public' }], hostnames: ['logs.example.org'] } },
    holds: (resources) => {
      const { spec } = only(resources, 'HTTPRoute');
      assert.deepEqual([spec['parentRefs'], spec['hostnames']], [[{ name: 'public' }], ['logs.example.org']]);
    },
  },
  {
    name: 'no gateway',
    environment: 'staging',
    inputs: { gateway: { enabled: false } },
    holds: (resources) => {
      assert.ok(!resources.some(({ kind }) => kind === 'HTTPRoute'));
    },
  },
];

/** A values file with all that prod does not take, and secrets. */
export const AROUND = `
api: { replicas: 1, autoscaling: { enabled: false }, config: { LOG_LEVEL: debug } }
elasticsearch: { url: 'http://es:9200', auth: { type: none, password: hunter2, apiKey: hunter2 } }
image: { tag: Edge }
indexer: { config: { RETENTION_DAYS: 30, OTEL_EXPORTER_OTLP_HEADERS: a=hunter2 } }
ingress: { tls: [] }
kafka: { brokers: ['kafka:9092'], tls: { enabled: false }, sasl: { mechanism: '', password: hunter2 } }
`;
export const AROUND_MESSAGES = [
  'elasticsearch.auth.apiKey, elasticsearch.auth.password, kafka.sasl.password, indexer.config.OTEL_EXPORTER_OTLP_HEADERS: no value may be a secret',
  'INDEX_DAYS_PAST is 400 and RETENTION_DAYS is 30:',
  'RETENTION_DAYS is 30: in prod it must be 0 (for ever) or at least 365 (PCI DSS 10.5.1: twelve months of audit logs).',
  'LOG_LEVEL of api is debug, which is not for prod.',
  'kafka.tls.enabled must be true in prod.',
  'kafka.brokers in prod must name at least 3 brokers:',
  'kafka.sasl.mechanism must be set in prod: pods log in to the brokers.',
  'elasticsearch.url in prod must be an https:// URL.',
  'elasticsearch.auth.type cannot be none in prod.',
  'api.autoscaling.minReplicas (api.replicas, where it does not scale) must be at least 2 in prod:',
  'image.tag Edge moves: take a version,',
  'ingress.enabled needs ingress.tls (ingress.tls_secret) in prod: logs of payments do not travel in the clear.',
];
