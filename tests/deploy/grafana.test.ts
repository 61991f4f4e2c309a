import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { Deployment } from '../e2e/deployment.ts';
import { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { PrometheusServer, type ActiveAlert } from '../stack/prometheus.ts';
import { orSkip } from '../stack/skip.ts';
import { systemTool } from '../stack/tools.ts';
import { makeCertificate } from './certificates.ts';
import { fasterRules } from './faster-rules.ts';
import { interpolated, METRIC_DASHBOARDS, readDashboard, type Dashboard } from './dashboards.ts';
import { assertNamesExist, exportedMetrics, withRecorded, type KnownMetrics } from './promql-names.ts';
import { Traffic } from './traffic.ts';

const root = path.join(import.meta.dirname, '..', '..');
const infra = path.join(root, 'infra');

/** Grafana's names of units that we use. */
const UNITS = new Set(['short', 's', 'd', 'bytes', 'Bps', 'cps', 'reqps', 'percentunit']);

/** The job whose store is away. */
const STORELESS = 'paylog-standalone';

/** Nothing of this happens to a product that is well: their panels are empty, which is what they should be. */
const EMPTY_WHEN_WELL = new Set(['Documents sent again, by reason', 'Alerts that fire']);

/** Longer than what ends in seconds needs to fire: a window, the slack before it, `for`. */
const WELL_MS = 25_000;

/** Long enough for two scrapes behind each kind of traffic. */
const LOAD_MS = 12_000;

describe('dashboards for Prometheus', () => {
  const boards: Dashboard[] = [];

  before(async () => {
    boards.push(...(await Promise.all(METRIC_DASHBOARDS.map(readDashboard))));
  });

  it('have ids of their own, a schema version, and one variable for their data source', async () => {
    assert.equal(new Set(boards.map(({ uid }) => uid)).size, boards.length);
    assert.equal(new Set(boards.map(({ title }) => title)).size, boards.length);
    const { datasources } = parse(
      await readFile(path.join(infra, 'grafana', 'provisioning', 'datasources', 'prometheus.yaml'), 'utf8'),
    ) as { datasources: { uid: string; type: string }[] };
    for (const { title, schemaVersion, templating, panels } of boards) {
      assert.equal(schemaVersion, 39, title);
      const source = templating.list.find(({ type }) => type === 'datasource');
      assert.equal(source?.query, 'prometheus', title);
      assert.ok(
        datasources.some(({ uid, type }) => uid === source.current.value && type === 'prometheus'),
        title,
      );
      const ids = panels.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, title);
    }
  });

  it('have panels with units, that ask the variable, and that do not overlap', () => {
    const expected = { type: 'prometheus', uid: '${datasource}' };
    for (const { title, panels, annotations } of boards) {
      for (const { datasource } of annotations.list) assert.deepEqual(datasource, expected, title);
      for (const panel of panels) {
        const where = `${title} / ${panel.title}`;
        assert.deepEqual(panel.datasource, expected, where);
        assert.ok(UNITS.has(panel.fieldConfig?.defaults.unit ?? ''), `${where}: ${panel.fieldConfig?.defaults.unit}`);
        const targets = panel.targets ?? [];
        assert.ok(targets.length > 0, where);
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, where);
        for (const { datasource } of targets) assert.deepEqual(datasource, expected, where);
        const { x, y, w, h } = panel.gridPos;
        assert.ok(x >= 0 && w > 0 && h > 0 && x + w <= 24, where);
        for (const other of panels) {
          if (other.id <= panel.id) continue;
          const { gridPos: place } = other;
          const apart = place.x >= x + w || x >= place.x + place.w || place.y >= y + h || y >= place.y + place.h;
          assert.ok(apart, `${where} covers ${other.title}`);
        }
      }
    }
  });
});

describe('metrics, rules and dashboards in a real Prometheus', function () {
  this.timeout(60_000);
  let prometheus: PrometheusServer | undefined;
  let here: Deployment | undefined;
  let standalone: Service | undefined;
  let directory = '';
  let apiUrl = '';
  const texts = new Map<string, string>();
  let known: KnownMetrics = new Map();
  let alertsWhenWell: readonly ActiveAlert[] = [];
  let settledWhenWell = 0;

  before(async function () {
    this.timeout(300_000);
    orSkip(this, await systemTool('prometheus', ['--version'], 'apt-get install prometheus'));
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-grafana-'));
    here = new Deployment(kafka.brokers, elasticsearch.url);
    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    apiUrl = api.url;
    // An embedded queue (so there is a disk to watch), and a store that is asked by TLS (so there is a certificate) and is away.
    standalone = await Service.create('standalone', {
      DATA_DIR: path.join(directory, 'data'),
      ELASTICSEARCH_URL: 'https://127.0.0.1:1',
      ELASTICSEARCH_CA_FILE: await makeCertificate(directory, 365),
    });
    standalone.launch();
    await Promise.all([api.start(), indexer.start(), standalone.waitForStatus('/metrics', 200)]);
    const services = { 'paylog-api': api, 'paylog-indexer': indexer, [STORELESS]: standalone };
    prometheus = await PrometheusServer.start({
      jobs: Object.fromEntries(Object.entries(services).map(([job, { url }]) => [job, [new URL(url).host]])),
      rules: path.join(infra, 'prometheus', 'rules'),
      transform: fasterRules,
    });
    await using traffic = new Traffic(api.url);
    traffic.startUsual();
    await delay(WELL_MS);
    alertsWhenWell = await prometheus.alerts();
    settledWhenWell = await indexer.metric('paylog_records_settled_total');
    traffic.startEverything();
    await delay(LOAD_MS);
    for (const [job, { url }] of Object.entries(services)) {
      texts.set(job, await (await fetch(`${url}/metrics`)).text());
    }
    const rules = (await prometheus.rules()).filter(({ type }) => type === 'recording');
    known = withRecorded(exportedMetrics([...texts.values()]), rules);
  });

  after(async function () {
    this.timeout(60_000);
    await prometheus?.[Symbol.asyncDispose]();
    await standalone?.[Symbol.asyncDispose]();
    await here?.[Symbol.asyncDispose]();
    if (directory !== '') await rm(directory, { recursive: true, force: true });
  });

  it('promtool finds no fault with what the API, the indexer and both in one export', async () => {
    for (const [job, text] of texts) {
      const check = promisify(execFile)('promtool', ['check', 'metrics']);
      check.child.stdin?.end(text);
      const { stdout, stderr } = await check;
      assert.equal(stdout + stderr, '', job);
    }
  });

  it('every target is up', async () => {
    assert.deepEqual(
      (await prometheus!.query('up')).map(({ value }) => value),
      [1, 1, 1],
    );
  });

  it('no alert fires while records flow and nothing is wrong', () => {
    assert.ok(settledWhenWell > 0);
    // That its store is away is what its alerts are for.
    const firing = alertsWhenWell.filter(({ state, labels }) => state === 'firing' && labels['job'] !== STORELESS);
    assert.deepEqual(
      firing.map(({ labels }) => labels),
      [],
    );
  });

  it('every rule is evaluated without an error, and names what is exported', async () => {
    const rules = await prometheus!.rules();
    assert.ok(rules.length > 30);
    for (const { name, query, health, lastError } of rules) {
      assert.equal(health, 'ok', `${name}: ${lastError ?? ''}`);
      assertNamesExist(query, known, name);
    }
  });

  it('keeps exemplars, of each process, that lead from a latency to its trace', async () => {
    const traceId = randomBytes(16).toString('hex');
    const response = await fetch(`${apiUrl}/api/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: '{"service":"checkout","message":"traced"}',
    });
    assert.equal(response.status, 202);
    for (const series of ['paylog_ingest_publish_seconds_bucket', 'paylog_bulk_seconds_bucket']) {
      let kept: readonly Readonly<Record<string, string>>[] = [];
      await waitUntil(
        async () => {
          kept = await prometheus!.exemplars(series);
          return kept.some((labels) => labels['trace_id'] === traceId);
        },
        30_000,
        () => `${traceId} in ${series}, have ${JSON.stringify(kept)}`,
      );
    }
  });

  it('every query of every panel names what is exported and is answered, with data where there should be some', async () => {
    const empty: string[] = [];
    for (const name of METRIC_DASHBOARDS) {
      const { panels, annotations, templating } = await readDashboard(name);
      for (const { title, targets = [] } of panels) {
        for (const { expr } of targets) {
          assertNamesExist(expr, known, `${name} / ${title}`);
          const samples = await prometheus!.query(interpolated(expr));
          if (samples.length === 0 || samples.every(({ value }) => Number.isNaN(value))) empty.push(title);
        }
      }
      for (const { expr } of annotations.list) assertNamesExist(expr, known, name);
      for (const { query } of templating.list) {
        const [, metric, label] =
          /^label_values\((\w+), (\w+)\)$/.exec(typeof query === 'string' ? '' : query.query) ?? [];
        if (metric !== undefined)
          assert.ok(known.get(metric)?.has(label ?? ''), `${name}: ${metric} by ${label ?? ''}`);
      }
    }
    assert.deepEqual(
      empty.filter((title) => !EMPTY_WHEN_WELL.has(title)),
      [],
    );
  });

  it('every query of every runbook is answered', async () => {
    const folder = path.join(root, 'docs', 'runbooks');
    for (const file of await readdir(folder)) {
      const text = await readFile(path.join(folder, file), 'utf8');
      for (const [, block = ''] of text.matchAll(/```promql\n(.*?)```/gs)) {
        for (const line of block.trim().split('\n')) {
          assertNamesExist(line, known, file);
          await prometheus!.query(line);
        }
      }
    }
  });
});
