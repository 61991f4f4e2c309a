import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { stopTimeoutFrom } from '@paylog/shared/composition/stop-timeout-from';
import type { Config } from '@paylog/shared/config/config';
import { settingRows } from '@paylog/shared/config/config-table';
import { loadConfig } from '@paylog/shared/config/load-config';
import {
  acquireHelm,
  type Container,
  containersOf,
  ENVIRONMENTS,
  type Helm,
  only,
  podSpecs,
  type PodSpec,
  type Rendering,
  type Resource,
  settingsOf,
} from './support/helm-chart.ts';

const SERVICES = ['api', 'indexer'] as const;
type ChartService = (typeof SERVICES)[number];

/** Stands for what Kubernetes takes from a secret, or from the pod. */
const FROM_SECRET = 'from-a-secret';

const SECRETS = new Set(settingRows().flatMap(({ row }) => (row.secret === true ? [row.key] : [])));

const RENDERINGS: readonly (Rendering & { readonly name: string })[] = [
  { name: 'the defaults' },
  ...ENVIRONMENTS.map((environment) => ({ name: environment, environment })),
  {
    name: 'a login as value, and large numbers',
    values: {
      kafka: {
        partitions: 3000,
        sasl: { mechanism: 'plain', username: 'u', password: 'p' },
        topic: 'pay',
        directTopic: 'in',
      },
      elasticsearch: { auth: { type: 'basic', username: 'u', password: 'p' } },
      config: {
        MAX_RECORD_BYTES: 1000000,
        KAFKA_MAX_BATCH_BYTES: 33554432,
        BULK_MAX_BYTES: '32MiB',
        OTEL_TRACES_SAMPLER_ARG: 0.25,
      },
      api: { config: { MAX_BODY_BYTES: 20971520 } },
      logFiles: { enabled: true },
      profiling: { enabled: true },
      tracing: { endpoint: 'https://otlp.example.com', existingSecret: 'otlp' },
    },
  },
  { name: 'a StatefulSet', values: { indexer: { kind: 'StatefulSet' } } },
  {
    name: 'logins from secrets, user names too',
    values: {
      kafka: { sasl: { mechanism: 'plain', existingSecret: 'kafka' } },
      elasticsearch: { auth: { type: 'basic', existingSecret: 'elastic' } },
    },
  },
];

/** The environment that the container of a service gets. */
function environmentOf(resources: readonly Resource[], service: ChartService): Record<string, string> {
  const [container] = podOf(resources, service).containers;
  assert.ok(container);
  return environmentOfContainer(resources, container);
}

/** What stands in the ConfigMaps that the container names, and in its own variables. */
function environmentOfContainer(resources: readonly Resource[], { env = [], envFrom = [] }: Container) {
  const maps = envFrom.map(({ configMapRef }) => settingsOf(resources, configMapRef?.name ?? ''));
  const named = env.map(({ name, value }) => [name, value ?? FROM_SECRET] as const);
  return Object.assign({}, ...maps, Object.fromEntries(named)) as Record<string, string>;
}

function podOf(resources: readonly Resource[], service: ChartService): PodSpec {
  const kind =
    resources.some((each) => each.kind === 'StatefulSet') && service === 'indexer' ? 'StatefulSet' : 'Deployment';
  const pod = only(resources, kind, `-${service}`).spec.template?.spec;
  assert.ok(pod);
  return pod;
}

function texts(settings: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
}

function load(service: ChartService, env: Readonly<Record<string, string>>): Config<ChartService> {
  const isHeaders = 'OTEL_EXPORTER_OTLP_HEADERS' in env ? { OTEL_EXPORTER_OTLP_HEADERS: 'a=b' } : {};
  const loaded = loadConfig(service, { ...env, ...isHeaders });
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.faults.join('\n'));
  return loaded.config;
}

describe('Helm chart: settings', () => {
  let helm: Helm;

  before(async function () {
    helm = await acquireHelm(this);
  });

  for (const rendering of RENDERINGS) {
    for (const service of SERVICES) {
      it(`the ${service} starts with what it gets: ${rendering.name}`, async () => {
        const env = environmentOf(await helm.resources(rendering), service);
        const known = new Set(settingRows().map(({ row }) => row.key));
        assert.deepEqual(
          Object.keys(env).filter((key) => !known.has(key)),
          [],
        );
        assert.equal(load(service, env).http.port, service === 'api' ? 8000 : 8001);
      });

      it(`the ${service} may stop in its own time: ${rendering.name}`, async () => {
        const resources = await helm.resources(rendering);
        const stopMs = stopTimeoutFrom(load(service, environmentOf(resources, service)), 1);
        const preStopSeconds = service === 'api' ? 5 : 0;
        assert.equal(
          podOf(resources, service).terminationGracePeriodSeconds,
          preStopSeconds + Math.ceil(stopMs / 1000) + 5,
        );
      });
    }

    it(`no secret stands in a ConfigMap: ${rendering.name}`, async () => {
      const resources = await helm.resources(rendering);
      for (const { kind, metadata, data = {} } of resources) {
        if (kind !== 'ConfigMap') continue;
        assert.deepEqual(
          Object.keys(data).filter((key) => SECRETS.has(key)),
          [],
          metadata.name,
        );
      }
      for (const { name, spec } of podSpecs(resources)) {
        for (const { env = [] } of containersOf(spec)) {
          const plain = env.filter(({ name: key, value }) => SECRETS.has(key) && value !== undefined);
          assert.deepEqual(plain, [], name);
        }
      }
    });
  }

  it('the grace period follows the settings', async () => {
    const values = {
      config: { DRAIN_TIMEOUT_MS: '2m', KAFKA_SESSION_TIMEOUT_MS: '3m' },
      api: { config: { PUBLISH_TIMEOUT_MS: 1500 }, preStopSeconds: 0 },
    };
    const resources = await helm.resources({ values });
    for (const service of SERVICES) {
      const stopMs = stopTimeoutFrom(load(service, environmentOf(resources, service)), 1);
      assert.equal(podOf(resources, service).terminationGracePeriodSeconds, Math.ceil(stopMs / 1000) + 5);
      assert.ok(stopMs > 120_000);
    }
  });

  it('days that are kept and days that records may be late are refused as the indexer itself refuses them', async () => {
    let taken = 0;
    for (const config of [
      { RETENTION_DAYS: 399 },
      { RETENTION_DAYS: 400 },
      { RETENTION_DAYS: 365, INDEX_DAYS_PAST: 365 },
      { RETENTION_DAYS: 365, INDEX_DAYS_PAST: 366 },
      { RETENTION_DAYS: 0, INDEX_DAYS_PAST: 5000 },
      { INDEX_DAYS_PAST: 401 },
      { INDEX_DAYS_PAST: 0 },
    ]) {
      const said = await helm.refusal({ config });
      const { RETENTION_DAYS: kept = 400, INDEX_DAYS_PAST: past = 400 } = config;
      const env = { ...environmentOf(await helm.resources({}), 'indexer'), ...texts(config) };
      const isTaken = loadConfig('indexer', env).ok;
      if (isTaken) assert.equal(said, undefined);
      else
        assert.match(said ?? '', new RegExp(`RETENTION_DAYS is ${kept}, but INDEX_DAYS_PAST is ${past} .*set INDEX_`));
      taken += isTaken ? 1 : 0;
    }
    assert.equal(taken, 4);
    assert.equal(await helm.refusal({ indexer: { config: { RETENTION_DAYS: 365, INDEX_DAYS_PAST: 365 } } }), undefined);
    assert.match((await helm.refusal({ indexer: { config: { RETENTION_DAYS: 365 } } })) ?? '', /RETENTION_DAYS is 365/);
  });

  it('a grace period of one’s own must be long enough', async () => {
    const short = await helm.refusal({ api: { terminationGracePeriodSeconds: 20 } });
    assert.match(short ?? '', /api\.terminationGracePeriodSeconds is 20, but .* may take \d+ s/);
    const resources = await helm.resources({ values: { api: { terminationGracePeriodSeconds: 90 } } });
    assert.equal(podOf(resources, 'api').terminationGracePeriodSeconds, 90);
  });

  it('settings of one process go before those of both', async () => {
    const values = { config: { LOG_LEVEL: 'warn', MAX_RECORD_KEYS: 100 }, api: { config: { LOG_LEVEL: 'debug' } } };
    const resources = await helm.resources({ values });
    assert.equal(load('api', environmentOf(resources, 'api')).log.level, 'debug');
    assert.equal(load('indexer', environmentOf(resources, 'indexer')).log.level, 'warn');
    assert.equal(environmentOf(resources, 'api')['MAX_RECORD_KEYS'], '100');
  });

  it('the processes of a release with a set-up job make no topics and install no template, and it has their settings', async () => {
    const values = {
      setupJob: { enabled: true },
      kafka: { topic: 'pay', partitions: 12 },
      elasticsearch: { url: 'https://es.example.com', tls: { caSecret: 'es' } },
      config: { KAFKA_RETENTION_MS: '3d' },
      indexer: { config: { INDEX_SHARDS: 3 } },
    };
    const resources = await helm.resources({ values });
    const pod = only(resources, 'Job', '-setup').spec.template?.spec;
    assert.ok(pod);
    const [job, ...others] = containersOf(pod).map((each) => load('indexer', environmentOfContainer(resources, each)));
    assert.deepEqual(others, [job]);
    const indexer = load('indexer', environmentOf(resources, 'indexer')) as Config<'indexer'>;
    assert.equal(indexer.topics.create, false);
    assert.equal(indexer.index.installTemplate, false);
    assert.equal(load('api', environmentOf(resources, 'api')).topics.create, false);
    const { topics, index, store } = job as Config<'indexer'>;
    assert.deepEqual({ ...topics, create: false }, indexer.topics);
    assert.deepEqual({ ...index, installTemplate: false }, indexer.index);
    assert.deepEqual(store, indexer.store);
    assert.deepEqual(
      [topics.records, topics.partitions, topics.retentionMs, index.shards],
      ['pay', 12, 259_200_000, 3],
    );
    const without = load('indexer', environmentOf(await helm.resources({}), 'indexer')) as Config<'indexer'>;
    assert.deepEqual([without.topics.create, without.index.installTemplate], [true, true]);
  });

  it('the set-up job logs in as the pods do, or with logins of its own', async () => {
    const login = {
      kafka: { sasl: { mechanism: 'plain', username: 'u', existingSecret: 'kafka' } },
      elasticsearch: { auth: { type: 'basic', username: 'u', existingSecret: 'elastic' } },
    };
    const refs = async (values: object): Promise<readonly (readonly string[])[]> => {
      const pod = only(await helm.resources({ values }), 'Job', '-setup').spec.template?.spec;
      assert.ok(pod);
      return containersOf(pod).map(({ env = [] }) =>
        env.map(({ name, valueFrom }) => {
          const { secretKeyRef } = valueFrom as { secretKeyRef: { name: string; key: string } };
          return `${name} ${secretKeyRef.name}/${secretKeyRef.key}`;
        }),
      );
    };
    const both = (...texts: readonly string[]): readonly (readonly string[])[] => [texts, texts];
    assert.deepEqual(
      await refs({ ...login, setupJob: { enabled: true } }),
      both('KAFKA_SASL_PASSWORD kafka/password', 'ELASTICSEARCH_PASSWORD elastic/password'),
    );
    const own = { enabled: true, kafkaSecret: 'admin-k', elasticsearchSecret: 'admin-e' };
    assert.deepEqual(
      await refs({ ...login, setupJob: own }),
      both(
        'KAFKA_SASL_USERNAME admin-k/username',
        'KAFKA_SASL_PASSWORD admin-k/password',
        'ELASTICSEARCH_USERNAME admin-e/username',
        'ELASTICSEARCH_PASSWORD admin-e/password',
      ),
    );
    const given = {
      kafka: { sasl: { mechanism: 'plain', username: 'u', password: 'p' } },
      elasticsearch: { auth: { type: 'apiKey', apiKey: 'a2V5' } },
    };
    const madeOf = async (setupJob: object): Promise<object | undefined> => {
      const resources = await helm.resources({ values: { ...given, setupJob: { enabled: true, ...setupJob } } });
      return resources.find(({ kind, metadata }) => kind === 'Secret' && metadata.name.endsWith('-setup'))?.stringData;
    };
    assert.deepEqual(await madeOf({}), { ELASTICSEARCH_API_KEY: 'a2V5', KAFKA_SASL_PASSWORD: 'p' });
    assert.deepEqual(await madeOf({ kafkaSecret: 'k' }), { ELASTICSEARCH_API_KEY: 'a2V5' });
    assert.equal(await madeOf({ kafkaSecret: 'k', elasticsearchSecret: 'e' }), undefined);
  });

  it('pods are replaced when their settings change, and only then', async () => {
    const sums = async (values: object): Promise<readonly unknown[]> => {
      const resources = await helm.resources({ values });
      return SERVICES.map((service) => {
        const template = only(resources, 'Deployment', `-${service}`).spec.template;
        const { 'checksum/config': config, 'checksum/secret': secret } = template?.metadata.annotations ?? {};
        assert.ok(config && secret);
        return `${config} ${secret}`;
      });
    };
    const before = await sums({});
    assert.deepEqual(await sums({}), before);
    const after = await sums({ api: { config: { MAX_TAILS: 7 } } });
    assert.notEqual(after[0], before[0]);
    assert.equal(after[1], before[1]);
    // A login stands in no ConfigMap.
    const login = (password: string): object => ({ kafka: { sasl: { mechanism: 'plain', username: 'u', password } } });
    const [old, changed] = [await sums(login('old')), await sums(login('new'))];
    for (const service of SERVICES.keys()) assert.notEqual(changed[service], old[service]);
  });
});
