import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { openApiDocument } from '@paylog/api/docs/openapi';
import { ADMIN_PATHS } from '@paylog/shared/telemetry/health';
import {
  acquireHelm,
  containersOf,
  chart,
  ENVIRONMENTS,
  type Helm,
  only,
  podSpecs,
  type Resource,
  root,
} from './support/helm-chart.ts';

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

/** Values that are refused, and what helm says. */
const REFUSED: readonly (readonly [name: string, values: object, says: RegExp])[] = [
  ['a misspelled value', { indexer: { replica: 3 } }, /indexer.*'?replica'? not allowed/s],
  ['a misspelled section', { monitorring: {} }, /'?monitorring'? not allowed/],
  ['a misspelled setting', { config: { LOG_LEVLE: 'info' } }, /config.*'?LOG_LEVLE'? not allowed/s],
  ['a setting of the other process', { indexer: { config: { MAX_TAILS: 5 } } }, /'?MAX_TAILS'? not allowed/],
  ['a setting that has a value of its own', { config: { KAFKA_BROKERS: 'a:1' } }, /'?KAFKA_BROKERS'? not allowed/],
  ['a secret among the settings', { config: { KAFKA_SASL_PASSWORD: 'x' } }, /'?KAFKA_SASL_PASSWORD'? not allowed/],
  ['no pods', { api: { replicas: 0 } }, /replicas.*(minimum|>=|got 0)/s],
  ['a port out of range', { api: { service: { port: 70000 } } }, /port.*(maximum|<=|65,?535)/s],
  ['a text where a number belongs', { kafka: { partitions: 'six' } }, /partitions.*got string, want integer/s],
  ['a broker without a port', { kafka: { brokers: ['kafka'] } }, /brokers.*does not match pattern/s],
  ['no broker', { kafka: { brokers: [] } }, /brokers.*minItems/s],
  ['an address with a login', { elasticsearch: { url: 'http://u:p@es:9200' } }, /url.*does not match pattern/s],
  ['an unknown choice', { indexer: { autoscaling: { mode: 'vpa' } } }, /mode.*one of 'auto', 'keda', 'hpa', 'none'/s],
  [
    'an address of runbooks that is none',
    { monitoring: { prometheusRule: { runbookBaseUrl: 'docs' } } },
    /runbookBaseUrl.*does not match pattern/s,
  ],
  ['a tag that moves', { image: { tag: 'latest' } }, /tag/],
  ['a digest that is none', { api: { image: { digest: 'sha256:abc' } } }, /digest.*does not match pattern/s],
  ['a time that is none', { config: { DRAIN_TIMEOUT_MS: '1 fortnight' } }, /"1 fortnight" is not a time such as/],
  [
    'a mechanism without a login',
    { kafka: { sasl: { mechanism: 'plain' } } },
    /mechanism needs kafka\.sasl\.existingSecret/,
  ],
  ['a login without a mechanism', { kafka: { sasl: { username: 'u' } } }, /set kafka\.sasl\.mechanism/],
  [
    'a password twice',
    { kafka: { sasl: { mechanism: 'plain', password: 'p', existingSecret: 's' } } },
    /password and kafka\.sasl\.existingSecret exclude each other/,
  ],
  ['an authority without TLS', { kafka: { tls: { caSecret: 's' } } }, /caSecret needs kafka\.tls\.enabled=true/],
  ['an authority for http', { elasticsearch: { tls: { caSecret: 's' } } }, /needs an https:\/\/ URL/],
  ['a type without a login', { elasticsearch: { auth: { type: 'basic' } } }, /type=basic needs/],
  ['a key that is not there', { elasticsearch: { auth: { type: 'apiKey' } } }, /type=apiKey needs/],
  ['a login without a type', { elasticsearch: { auth: { apiKey: 'k' } } }, /set elasticsearch\.auth\.type/],
  [
    'a login twice',
    { elasticsearch: { auth: { type: 'apiKey', apiKey: 'k', existingSecret: 's' } } },
    /existingSecret excludes password and apiKey/,
  ],
  [
    'more indexers than partitions',
    { indexer: { autoscaling: { maxReplicas: 7 } } },
    /maxReplicas is 7, but kafka\.partitions is 6/,
  ],
  ['a login of a job that is off', { setupJob: { kafkaSecret: 's' } }, /setupJob has a login but is off/],
  [
    'a login of the job for brokers without one',
    { setupJob: { enabled: true, kafkaSecret: 's' } },
    /setupJob\.kafkaSecret has a login but no mechanism/,
  ],
  [
    'a login of the job for a store without one',
    { setupJob: { enabled: true, elasticsearchSecret: 's' } },
    /setupJob\.elasticsearchSecret has a login but elasticsearch\.auth\.type=none/,
  ],
  [
    'more indexers than partitions, by number',
    { indexer: { replicas: 7, autoscaling: { mode: 'none' } } },
    /indexer\.replicas is 7, but kafka\.partitions is 6/,
  ],
  [
    'a least above the most',
    { indexer: { autoscaling: { minReplicas: 9 } } },
    /minReplicas is 9, more than the most pods \(6\)/,
  ],
  ['a fallback above the most', { indexer: { autoscaling: { fallbackReplicas: 9 } } }, /fallbackReplicas is 9/],
  ['a kind that is none', { indexer: { kind: 'DaemonSet' } }, /kind.*one of 'Deployment', 'StatefulSet'/s],
  [
    'a member id for all pods',
    { indexer: { config: { KAFKA_GROUP_INSTANCE_ID: 'x' } } },
    /'?KAFKA_GROUP_INSTANCE_ID'? not allowed/,
  ],
  [
    'a session that ends while a pod is replaced',
    { indexer: { kind: 'StatefulSet', config: { KAFKA_SESSION_TIMEOUT_MS: '50s' } } },
    /StatefulSet needs a KAFKA_SESSION_TIMEOUT_MS of at least 65s, it is 50s/,
  ],
  [
    'a least above the most, of the API',
    { api: { autoscaling: { minReplicas: 11 } } },
    /api\.autoscaling\.minReplicas is more/,
  ],
  ['headers for no receiver', { tracing: { existingSecret: 's' } }, /existingSecret needs tracing\.endpoint/],
  ['an ingress for no host', { ingress: { enabled: true } }, /ingress\.enabled needs ingress\.hosts/],
  ['a route of no gateway', { gateway: { enabled: true } }, /gateway\.enabled needs gateway\.parentRefs/],
];

describe('Helm chart: values', () => {
  let helm: Helm;
  const render = (values: object, apiVersions: readonly string[] = []): Promise<readonly Resource[]> =>
    helm.resources({ values, apiVersions });

  before(async function () {
    helm = await acquireHelm(this);
  });

  describe('that cannot be meant are refused', () => {
    for (const [name, values, says] of REFUSED) {
      it(name, async () => {
        assert.match((await helm.refusal(values)) ?? 'taken', says);
      });
    }

    it('all contradictions at once', async () => {
      const said = await helm.refusal({ ingress: { enabled: true }, kafka: { tls: { caSecret: 's' } } });
      assert.match(said ?? '', /The values contradict each other:\n- kafka\.tls.*\n- ingress\.enabled/s);
    });
  });

  describe('scaling of the indexer', () => {
    const kinds = (resources: readonly Resource[]): readonly string[] =>
      resources
        .filter(({ kind, metadata }) => /scale/i.test(kind) && metadata.name.endsWith('-indexer'))
        .map(({ kind }) => kind);

    it('is by lag where KEDA is, else by CPU', async () => {
      assert.deepEqual(kinds(await render({}, ['keda.sh/v1alpha1'])), ['ScaledObject']);
      assert.deepEqual(kinds(await render({})), ['HorizontalPodAutoscaler']);
      assert.deepEqual(kinds(await render({ indexer: { autoscaling: { mode: 'none' } } })), []);
    });

    it('by CPU stands in nobody’s way when KEDA comes', async () => {
      const { metadata } = only(await render({}), 'HorizontalPodAutoscaler', '-indexer');
      // verifyHpas of KEDA's webhook, which otherwise refuses a second one for the same pods.
      assert.equal(metadata.annotations?.['validations.keda.sh/hpa-ownership'], 'false');
    });

    it('sets replicas only where nothing scales', async () => {
      const replicas = async (mode: string): Promise<unknown> =>
        only(await render({ indexer: { autoscaling: { mode } } }), 'Deployment', '-indexer').spec.replicas;
      assert.equal(await replicas('none'), 2);
      assert.equal(await replicas('hpa'), undefined);
      assert.equal(await replicas('keda'), undefined);
    });

    it('has at most as many pods as there are partitions', async () => {
      for (const mode of ['keda', 'hpa']) {
        const resources = await render({ kafka: { partitions: 16 }, indexer: { autoscaling: { mode } } });
        const { spec } = only(resources, mode === 'keda' ? 'ScaledObject' : 'HorizontalPodAutoscaler', '-indexer');
        assert.equal(spec[mode === 'keda' ? 'maxReplicaCount' : 'maxReplicas'], 16);
      }
    });

    it('takes no pods away while the lag cannot be read', async () => {
      const of = async (fallbackReplicas: number): Promise<unknown> => {
        const autoscaling = { mode: 'keda', fallbackReplicas };
        return only(await render({ indexer: { autoscaling } }), 'ScaledObject').spec['fallback'];
      };
      assert.deepEqual(await of(3), { failureThreshold: 4, replicas: 3, behavior: 'currentReplicasIfHigher' });
      assert.equal(await of(0), undefined);
    });

    it('looks at both topics, with the login and the authority of the indexer', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const { triggers } = only(resources, 'ScaledObject').spec as unknown as {
        triggers: { metadata: Record<string, string>; authenticationRef: { name: string } }[];
      };
      assert.deepEqual(
        triggers.map(({ metadata }) => metadata['topic']),
        ['logs', 'logs.direct'],
      );
      for (const { metadata, authenticationRef } of triggers) {
        assert.deepEqual([metadata['sasl'], metadata['tls']], ['scram_sha512', 'enable']);
        assert.equal(metadata['consumerGroup'], 'paylog-indexer');
        assert.equal(authenticationRef.name, only(resources, 'TriggerAuthentication').metadata.name);
      }
      const { env, secretTargetRef } = only(resources, 'TriggerAuthentication').spec;
      assert.deepEqual(env, [
        { parameter: 'username', name: 'KAFKA_SASL_USERNAME', containerName: 'indexer' },
        { parameter: 'password', name: 'KAFKA_SASL_PASSWORD', containerName: 'indexer' },
      ]);
      assert.deepEqual(secretTargetRef, [{ parameter: 'ca', name: 'kafka-cluster-ca', key: 'ca.crt' }]);
    });
  });

  describe('an indexer as StatefulSet', () => {
    const asStatefulSet = (values: object, apiVersions: readonly string[] = []): Promise<readonly Resource[]> =>
      render({ indexer: { kind: 'StatefulSet', ...values } }, apiVersions);

    it('takes the place of the Deployment, for what scales it too', async () => {
      for (const [apiVersions, kind] of [
        [[], 'HorizontalPodAutoscaler'],
        [['keda.sh/v1alpha1'], 'ScaledObject'],
      ] as const) {
        const resources = await asStatefulSet({}, apiVersions);
        const { metadata, spec } = only(resources, 'StatefulSet');
        assert.equal(metadata.name, 'logs-pay-log-aggregator-indexer');
        assert.equal(spec.replicas, undefined);
        assert.equal(only(resources, 'Deployment').metadata.name, 'logs-pay-log-aggregator-api');
        const target = only(resources, kind, '-indexer').spec['scaleTargetRef'];
        assert.deepEqual(target, { apiVersion: 'apps/v1', kind: 'StatefulSet', name: metadata.name });
      }
      const fixed = await asStatefulSet({ replicas: 3, autoscaling: { mode: 'none' } });
      assert.equal(only(fixed, 'StatefulSet').spec.replicas, 3);
    });

    it('has the headless service and the budget that stand for its pods', async () => {
      const resources = await asStatefulSet({});
      const { spec } = only(resources, 'StatefulSet');
      const service = only(resources, 'Service', '-indexer');
      assert.equal(spec['serviceName'], service.metadata.name);
      assert.equal(service.spec['clusterIP'], 'None');
      const { matchLabels } = only(resources, 'PodDisruptionBudget', '-indexer').spec['selector'] as Selector;
      const labels = spec.template?.metadata.labels ?? {};
      for (const selected of [matchLabels, service.spec['selector'], (spec['selector'] as Selector).matchLabels])
        for (const [key, value] of Object.entries(selected as object)) assert.equal(labels[key], value);
      assert.deepEqual([spec['podManagementPolicy'], spec['updateStrategy']], ['Parallel', { type: 'RollingUpdate' }]);
    });

    it('makes each pod the member of its name, and the session longer than its replacement takes', async () => {
      const resources = await asStatefulSet({});
      const env = only(resources, 'StatefulSet').spec.template?.spec.containers[0]?.env;
      assert.deepEqual(env, [
        { name: 'KAFKA_GROUP_INSTANCE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ]);
      const session = (given: readonly Resource[]): unknown =>
        only(given, 'ConfigMap', '-indexer').data?.['KAFKA_SESSION_TIMEOUT_MS'];
      assert.equal(session(resources), '2m');
      assert.equal(session(await asStatefulSet({ config: { KAFKA_SESSION_TIMEOUT_MS: '3m' } })), '3m');
      assert.equal(session(await render({})), undefined);
      assert.equal(only(await render({}), 'Deployment', '-indexer').spec.template?.spec.containers[0]?.env, undefined);
    });

    it('is spread by the label that its pods have', async () => {
      const keys = async (kind: string): Promise<unknown> =>
        only(await render({ indexer: { kind } }), kind, '-indexer').spec.template?.spec.topologySpreadConstraints?.map(
          (each) => (each as { matchLabelKeys: unknown }).matchLabelKeys,
        );
      assert.deepEqual(await keys('StatefulSet'), [['controller-revision-hash'], ['controller-revision-hash']]);
      assert.deepEqual(await keys('Deployment'), [['pod-template-hash'], ['pod-template-hash']]);
    });
  });

  describe('pods', () => {
    for (const environment of ENVIRONMENTS) {
      it(`are of the restricted profile, without tokens: ${environment}`, async () => {
        const pods = podSpecs(await helm.resources({ environment }));
        assert.equal(pods.length, environment === 'dev' ? 3 : 4);
        for (const { name, spec } of pods) {
          assert.equal(spec.automountServiceAccountToken, false, name);
          for (const { securityContext } of containersOf(spec)) {
            assert.deepEqual(securityContext, {
              allowPrivilegeEscalation: false,
              privileged: false,
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              runAsUser: 65532,
              runAsGroup: 65532,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            });
          }
        }
      });
    }

    it('run as the user of the images', async () => {
      for (const service of ['api', 'indexer', 'cli']) {
        const dockerfile = await readFile(path.join(root, 'services', service, 'Dockerfile'), 'utf8');
        assert.match(dockerfile, /^USER 65532:65532$/m, service);
      }
    });

    it('have images by tag, or by digest, from the registry that is named', async () => {
      const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
      const images = (resources: readonly Resource[]): readonly string[] =>
        podSpecs(resources).flatMap(({ spec }) => containersOf(spec).map(({ image }) => image));
      assert.ok(images(await render({})).includes(`pay-log-aggregator-api:${version}`));
      const digest = `sha256:${'0'.repeat(64)}`;
      const named = images(
        await render({ image: { registry: 'r.example.com/pay', tag: '9.9.9' }, api: { image: { digest } } }),
      );
      assert.ok(named.includes(`r.example.com/pay/pay-log-aggregator-api@${digest}`));
      assert.ok(named.includes('r.example.com/pay/pay-log-aggregator-indexer:9.9.9'));
      for (const environment of ENVIRONMENTS) {
        for (const image of images(await helm.resources({ environment }))) assert.match(image, /:(?!latest)[\w.-]+$/);
      }
    });

    it('are asked on the routes that there are, and those of the API are not taken away together when Kafka is', async () => {
      for (const [service, readiness] of [
        ['api', '/health/serving'],
        ['indexer', '/health/ready'],
      ] as const) {
        const container = only(await render({}), 'Deployment', `-${service}`).spec.template?.spec.containers[0];
        const probes = container as unknown as Record<string, { httpGet: { path: string; port: string } }>;
        const asked = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => probes[probe]?.httpGet);
        const paths = ['/health', '/health/live', readiness];
        assert.deepEqual(
          asked,
          paths.map((at) => ({ path: at, port: 'http' })),
        );
        const known = new Set<string>(ADMIN_PATHS);
        for (const at of paths) assert.ok(known.has(at), at);
      }
    });

    it('find authorities where the settings say', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const settings = only(resources, 'ConfigMap', '-indexer').data ?? {};
      const pod = only(resources, 'Deployment', '-indexer').spec.template?.spec;
      for (const [key, volume, secret] of [
        ['KAFKA_SSL_CA_FILE', 'kafka-ca', 'kafka-cluster-ca'],
        ['ELASTICSEARCH_CA_FILE', 'elasticsearch-ca', 'logs-es-http-certs-public'],
      ] as const) {
        const mount = pod?.containers[0]?.volumeMounts.find(({ name }) => name === volume);
        assert.equal(settings[key], `${mount?.mountPath ?? ''}/ca.crt`);
        assert.deepEqual(pod?.volumes?.find(({ name }) => name === volume)?.['secret'], {
          secretName: secret,
          items: [{ key: 'ca.crt', path: 'ca.crt' }],
        });
      }
    });

    it('may write where the settings say, and to /tmp', async () => {
      const resources = await render({ logFiles: { enabled: true }, profiling: { enabled: true } });
      const { LOG_DIR, PROFILE_DIR } = only(resources, 'ConfigMap', '-api').data ?? {};
      const pod = only(resources, 'Deployment', '-api').spec.template?.spec;
      const writable = pod?.containers[0]?.volumeMounts.map(({ mountPath }) => mountPath);
      assert.deepEqual(writable, ['/tmp', LOG_DIR, PROFILE_DIR]);
    });

    it('spread as they are told', async () => {
      const constraints = async (topologySpread: object): Promise<unknown> => {
        const resources = await render({ topologySpread });
        return only(resources, 'Deployment', '-api').spec.template?.spec.topologySpreadConstraints?.length;
      };
      assert.equal(await constraints({}), 2);
      assert.equal(await constraints({ zone: '' }), 1);
      assert.equal(await constraints({ zone: '', host: '' }), undefined);
    });

    it('are placed as they are told', async () => {
      const placed = {
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'logs', operator: 'Exists' }],
        affinity: { nodeAffinity: {} },
        priorityClassName: 'high',
      };
      const resources = await render({
        imagePullSecrets: [{ name: 'pull' }],
        commonLabels: { team: 'observability' },
        api: {
          ...placed,
          podLabels: { tier: 'front' },
          podAnnotations: { a: 'b' },
          serviceAccountAnnotations: { c: 'd' },
        },
      });
      const template = only(resources, 'Deployment', '-api').spec.template;
      assert.ok(template);
      for (const [key, value] of Object.entries(placed)) assert.deepEqual(Reflect.get(template.spec, key), value);
      assert.deepEqual(Reflect.get(template.spec, 'imagePullSecrets'), [{ name: 'pull' }]);
      assert.equal(template.metadata.labels['tier'], 'front');
      assert.equal(template.metadata.annotations?.['a'], 'b');
      assert.equal(only(resources, 'ServiceAccount', '-api').metadata.annotations?.['c'], 'd');
      for (const { metadata } of resources) assert.equal(metadata.labels['team'], 'observability', metadata.name);
    });
  });

  describe('names and labels', () => {
    it('are those that Kubernetes recommends, on every resource', async () => {
      for (const { kind, metadata } of await helm.resources({ environment: 'prod' })) {
        assert.equal(metadata.namespace, 'payments', `${kind} ${metadata.name}`);
        assert.match(metadata.name, /^logs-pay-log-aggregator(-[a-z-]+)?$/);
        assert.equal(metadata.labels['app.kubernetes.io/name'], 'pay-log-aggregator');
        assert.equal(metadata.labels['app.kubernetes.io/instance'], 'logs');
        assert.equal(metadata.labels['app.kubernetes.io/managed-by'], 'Helm');
      }
    });

    it('can be chosen, and stay short enough for labels', async () => {
      const values = {
        fullnameOverride: 'x'.repeat(63),
        setupJob: { enabled: true },
        indexer: { kind: 'StatefulSet' },
      };
      for (const { kind, metadata } of await render(values)) {
        assert.match(metadata.name, /^x{44}(-|$)/);
        // Pods of a StatefulSet have a label of its name, `-` and a hash of up to 10 characters (kubernetes#64023).
        assert.ok(metadata.name.length <= (kind === 'StatefulSet' ? 52 : 63), metadata.name);
      }
      // Terraform's output of the address computes the same name.
      const outputs = await readFile(path.join(root, 'infra/terraform/modules/helm-chart/outputs.tf'), 'utf8');
      assert.match(outputs, / full_name += trimsuffix\(substr\(.*, 0, 44\), "-"\)$/m);
      for (const { metadata } of await render({ nameOverride: 'paylog' })) assert.match(metadata.name, /^logs-paylog/);
    });

    it('are texts, also where they are digits', async () => {
      const values = {
        nameOverride: '321',
        fullnameOverride: '789',
        setupJob: { enabled: true, kafkaSecret: '55' },
        kafka: { sasl: { mechanism: 'plain', existingSecret: '44' }, tls: { enabled: true, caSecret: '33' } },
        monitoring: { serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } },
      };
      const resources = await helm.resources({ release: '123', values });
      const faults: string[] = [];
      const look = (value: unknown, at: string): void => {
        if (typeof value !== 'object' || value === null) return;
        for (const [key, inner] of Object.entries(value)) {
          const isText = /(^|\.)(labels|matchLabels|selector|annotations)$/.test(at) || /^(name|secretName)$/.test(key);
          if (isText && !['string', 'object'].includes(typeof inner)) faults.push(`${at}.${key}: ${String(inner)}`);
          look(inner, `${at}.${key}`);
        }
      };
      for (const resource of resources) look(resource, resource.kind);
      assert.deepEqual(faults, []);
      for (const { metadata } of resources) assert.equal(metadata.labels['app.kubernetes.io/instance'], '123');
    });

    it('of a resource are its own', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const names = resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.deepEqual(names, [...new Set(names)]);
    });
  });

  describe('network policies', () => {
    const policies = async (values: object): Promise<Record<string, Record<string, never>>> =>
      Object.fromEntries(
        (await render(values))
          .filter(({ kind }) => kind === 'NetworkPolicy')
          .map(({ metadata, spec }) => [metadata.name.replace('logs-pay-log-aggregator-', ''), spec as never]),
      );
    const ports = (rules: unknown): unknown =>
      (rules as { ports?: { port: unknown }[] }[]).flatMap(({ ports: list = [] }) => list.map(({ port }) => port));

    it('let nothing through but what is listed', async () => {
      const all = await policies({});
      assert.deepEqual(all['default-deny'], {
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'pay-log-aggregator', 'app.kubernetes.io/instance': 'logs' },
        },
        policyTypes: ['Ingress', 'Egress'],
      });
      assert.deepEqual(ports(all['all']?.['egress']), [53, 53]);
      assert.deepEqual(ports(all['pipeline']?.['egress']), [9092, 9200]);
      // By number: some plugins resolve a name for all pods at once, and `http` is not the same in both.
      assert.deepEqual(ports(all['api']?.['ingress']), [8000]);
      assert.deepEqual(ports(all['indexer']?.['ingress']), [8001]);
      assert.deepEqual(ports(all['test']?.['egress']), [8000]);
    });

    it('follow brokers, store, traces and mesh', async () => {
      const all = await policies({
        kafka: { brokers: ['a:9093', 'b:9093', 'c:9094'] },
        elasticsearch: { url: 'https://es.example.com/logs' },
        tracing: { endpoint: 'http://jaeger:4318' },
        mesh: { type: 'istio' },
        networkPolicy: { kafkaPorts: [29092], extraEgress: [{ ports: [{ port: 9999 }] }] },
      });
      assert.deepEqual(ports(all['pipeline']?.['egress']), [9093, 9094, 29092, 443, 4318]);
      assert.deepEqual(ports(all['all']?.['egress']), [53, 53, 15012, 9999]);
    });

    it('let the set-up job through with the values of this release, before the other policies are replaced', async () => {
      const values = {
        kafka: { brokers: ['a:9093'] },
        elasticsearch: { url: 'https://es.example.com' },
        networkPolicy: { kafkaPorts: [29092], extraEgress: [{ ports: [{ port: 9999 }] }] },
      };
      assert.equal((await policies(values))['setup'], undefined);
      const resources = await render({ ...values, setupJob: { enabled: true } });
      const { metadata, spec } = only(resources, 'NetworkPolicy', '-setup');
      assert.deepEqual(ports(spec['egress']), [53, 53, 9093, 29092, 443, 9999]);
      assert.deepEqual(spec['policyTypes'], ['Ingress', 'Egress']);
      const hook = (weight: string, deleted: string): object => ({
        'helm.sh/hook': 'pre-install,pre-upgrade',
        'helm.sh/hook-weight': weight,
        'helm.sh/hook-delete-policy': deleted,
      });
      assert.deepEqual(metadata.annotations, hook('-10', 'before-hook-creation'));
      const job = only(resources, 'Job', '-setup');
      assert.deepEqual(job.metadata.annotations, hook('0', 'before-hook-creation,hook-succeeded'));
      const { matchLabels } = spec['podSelector'] as { matchLabels: Record<string, string> };
      const labels = job.spec.template?.metadata.labels ?? {};
      for (const [key, value] of Object.entries(matchLabels)) assert.equal(labels[key], value);
    });

    it('name who may call, and let the test of the release in', async () => {
      const peer = { namespaceSelector: { matchLabels: { a: 'b' } } };
      const { api, indexer } = await policies({ networkPolicy: { apiFrom: [peer], metricsFrom: [peer] } });
      const from = (spec: Record<string, never> | undefined): unknown[] =>
        (spec?.['ingress'] as unknown as { from: unknown[] }[])[0]?.from ?? [];
      assert.equal(from(api).length, 3);
      assert.deepEqual(from(indexer), [peer]);
    });

    it('can be left out', async () => {
      assert.deepEqual(await policies({ networkPolicy: { enabled: false } }), {});
      assert.match(await helm.notes({ values: { networkPolicy: { enabled: false } } }), /Network policies are off/);
    });
  });

  describe('ways in', () => {
    it('of Ingress and Gateway API are the explorer and the API, without metrics and health', async () => {
      const resources = await helm.resources({
        environment: 'staging',
        values: { ingress: { enabled: true, hosts: ['a.example.com'] } },
      });
      const ingress = JSON.stringify(only(resources, 'Ingress').spec);
      const route = JSON.stringify(only(resources, 'HTTPRoute').spec);
      for (const spec of [ingress, route]) {
        for (const prefix of [
          '/api/v1',
          '/assets',
          '/docs',
          '/elasticsearch',
          '/loki',
          '/services/collector',
          '/v1/logs',
        ]) {
          assert.ok(spec.includes(`"${prefix}"`), prefix);
        }
        assert.doesNotMatch(spec, /metrics|health/);
      }
    });

    it('let through every route of the API but those of its operation', async () => {
      const values = {
        ingress: { enabled: true, hosts: ['a.example.com'] },
        gateway: { enabled: true, parentRefs: [{ name: 'g' }] },
      };
      const resources = await render(values);
      const ingress = only(resources, 'Ingress').spec as unknown as {
        rules: { http: { paths: { path: string; pathType: string }[] } }[];
      };
      const route = only(resources, 'HTTPRoute').spec as unknown as {
        rules: { matches: { path: { type: string; value: string } }[] }[];
      };
      const ways = [
        ingress.rules.flatMap(({ http }) =>
          http.paths.map(({ path: at, pathType }) => ({ at, exact: pathType === 'Exact' })),
        ),
        route.rules.flatMap(({ matches }) =>
          matches.map((match) => ({ at: match.path.value, exact: match.path.type === 'Exact' })),
        ),
      ];
      const inside = /^\/(health|metrics)(\/|$)/;
      for (const way of ways) {
        for (const at of Object.keys(openApiDocument('1').paths)) {
          const isOpen = way.some((rule) => at === rule.at || (!rule.exact && at.startsWith(`${rule.at}/`)));
          assert.equal(isOpen, !inside.test(at), at);
        }
      }
    });

    it('have path types that ingress-nginx takes: its webhook refuses an Ingress with any other', async () => {
      const paths = ['/api/v1', '/openapi.json', '/a_b/', '/v1.0'];
      for (const resources of [
        await helm.resources({ environment: 'prod' }),
        await render({ ingress: { enabled: true, hosts: ['a.example.com'] }, api: { paths } }),
      ]) {
        const { rules } = only(resources, 'Ingress').spec as unknown as {
          rules: { http: { paths: { path: string; pathType: string }[] } }[];
        };
        for (const { path: at, pathType } of rules.flatMap(({ http }) => http.paths)) {
          // What `strict-validate-path-type` lets through; until 1.12.6 and 1.13.2 no dot either.
          const isPlain = /^\/[A-Za-z0-9_/-]*$/.test(at);
          assert.equal(pathType === 'ImplementationSpecific', !isPlain, `${at} ${pathType}`);
        }
      }
    });

    it('are none by default', async () => {
      assert.deepEqual(
        (await render({})).filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute'),
        [],
      );
    });
  });

  describe('a service mesh', () => {
    it('gets its labels and annotations, and no sidecar where a pod has to end', async () => {
      const values = { setupJob: { enabled: true } };
      const istio = await render({ ...values, mesh: { type: 'istio' } });
      const linkerd = await render({ ...values, mesh: { type: 'linkerd' } });
      for (const [kind, end, sidecar] of [
        ['Deployment', '-api', true],
        ['Deployment', '-indexer', true],
        ['Job', '-setup', false],
      ] as const) {
        const labels = only(istio, kind, end).spec.template?.metadata.labels;
        assert.equal(labels?.['sidecar.istio.io/inject'], String(sidecar));
        assert.equal(labels['app'], `logs-pay-log-aggregator${end}`);
        const annotations = only(linkerd, kind, end).spec.template?.metadata.annotations;
        assert.equal(annotations?.['linkerd.io/inject'], sidecar ? 'enabled' : 'disabled');
      }
    });
  });

  describe('monitoring', () => {
    it('brings the rules and dashboards of the product as they are', async () => {
      const resources = await helm.resources({ environment: 'prod' });
      const { groups } = only(resources, 'PrometheusRule').spec as unknown as {
        groups: { rules: { expr: string }[] }[];
      };
      assert.ok(groups.length > 1);
      assert.ok(JSON.stringify(groups).includes('{{ $'), 'templates of Prometheus are left alone');
      const dashboards = Object.entries(only(resources, 'ConfigMap', '-dashboards').data ?? {});
      assert.ok(dashboards.length > 1);
      for (const [name, text] of dashboards) assert.ok(JSON.parse(text) instanceof Object, name);
      assert.equal(only(resources, 'ServiceMonitor').metadata.labels['release'], 'prometheus');
    });

    it('puts the address of the runbooks in front of their pages, where one is given', async () => {
      interface Rule {
        readonly alert?: string;
        readonly annotations?: Readonly<Record<string, string>>;
      }
      const rulesOf = async (runbookBaseUrl: string): Promise<readonly Rule[]> => {
        const monitoring = { prometheusRule: { enabled: true, runbookBaseUrl } };
        const { spec } = only(await render({ monitoring }), 'PrometheusRule');
        return (spec as unknown as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
      };
      const plain = await rulesOf('');
      const alerts = plain.filter(({ alert }) => alert !== undefined);
      assert.ok(alerts.length > 10);
      for (const { alert = '', annotations } of alerts) {
        assert.match(annotations?.['runbook_url'] ?? '', /^docs\/runbooks\/\w+\.md$/, alert);
        await access(path.join(root, annotations?.['runbook_url'] ?? ''));
      }
      for (const base of ['https://git.example.com/pay/blob/main', 'https://git.example.com/pay/blob/main/']) {
        const expected = plain.map(({ annotations, ...rule }) => {
          const page = annotations?.['runbook_url'];
          if (page === undefined) return annotations === undefined ? rule : { ...rule, annotations };
          const address = `https://git.example.com/pay/blob/main/${page}`;
          return { ...rule, annotations: { ...annotations, runbook_url: address } };
        });
        assert.deepEqual(await rulesOf(base), expected);
      }
    });

    it('is off by default, one by one', async () => {
      const kinds = new Set((await render({})).map(({ kind }) => kind));
      for (const kind of ['ServiceMonitor', 'PrometheusRule']) assert.ok(!kinds.has(kind));
      const some = await render({ monitoring: { serviceMonitor: { enabled: true } } });
      assert.equal(some.filter(({ kind }) => kind === 'PrometheusRule').length, 0);
      only(some, 'ServiceMonitor');
    });
  });

  it('budgets for disruptions can be left out', async () => {
    assert.equal((await render({})).filter(({ kind }) => kind === 'PodDisruptionBudget').length, 2);
    const budget = { podDisruptionBudget: { enabled: false } };
    const none = await render({ api: budget, indexer: budget });
    assert.equal(none.filter(({ kind }) => kind === 'PodDisruptionBudget').length, 0);
  });

  it('of the environments are all examples of the chart, each for a data set of its own', async () => {
    const found = (await readdir(chart)).flatMap((name) => /^values-(\w+)\.yaml$/.exec(name)?.[1] ?? []);
    assert.deepEqual(found.sort(), [...ENVIRONMENTS].sort());
    for (const environment of ENVIRONMENTS) {
      const resources = await helm.resources({ environment });
      for (const service of ['api', 'indexer']) {
        assert.equal(only(resources, 'ConfigMap', `-${service}`).data?.['DATA_SET'], environment);
      }
    }
  });
});
