import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'mocha';
import { runCli } from '../e2e/cli-process.ts';
import { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import { acquireHelm, containersOf, type Helm, only, root, settingsOf } from './support/helm-chart.ts';

describe('Helm chart: what it runs besides the services', function () {
  this.timeout(120_000);
  let helm: Helm;
  let directory = '';

  before(async function () {
    helm = await acquireHelm(this);
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-chart-'));
  });

  after(async () => {
    if (directory !== '') await rm(directory, { recursive: true });
  });

  describe('the test of the release', () => {
    const runTest = async (
      url: string,
      limitMs: number,
    ): Promise<{ readonly code: number; readonly output: string }> => {
      const script = only(await helm.resources({}), 'ConfigMap', '-test').data?.['find-a-record.mjs'] ?? '';
      const file = path.join(directory, 'find-a-record.mjs');
      await writeFile(file, script);
      const env = { PAYLOG_URL: url, TEST_LIMIT_MS: String(limitMs) };
      const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const code = new Promise<number>((resolve) =>
        child.once('close', (status) => {
          resolve(status ?? -1);
        }),
      );
      return { output: await text(child.stdout), code: await code };
    };

    it('sends a record and finds it', async () => {
      await using service = await Service.create('standalone', { DATA_DIR: path.join(directory, 'data') });
      await service.start();
      const { code, output } = await runTest(service.url, 60_000);
      assert.equal(code, 0, output);
      assert.match(output, /^sent (helm-test-\S+)\n(.*\n)*found \1\n$/);
    });

    it('fails, and says why, when there is nothing', async () => {
      const { code, output } = await runTest(`http://127.0.0.1:${String(await freePort())}`, 100);
      assert.equal(code, 1);
      assert.match(output, /fetch failed\n(.*\n)*gave up after 100 ms\n$/);
    });
  });

  it('the job makes the topics and installs the index template, with the command line of the image', async function () {
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    const topic = `chart${Date.now().toString(36)}`;
    const values = {
      setupJob: { enabled: true },
      kafka: { brokers: kafka.brokers.split(','), topic, partitions: 2 },
      elasticsearch: { url: elasticsearch.url },
      config: { KAFKA_RETENTION_MS: '2d' },
      indexer: { autoscaling: { fallbackReplicas: 0 } },
    };
    const resources = await helm.resources({ values });
    const pod = only(resources, 'Job', '-setup').spec.template?.spec;
    assert.ok(pod);
    const dockerfile = await readFile(path.join(root, 'services', 'cli', 'Dockerfile'), 'utf8');
    assert.match(dockerfile, /^ENTRYPOINT \[.*"\/app\/services\/cli\/bin\/paylog\.js"\]$/m);

    const said: string[] = [];
    let env: Readonly<Record<string, string>> = {};
    for (const { image, args = [], envFrom } of containersOf(pod)) {
      env = settingsOf(resources, envFrom?.[0]?.configMapRef?.name ?? '');
      assert.match(image, /^pay-log-aggregator-cli:/);
      const { code, stdout, stderr } = await runCli({ args, directory, env });
      assert.deepEqual([code, stderr], [0, '']);
      said.push(stdout);
    }
    assert.equal(said[0], `${topic}: created\n${topic}.direct: created\n${topic}.dlq: created\n`);
    assert.match(said[1] ?? '', /^paylog-logs: .*version \d+\n$/);
    const described = await runCli({ args: ['topics', 'describe'], directory, env });
    assert.match(described.stdout, new RegExp(`^${topic}: kept 2d`));
    assert.equal((await runCli({ args: ['template', 'check'], directory, env })).code, 0);
  });
});
