import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { prefersOpenMetrics } from '../../src/telemetry/open-metrics.ts';

const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

describe('OpenMetrics', () => {
  it('has the last sampled observation of a bucket as its exemplar', async () => {
    const metrics = createMetrics();
    const child = metrics.ingestPublishSeconds.child({});
    child.observe(0.003);
    child.observe(0.02, 1, { ...span, traceId: 'old' });
    child.observe(0.02, 1, span);
    child.observe(0.021);
    const lines = (await metrics.openMetrics.render()).split('\n');
    const buckets = lines.filter((line) => line.startsWith('paylog_ingest_publish_seconds_bucket'));
    assert.deepEqual(
      buckets.filter((line) => line.includes('#')).map((line) => line.replace(/ [\d.]+$/, ' T')),
      [
        `paylog_ingest_publish_seconds_bucket{le="0.025"} 4 # {trace_id="${span.traceId}",span_id="${span.spanId}"} 0.02 T`,
      ],
    );
    assert.equal(lines.at(-2), '# EOF');
    assert.ok(!(await metrics.render()).includes(span.traceId));
  });

  it('calls counters as the format wants, and leaves the text format as it is', async () => {
    const metrics = createMetrics();
    metrics.consumerRestarts.add({});
    const before = await metrics.render();
    const names = (text: string): string[] => text.split('\n').flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []);
    const open = await metrics.openMetrics.render();
    assert.match(open, /^# TYPE paylog_consumer_restarts counter\npaylog_consumer_restarts_total 1$/m);
    assert.match(open, /^process_cpu_seconds_total \S+$/m);
    assert.ok(!open.includes('_total_total'));
    assert.deepEqual(names(await metrics.render()), names(before));
    assert.match(before, /^# TYPE process_cpu_seconds_total counter$/m);
  });

  it('is what a scraper gets that asks for it', () => {
    const prometheus =
      'application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
    assert.equal(prefersOpenMetrics(prometheus), true);
    assert.equal(prefersOpenMetrics('application/openmetrics-text'), true);
    for (const accept of [
      undefined,
      '',
      '*/*',
      'text/plain',
      'text/html, text/plain;q=0.9, application/openmetrics-text;q=0.5',
      'application/openmetrics-text;q=0',
    ]) {
      assert.equal(prefersOpenMetrics(accept), false, accept);
    }
  });
});
