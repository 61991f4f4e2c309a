import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { stopTimeoutFrom } from '@paylog/shared/composition/stop-timeout-from';
import { settingRows } from '@paylog/shared/config/config-table';
import { loadConfig } from '@paylog/shared/config/load-config';
import { acquireContainers, type ComposeProject, type ComposeService, type Containers } from '../stack/containers.ts';
import { orSkip } from '../stack/skip.ts';
import { TOOL_BUILD_MS } from '../stack/tools.ts';

const root = path.join(import.meta.dirname, '..', '..');
const file = path.join(root, 'docker-compose.yml');

/** Where people look, by what README and CONTRIBUTING promise. */
const PORTS = {
  api: [8000],
  kafka: [9092],
  elasticsearch: [9200],
  jaeger: [16_686, 4318],
  prometheus: [9090],
  grafana: [3000],
  indexer: [],
};

/** Our own services and what each of them is in the table of settings. */
const OURS = { api: 'api', indexer: 'indexer', 'indexer-more': 'indexer' } as const;

describe('docker-compose.yml', function () {
  this.timeout(60_000);
  let containers: Containers;
  let project: ComposeProject;
  let scaled: ComposeProject;

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    containers = orSkip(this, await acquireContainers());
    project = await containers.compose(file);
    scaled = await containers.compose(file, ['scaled']);
  });

  const all = (): readonly (readonly [string, ComposeService])[] => Object.entries(scaled.services);

  it("passes the specification's schema and the loader of Docker Compose, which find faults in others", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-compose-'));
    try {
      const text = await readFile(file, 'utf8');
      const faults: readonly (readonly [string, string, RegExp])[] = [
        ['restart: unless-stopped', 'restarts: unless-stopped', /restarts/],
        ['kafka: { condition: service_healthy }', 'kafkas: { condition: service_healthy }', /kafkas/],
        ['kafka: { condition: service_healthy }', 'kafka: { condition: healthy }', /condition/],
        ['${LOG_LEVEL:-info}', '${LOG_LEVEL:-info', /LOG_LEVEL/],
        ['prometheus-data:/prometheus', 'nowhere:/prometheus', /nowhere/],
      ];
      for (const [good, bad, complaint] of faults) {
        assert.ok(text.includes(good), good);
        const other = path.join(folder, 'docker-compose.yml');
        await writeFile(other, text.replace(good, bad));
        await copyFile(path.join(root, '.env'), path.join(folder, '.env'));
        await assert.rejects(containers.compose(other), complaint, bad);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('starts everything by default, at the promised addresses of this machine only', () => {
    const found = Object.entries(project.services).map(([name, { ports = [] }]) => {
      for (const { host_ip } of ports) assert.equal(host_ip, '127.0.0.1', name);
      for (const { published, target } of ports) assert.equal(published, String(target), name);
      return [name, ports.map(({ target }) => target)];
    });
    assert.deepEqual(Object.fromEntries(found), PORTS);
  });

  it('starts everything but our own services with the profile `infrastructure`', async () => {
    const { services } = await containers.compose(file, ['infrastructure']);
    const others = Object.keys(PORTS).filter((name) => !(name in OURS));
    assert.deepEqual(Object.keys(services).sort(), others.sort());
  });

  it('has three indexers of one group with the profile `scaled`, which Prometheus finds by one name', async () => {
    const { indexer, 'indexer-more': more } = scaled.services;
    assert.ok(indexer && more);
    assert.equal(project.services['indexer-more'], undefined);
    assert.equal(more.deploy?.replicas, 2);
    assert.deepEqual(more.networks?.['default']?.aliases, ['indexer']);
    assert.deepEqual([more.image, more.environment], [indexer.image, indexer.environment]);
    // A port of the host or a fixed name would let only one of them start.
    assert.equal(indexer.ports, undefined);
    const prometheus = parse(await readFile(path.join(root, 'infra/prometheus/prometheus.yml'), 'utf8')) as {
      readonly scrape_configs: readonly { readonly dns_sd_configs?: readonly { names: string[]; port: number }[] }[];
    };
    const scraped = prometheus.scrape_configs.flatMap(({ dns_sd_configs = [] }) => dns_sd_configs);
    assert.deepEqual(
      scraped.map(({ names, port }) => [...names, port]),
      [
        ['api', 8000],
        ['indexer', 8001],
      ],
    );
  });

  it('sets only settings that exist, and the services start with them', () => {
    const known = new Set(settingRows().map(({ row }) => row.key));
    for (const [name, service] of Object.entries(OURS)) {
      const { environment = {}, stop_grace_period: grace = '' } = scaled.services[name]!;
      assert.deepEqual(
        Object.keys(environment).filter((key) => !known.has(key)),
        [],
        name,
      );
      const rows = settingRows().filter(({ row }) => row.services.includes(service));
      const used = new Set(rows.map(({ row }) => row.key));
      assert.deepEqual(
        Object.keys(environment).filter((key) => !used.has(key)),
        [],
        `${name} does not read them`,
      );
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? undefined]));
      const loaded = loadConfig(service, env);
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.faults.join('\n'));
      const { config } = loaded;
      assert.ok(seconds(grace) * 1000 > stopTimeoutFrom(config, 1), `${name} is given ${grace} to stop`);
      assert.deepEqual(config.queue.brokers, ['kafka:19092']);
      assert.equal(new URL(config.store.url).host, 'elasticsearch:9200');
    }
  });

  it('takes values of the environment where it says so', async () => {
    const env = { LOG_LEVEL: 'debug', RETENTION_DAYS: '7', PAYLOG_TAG: '1.2.3', GRAFANA_ADMIN_PASSWORD: 'chosen' };
    const { api, indexer, grafana } = (await containers.compose(file, [], env)).services;
    const read = [api?.environment?.['LOG_LEVEL'], api?.image, grafana?.environment?.['GF_SECURITY_ADMIN_PASSWORD']];
    assert.deepEqual(read, ['debug', 'pay-log-aggregator-api:1.2.3', 'chosen']);
    assert.deepEqual([indexer?.environment?.['RETENTION_DAYS'], indexer?.environment?.['INDEX_DAYS_PAST']], ['7', '7']);
  });

  it('lets Grafana take the plugins of its image: fetching others stops the bundled ones below a read-only root', () => {
    const { environment = {}, read_only: readOnly } = project.services['grafana']!;
    assert.equal(readOnly, true);
    assert.deepEqual(
      ['GF_PLUGINS_PREINSTALL_DISABLED', 'GF_PLUGINS_PREINSTALL_AUTO_UPDATE'].map((key) => environment[key]),
      ['true', 'false'],
    );
  });

  it('starts our services when the healthchecks of Kafka and Elasticsearch pass; nobody waits for what only watches', () => {
    for (const name of Object.keys(OURS)) {
      const healthy = { condition: 'service_healthy', required: true };
      assert.deepEqual(scaled.services[name]?.depends_on, { kafka: healthy, elasticsearch: healthy }, name);
    }
    for (const [name, { depends_on: needed = {} }] of all()) {
      for (const [other, { condition }] of Object.entries(needed)) {
        assert.ok(condition !== 'service_healthy' || scaled.services[other]?.healthcheck, `${name} waits for ${other}`);
      }
    }
  });

  it("checks health by programs that the images have: ours by the Dockerfile's own", async () => {
    for (const name of Object.keys(OURS)) {
      const { healthcheck, image } = scaled.services[name]!;
      const build = all().find(([, other]) => other.build !== undefined && other.image === image)?.[1].build;
      const [kind, program, script, probe] = healthcheck?.test ?? [];
      assert.deepEqual([kind, probe], ['CMD', 'ready']);
      const dockerfile = await readFile(path.join(root, build?.dockerfile ?? ''), 'utf8');
      assert.match(dockerfile, new RegExp(`^HEALTHCHECK .* CMD \\["${String(program)}", "${String(script)}"\\]$`, 'm'));
    }
    // curl is in Elastic's image, wget in the Alpine and BusyBox ones of Grafana and Prometheus, the script in Kafka's own folder.
    const others = {
      kafka: /\/opt\/kafka\/bin\/\S+\.sh /,
      elasticsearch: /curl /,
      prometheus: /wget/,
      grafana: /wget/,
    };
    for (const [name, pattern] of Object.entries(others)) {
      assert.match(scaled.services[name]?.healthcheck?.test.join(' ') ?? '', pattern);
    }
    assert.equal(scaled.services['jaeger']?.healthcheck, undefined);
  });

  it('mounts files that exist, to read only, and keeps data in volumes', async () => {
    let mounted = 0;
    for (const [name, { volumes = [] }] of all()) {
      for (const { type, source, read_only: readOnly } of volumes) {
        if (type === 'volume') assert.ok(source in scaled.volumes, source);
        else {
          await stat(source);
          assert.equal(readOnly, true, `${name}: ${source}`);
          mounted += 1;
        }
      }
    }
    assert.ok(mounted >= 4);
  });

  it('gives no container more than it needs', () => {
    for (const [name, service] of all()) {
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.equal(service.restart, 'unless-stopped', name);
      assert.ok(service.deploy?.resources.limits.memory && service.deploy.resources.limits.cpus, name);
      assert.ok(service.logging?.options['max-size'], name);
      if (name !== 'kafka' && name !== 'elasticsearch') assert.equal(service.read_only, true, name);
    }
  });

  it('pins every image by a version', () => {
    for (const [name, { image = '' }] of all()) {
      if (name in OURS) assert.match(image, /^pay-log-aggregator-\w+:dev$/, name);
      else assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
    }
  });

  it('builds each of our images once, and fetches none: two builds of one image at a time can fail', () => {
    const built = all().flatMap(([, { image = '', build }]) => (build === undefined ? [] : [image]));
    assert.deepEqual(built.sort(), [...new Set(built)]);
    for (const name of Object.keys(OURS)) {
      const { image = '', build, pull_policy: pull } = scaled.services[name]!;
      assert.ok(built.includes(image), `${name}: ${image}`);
      if (build === undefined) assert.equal(pull, 'never', name);
    }
  });

  it("runs the versions of Kafka and Elasticsearch that the tests' own stack has", async () => {
    for (const name of ['kafka', 'elasticsearch'] as const) {
      const source = await readFile(path.join(root, `tests/stack/acquire-${name}.ts`), 'utf8');
      assert.equal(scaled.services[name]?.image, /^const IMAGE = '(.+)';$/m.exec(source)?.[1]);
    }
  });

  it("shows Grafana the cluster's address, and else the very data source that is provisioned", async () => {
    const of = async (name: string): Promise<unknown> =>
      (parse(await readFile(path.join(root, name), 'utf8')) as { readonly datasources: unknown[] }).datasources[0];
    const here = await of('infra/docker/grafana-elasticsearch.yaml');
    const provisioned = await of('infra/grafana/provisioning/datasources/pay-log-aggregator.yaml');
    assert.deepEqual(here, { ...(provisioned as object), url: 'http://elasticsearch:9200' });
  });
});

/** Of a Go duration as Docker Compose writes it: `35s`, `1m0s`. */
function seconds(duration: string): number {
  const [, minutes = '0', rest = '0'] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(minutes) * 60 + Number(rest);
}
