import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { ADMIN_PATHS } from '@paylog/shared/telemetry/health';
import { acquireHelm, type Helm, only, podSpecs, type Rendering, type Resource } from './support/helm-chart.ts';
import { type LabelSelector, selects } from './support/label-selector.ts';
import { looseEnds } from './support/loose-ends.ts';
import { type End, isLetThrough } from './support/network-flows.ts';

/** Secrets that the examples take from others. */
const OUTSIDE = {
  staging: ['paylog-kafka', 'paylog-elasticsearch', 'kafka-cluster-ca', 'logs-es-http-certs-public'],
  prod: [
    ...['paylog-kafka', 'paylog-elasticsearch', 'kafka-cluster-ca', 'logs-es-http-certs-public'],
    ...['paylog-setup-kafka', 'paylog-setup-elasticsearch'],
  ],
} as const;

const EVERYTHING = {
  fullnameOverride: 'pay',
  setupJob: { enabled: true },
  kafka: { sasl: { mechanism: 'plain', username: 'u', password: 'p' } },
  elasticsearch: { auth: { type: 'basic', username: 'u', password: 'p' } },
  indexer: { kind: 'StatefulSet', autoscaling: { mode: 'keda' } },
  api: { service: { port: 80 } },
  ingress: { enabled: true, hosts: ['logs.example.com'] },
  gateway: { enabled: true, parentRefs: [{ name: 'g' }] },
  monitoring: { serviceMonitor: { enabled: true } },
  mesh: { type: 'istio' },
  logFiles: { enabled: true },
  profiling: { enabled: true },
} as const;

const RENDERINGS: readonly (Rendering & { readonly name: string; readonly outside?: readonly string[] })[] = [
  { name: 'the defaults' },
  { name: 'dev', environment: 'dev' },
  { name: 'staging', environment: 'staging', outside: OUTSIDE.staging },
  { name: 'prod', environment: 'prod', outside: OUTSIDE.prod },
  { name: 'everything, by one name', values: EVERYTHING },
];

describe('Helm chart: wiring', () => {
  let helm: Helm;

  before(async function () {
    helm = await acquireHelm(this);
  });

  describe('what resources name is there', () => {
    for (const { name, outside, ...rendering } of RENDERINGS) {
      it(name, async () => {
        assert.deepEqual(looseEnds(await helm.resources(rendering), outside), []);
      });
    }

    it('and what is not is found', async () => {
      const text = JSON.stringify(await helm.resources({ values: EVERYTHING }));
      const pods = '"app.kubernetes.io/name":"pay-log-aggregator","app.kubernetes.io/instance":"logs"';
      for (const [right, wrong, fault] of [
        ['Ref":{"name":"pay-api"}', 'Ref":{"name":"pay-ap"}', /^Deployment pay-api: there is no ConfigMap pay-ap$/],
        ['Ref":{"name":"pay-setup"}', 'Ref":{"name":"pay-api"}', /^Job pay-setup: ConfigMap pay-api is not there yet$/],
        ['http://pay-api:80', 'http://pay-api:8000', /^Pod pay-test: there is no port 8000 of Service pay-api$/],
        ['"targetPort":"http"', '"targetPort":"web"', /^Service pay-api: there is no port web$/],
        ['"serviceName":"pay-indexer"', '"serviceName":"pay"', /^StatefulSet pay-indexer: there is no Service pay$/],
        ['"kind":"StatefulSet","name":"pay-indexer"', '"kind":"Deployment","name":"pay-indexer"', /^ScaledObject pay-/],
        ['"containerName":"indexer"', '"containerName":"index"', /^TriggerAuthentication pay-indexer: .* index$/],
        ['"port":{"name":"http"}', '"port":{"name":"web"}', /^Ingress pay-api: there is no port web of/],
        ['"port":80}]', '"port":81}]', /^HTTPRoute pay-api: there is no port 81 of Service pay-api$/],
        ['"key":"KAFKA_SASL_PASSWORD"', '"key":"password"', /there is no password in Secret pay/],
        ['"name":"log-files","mountPath"', '"name":"logs","mountPath"', /there is no volume logs$/],
        ['AccountName":"pay-api"', 'AccountName":"pay"', /^Deployment pay-api: there is no ServiceAccount pay$/],
        [
          `"selector":{${pods},"app.kubernetes.io/component":"api"}`,
          `"selector":{${pods}}`,
          /^Service pay-api: .* and /,
        ],
        [
          `"selector":{${pods},"app.kubernetes.io/component":"api"}`,
          `"selector":{"x":"y"}`,
          /^Service pay-api: it selects the pods of nobody$/,
        ],
      ] as const) {
        assert.ok(text.includes(right), right);
        const faults = looseEnds(JSON.parse(text.replace(right, wrong)) as Resource[]);
        const isFound = faults.some((each) => fault.test(each));
        assert.ok(isFound, `${wrong}: ${faults.join(', ')}`);
      }
    });
  });

  it('metrics are read of every process, on the route that there is, by the names that the rules know', async () => {
    const resources = await helm.resources({ environment: 'prod' });
    const { selector, endpoints, namespaceSelector } = only(resources, 'ServiceMonitor').spec as unknown as {
      readonly selector: LabelSelector;
      readonly namespaceSelector: { readonly matchNames: readonly string[] };
      readonly endpoints: readonly { readonly path: string; readonly relabelings: readonly Relabeling[] }[];
    };
    const services = resources.filter(({ kind }) => kind === 'Service');
    const read = services.filter(({ metadata }) => selects(selector, metadata.labels));
    assert.deepEqual(read, services);
    const jobs = read.map(({ metadata }) => {
      assert.deepEqual(namespaceSelector.matchNames, [metadata.namespace]);
      const [relabeling] = endpoints[0]?.relabelings ?? [];
      assert.deepEqual(relabeling?.sourceLabels, ['__meta_kubernetes_service_label_app_kubernetes_io_component']);
      return (metadata.labels['app.kubernetes.io/component'] ?? '').replace(
        new RegExp(`^${relabeling.regex}$`),
        relabeling.replacement,
      );
    });
    assert.deepEqual(jobs.sort(), ['paylog-api', 'paylog-indexer']);
    assert.ok((ADMIN_PATHS as readonly string[]).includes(endpoints[0]?.path ?? ''));
  });

  describe('network policies', () => {
    const outside = (namespace: string, namespaceLabels = {}): End => ({ namespace, namespaceLabels, labels: {} });
    const OTHERS: Readonly<Record<string, End>> = {
      kafka: outside('kafka'),
      store: outside('elastic'),
      traces: outside('observability'),
      names: outside('kube-system'),
      ingress: outside('ingress-nginx'),
      prometheus: outside('monitoring'),
      sender: outside('shop', { 'payments.example.com/sends-logs': 'true' }),
      stranger: outside('elsewhere'),
      neighbor: outside('payments'),
    };

    /** Texts such as `api > kafka:9093`. */
    const flows = (resources: readonly Resource[], texts: readonly string[]): Readonly<Record<string, boolean>> => {
      const ends: Record<string, End> = { ...OTHERS };
      for (const { labels } of podSpecs(resources)) {
        ends[labels['app.kubernetes.io/component'] ?? ''] = { namespace: 'payments', labels };
      }
      return Object.fromEntries(
        texts.map((text) => {
          const [, from = '', to = '', port, protocol] = /^(\w+) > (\w+):(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
          const [begin, end] = [ends[from], ends[to]];
          assert.ok(begin && end, text);
          return [text, isLetThrough(resources, begin, end, Number(port), protocol)];
        }),
      );
    };
    const all = (texts: readonly string[], is: boolean): Readonly<Record<string, boolean>> =>
      Object.fromEntries(texts.map((text) => [text, is]));

    const NEEDED = [
      ...['api', 'indexer'].flatMap((pod) => [`${pod} > kafka:9093`, `${pod} > store:9200`, `${pod} > traces:4318`]),
      ...['setup > kafka:9093', 'setup > store:9200'],
      ...['api', 'indexer', 'setup', 'test'].flatMap((pod) => [`${pod} > names:53/UDP`, `${pod} > names:53/TCP`]),
      ...['ingress > api:8000', 'sender > api:8000', 'prometheus > api:8000', 'test > api:8000'],
      'prometheus > indexer:8001',
    ];
    const REFUSED = [
      ...['stranger', 'neighbor'].flatMap((from) => [`${from} > api:8000`, `${from} > indexer:8001`]),
      ...['api > indexer:8001', 'indexer > api:8000', 'ingress > indexer:8001', 'ingress > api:8001'],
      ...['test > kafka:9093', 'test > store:9200', 'test > indexer:8001', 'setup > api:8000', 'setup > traces:4318'],
      ...['api > stranger:443', 'indexer > stranger:443', 'setup > stranger:443', 'test > stranger:443'],
      ...['api > kafka:22', 'api > store:9093', 'prometheus > test:8000', 'prometheus > setup:8000', 'api > names:80'],
    ];

    it('let every connection through that is needed, and no other: prod', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      assert.deepEqual(flows(resources, NEEDED), all(NEEDED, true));
      assert.deepEqual(flows(resources, REFUSED), all(REFUSED, false));
    });

    it('let the set-up job through before anything else of the release is there', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const hooks = resources.filter(({ metadata }) =>
        metadata.annotations?.['helm.sh/hook']?.startsWith('pre-install'),
      );
      assert.ok(hooks.length > 3);
      const needed = NEEDED.filter((text) => text.startsWith('setup '));
      assert.deepEqual(flows(hooks, needed), all(needed, true));
      assert.deepEqual(flows(hooks, ['setup > stranger:443']), { 'setup > stranger:443': false });
    });

    it('open the API to everybody and metrics of the indexer to the cluster by default', async () => {
      const resources = await helm.resources({});
      const open = ['stranger > api:8000', 'stranger > indexer:8001', 'test > api:8000', 'api > kafka:9092'];
      assert.deepEqual(flows(resources, open), all(open, true));
      const shut = ['stranger > api:8001', 'stranger > indexer:8000', 'test > kafka:9092', 'api > kafka:9093'];
      assert.deepEqual(flows(resources, shut), all(shut, false));
    });

    it('are judged by something that knows a wrong one', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const flow = ['test > api:8000'];
      for (const [right, wrong] of [
        ['"app.kubernetes.io/component":"test"}}}]', '"app.kubernetes.io/component":"tests"}}}]'],
        ['"app.kubernetes.io/component":"api"}}}]', '"app.kubernetes.io/component":"apis"}}}]'],
      ] as const) {
        const text = JSON.stringify(resources);
        assert.ok(text.includes(right), right);
        assert.deepEqual(flows(JSON.parse(text.replace(right, wrong)) as Resource[], flow), all(flow, false));
      }
      const open = resources.filter(({ kind }) => kind !== 'NetworkPolicy');
      assert.deepEqual(flows(open, REFUSED), all(REFUSED, true));
    });
  });
});

interface Relabeling {
  readonly sourceLabels: readonly string[];
  readonly regex: string;
  readonly replacement: string;
}
