/**
 * The runbooks, exercised: a real Prometheus with our rules scrapes real processes, and each alert is made to fire by a real fault and
 * to end with it.
 *
 * To be done in minutes, the rules are changed for this test, and in nothing else: a minute becomes a second (`fasterRules`), and the
 * thresholds of `FASTER` are made shorter. What the real times do is what promtool's tests show.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { makeCertificate } from '../deploy/certificates.ts';
import { fasterRules } from '../deploy/faster-rules.ts';
import { Traffic } from '../deploy/traffic.ts';
import { Deployment } from '../e2e/deployment.ts';
import { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { PrometheusServer } from '../stack/prometheus.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { systemTool } from '../stack/tools.ts';

const run = promisify(execFile);
const rules = path.join(import.meta.dirname, '..', '..', 'infra', 'prometheus', 'rules');

/** Thresholds in seconds, shorter. Each must be found. */
const FASTER: readonly (readonly [file: string, from: string, to: string])[] = [
  ['alerts.yaml', 'paylog:queue_lag_seconds:max > 60', 'paylog:queue_lag_seconds:max > 3'],
  ['alerts.yaml', '(paylog_bulk_retrying_seconds) > 60', '(paylog_bulk_retrying_seconds) > 3'],
  ['alerts.yaml', 'paylog_last_settled_timestamp_seconds > 120', 'paylog_last_settled_timestamp_seconds > 4'],
  ['alerts.yaml', 'process_start_time_seconds < 15 * 60', 'process_start_time_seconds < 15'],
];

function faster(text: string, file: string): string {
  let short = fasterRules(text);
  for (const [, from, to] of FASTER.filter(([of]) => of === file)) {
    assert.equal(short.split(from).length, 2, from);
    short = short.replace(from, to);
  }
  return short;
}

/** The longest `for` (15 s), the longest window that ends an alert (30 s), a poll of the lag (5 s), on a busy machine. */
const ALERT_MS = 100_000;
const POLL_MS = 200;
const TMPFS_BYTES = 64 * 1024 * 1024;

/** The warning looks at three days: it does not end in minutes. */
const critical = { severity: 'critical' };

type Labels = Readonly<Record<string, string>>;

describe('alerts fire by real faults and end with them', function () {
  this.timeout(240_000);
  let kafka: KafkaBroker | undefined;
  let elasticsearch: ElasticsearchNode | undefined;
  let here: Deployment | undefined;
  let api: Service;
  let small: Service;
  let indexer: Service;
  let prometheus: PrometheusServer | undefined;
  let traffic: Traffic | undefined;
  let directory = '';
  const embedded: { service?: Service; disk?: string | undefined } = {};
  const fired = new Set<string>();

  before(async function () {
    this.timeout(300_000);
    orSkip(this, await systemTool('prometheus', ['--version'], 'apt-get install prometheus'));
    const [broker, node] = await Promise.all([acquireKafka({ own: true }), acquireElasticsearch({ own: true })]);
    kafka = orSkip(this, broker);
    elasticsearch = orSkip(this, node);
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-alerts-'));
    here = new Deployment(kafka.brokers, elasticsearch.url);
    api = await here.add('api');
    small = await here.add('api', { MAX_RECORD_BYTES: '16KiB', MAX_BODY_BYTES: '64KiB', MAX_INFLIGHT_BYTES: '64KiB' });
    indexer = await here.add('indexer');
    embedded.disk = await mountSmallDisk(path.join(directory, 'disk'));
    embedded.service = await Service.create('standalone', {
      DATA_DIR: path.join(embedded.disk ?? directory, 'data'),
      ELASTICSEARCH_URL: 'https://127.0.0.1:1',
      ELASTICSEARCH_CA_FILE: path.join(directory, 'ca.pem'),
    });
    await useCertificate(1);
    embedded.service.launch();
    await Promise.all([api.start(), small.start(), indexer.start(), embedded.service.waitForStatus('/metrics', 200)]);
    const host = ({ url }: Service): string => new URL(url).host;
    prometheus = await PrometheusServer.start({
      jobs: {
        'paylog-api': [host(api), host(small)],
        'paylog-indexer': [host(indexer)],
        'paylog-standalone': [host(embedded.service)],
      },
      rules,
      transform: faster,
    });
    traffic = new Traffic(api.url);
    traffic.startUsual();
    if (embedded.disk !== undefined) await fill(embedded.disk);
  });

  after(async function () {
    this.timeout(120_000);
    await traffic?.[Symbol.asyncDispose]();
    await prometheus?.[Symbol.asyncDispose]();
    await embedded.service?.[Symbol.asyncDispose]();
    await here?.[Symbol.asyncDispose]();
    await Promise.all([kafka?.dispose(), elasticsearch?.dispose()]);
    if (embedded.disk !== undefined) await run('umount', ['--lazy', embedded.disk]);
    if (directory !== '') await rm(directory, { recursive: true, force: true });
  });

  const useCertificate = async (days: number): Promise<void> => {
    await run('cp', [await makeCertificate(directory, days), path.join(directory, 'ca.pem')]);
  };

  const isFiring = async (alertname: string, labels: Labels = {}): Promise<boolean> => {
    const wanted = Object.entries({ alertname, ...labels });
    const found = (await prometheus!.alerts()).find(
      (alert) => alert.state === 'firing' && wanted.every(([name, value]) => alert.labels[name] === value),
    );
    for (const text of Object.values(found?.annotations ?? {})) assert.doesNotMatch(text, /error expanding/);
    return found !== undefined;
  };

  /** What Prometheus sees, for whoever reads a failure. */
  const seen = async (): Promise<string> => {
    const alerts = (await prometheus!.alerts()).map(({ labels, state }) => `${state} ${JSON.stringify(labels)}`);
    const recorded = await prometheus!.query('{__name__=~"paylog:.*5m|up"}');
    return [...alerts, ...recorded.map((sample) => JSON.stringify(sample))].join('\n');
  };

  const waitFor = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + ALERT_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited ${ALERT_MS} ms for ${what}; seen is\n${await seen()}`);
      await delay(POLL_MS);
    }
  };

  const fires = async (alertname: string, labels: Labels = {}): Promise<void> => {
    await waitFor(`${alertname} to fire`, () => isFiring(alertname, labels));
    fired.add(alertname);
  };

  const ends = (alertname: string, labels: Labels = {}): Promise<void> =>
    waitFor(`${alertname} to end`, async () => !(await isFiring(alertname, labels)));

  it('senders that are too fast, records that are refused, and ids that are taken', async () => {
    const big = { service: 'checkout', message: 'x'.repeat(15_000) };
    await using floods = new Traffic(small.url);
    for (let lane = 0; lane < 8; lane += 1) floods.repeat(20, () => floods.send([big, big, big, big]));
    await using faulty = new Traffic(api.url);
    faulty.repeat(50, () => faulty.send(Array.from({ length: 10 }, () => ({ service: 'checkout' }))));
    // Again and again: the first may come before the first scrape.
    faulty.repeat(1000, () => faulty.sendConflict());
    const alerts = ['PaylogIngestOverloaded', 'PaylogRecordsRejected', 'PaylogDeadLetters'];
    await Promise.all(alerts.map((alert) => fires(alert)));
    await fires('PaylogAvailabilityBudgetBurn', critical);
    await floods[Symbol.asyncDispose]();
    await faulty[Symbol.asyncDispose]();
    await Promise.all(alerts.map((alert) => ends(alert)));
  });

  it('a certificate that expires in a day, until the process has another', async () => {
    const expiresIn = async (low: number, high: number): Promise<void> => {
      const left = 'paylog_tls_certificate_expiry_timestamp_seconds{role="elasticsearch_ca"} - time()';
      await waitFor(`a certificate of ${low} to ${high} days`, async () => {
        const days = (await prometheus!.query(left)).map(({ value }) => value / 86_400);
        return days.length === 1 && days.every((each) => each > low && each < high);
      });
    };
    await expiresIn(0, 1.1);
    await fires('PaylogCertificateExpiry', { severity: 'warning', role: 'elasticsearch_ca' });
    await fires('PaylogCertificateExpiry', { severity: 'critical', role: 'elasticsearch_ca' });
    await useCertificate(365);
    await embedded.service!.end('SIGTERM');
    embedded.service!.launch();
    await embedded.service!.waitForStatus('/metrics', 200);
    // An alert also ends when nobody tells the expiry.
    await expiresIn(364, 365.1);
    await ends('PaylogCertificateExpiry');
  });

  it('a disk that is nearly full, until there is room', async function () {
    const { disk } = embedded;
    if (disk === undefined) {
      return void orSkip(this, { skipped: 'no right to mount a small file system; enable it by running as root' });
    }
    await fires('PaylogDiskSpace', { severity: 'warning', directory: 'data' });
    await fires('PaylogDiskSpace', { severity: 'critical', directory: 'data' });
    await rm(path.join(disk, 'ballast'));
    await ends('PaylogDiskSpace');
    // From here on the only indexer is that of the deployment.
    await embedded.service!.end('SIGTERM');
  });

  it('indices that are read-only', async () => {
    const block = (on: true | null): Promise<unknown> =>
      here!.elasticsearch('PUT', `/logs-${here!.dataSet}-*/_settings`, { 'index.blocks.read_only_allow_delete': on });
    await block(true);
    const alerts = ['PaylogStoreBlocked', 'PaylogNoProgress', 'PaylogLagHigh'];
    await Promise.all(alerts.map((alert) => fires(alert)));
    await block(null);
    await Promise.all(alerts.map((alert) => ends(alert)));
  });

  it('the only indexer killed, and the store killed', async () => {
    const job = 'paylog-indexer';
    await embedded.service!.end('SIGTERM');
    await indexer.end('SIGKILL');
    await elasticsearch!.kill();
    await Promise.all([
      fires('PaylogTargetDown', { job }),
      fires('PaylogPartMissing', { part: 'indexer' }),
      fires('PaylogSearchableBudgetBurn', critical),
      fires('PaylogSearchErrors'),
      fires('PaylogDependencyDown', { job: 'paylog-api', dependency: 'elasticsearch' }),
    ]);
    // One that is started now waits for the store and joins no group: it knows of no lag.
    indexer.launch();
    const none = { severity: 'critical', dependency: 'elasticsearch' };
    await fires('PaylogDependencyDown', none);
    assert.deepEqual(await prometheus!.query('paylog_queue_lag_records'), []);
    await elasticsearch!.start();
    await indexer.waitForStatus('/health/ready', 200);
    await Promise.all([
      ends('PaylogDependencyDown', none),
      ends('PaylogTargetDown', { job }),
      ends('PaylogPartMissing'),
      ends('PaylogSearchErrors'),
      ends('PaylogDependencyDown', { job: 'paylog-api' }),
    ]);
  });

  it('the broker killed', async () => {
    const labels = { job: 'paylog-api', dependency: 'kafka-publisher' };
    await kafka!.kill();
    await Promise.all([
      fires('PaylogIngestErrors'),
      fires('PaylogAvailabilityBudgetBurn', critical),
      fires('PaylogDependencyDown', labels),
    ]);
    await kafka!.start();
    await Promise.all([ends('PaylogIngestErrors'), ends('PaylogDependencyDown', labels)]);
  });

  it('and the budgets stop burning', async () => {
    await Promise.all([ends('PaylogSearchableBudgetBurn', critical), ends('PaylogAvailabilityBudgetBurn', critical)]);
  });

  it('every alert has fired', async () => {
    const alerts = (await prometheus!.rules()).filter(({ type }) => type === 'alerting').map(({ name }) => name);
    const silent = [...new Set(alerts)].filter((name) => !fired.has(name));
    assert.deepEqual(embedded.disk === undefined ? silent.filter((name) => name !== 'PaylogDiskSpace') : silent, []);
  });
});

/** A file system of its own at this path, or undefined where that is not allowed. */
async function mountSmallDisk(at: string): Promise<string | undefined> {
  await mkdir(at);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_BYTES}`, 'none', at]);
    return at;
  } catch {
    return undefined;
  }
}

/** Leaves 3 % free. */
async function fill(disk: string): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(disk);
  await writeFile(path.join(disk, 'ballast'), Buffer.alloc((bavail - Math.floor(blocks * 0.03)) * bsize));
}
