import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { TemplateAdmin } from '@paylog/shared/ports/template-admin';
import type { TopicDescription } from '@paylog/shared/ports/topic-inspector';
import type { TopicTools } from '../src/cli-context.ts';
import { cli } from './support/cli.ts';

describe('the command line', () => {
  it('shows its help, in full when asked, and as a mistake when nothing was asked', async () => {
    const help = await cli(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Commands:\n {2}send .*Examples:\n.*Exit codes:/s);
    const nothing = await cli([]);
    assert.deepEqual([nothing.code, nothing.stdout], [2, help.stdout]);
  });

  it('teaches each command by examples', async () => {
    for (const command of [
      'send',
      'search',
      'tail',
      'config check',
      'topics create',
      'topics describe',
      'topics lag',
      'template install',
      'template check',
      'completion',
      'version',
    ]) {
      const { code, stdout } = await cli([...command.split(' '), '--help']);
      assert.equal(code, 0, command);
      assert.match(stdout, /\nExamples:\n {2}# /, command);
    }
  });

  it('shows its version', async () => {
    assert.equal((await cli(['version'])).stdout, 'paylog 1.2.3\n');
    assert.equal((await cli(['--version'])).stdout, 'paylog 1.2.3\n');
    assert.deepEqual(JSON.parse((await cli(['version', '--json'])).stdout), { version: '1.2.3' });
  });

  it('answers a mistake with one line and code 2', async () => {
    for (const args of [
      ['sned'],
      ['search', '--nope'],
      ['search', '--limit', 'x'],
      ['tail', '--window', '1'],
      ['topics', 'drop'],
      ['template', 'drop'],
      ['completion'],
    ]) {
      const { code, stdout, stderr } = await cli(args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^paylog: [^\n]+\n(\(Did you mean [^\n]+\)\n)?$/, args.join(' '));
    }
  });
});

describe('paylog config check', () => {
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
  });

  after(async () => {
    await rm(directory, { recursive: true });
  });

  it('finds nothing wrong with the defaults', async () => {
    assert.deepEqual(await cli(['config', 'check']), {
      code: 0,
      stdout: 'good: the environment is a configuration for standalone\n',
      stderr: '',
    });
  });

  it('says every fault, and no secret', async () => {
    const env = { PORT: 'x', KAFKA_BROKERS: 'nowhere', KAFKA_SASL_PASSWORD: 'hush', PUBLISH_TIMEOUT: '3' };
    const { code, stdout } = await cli(['config', 'check', 'indexer'], { env });
    assert.equal(code, 1);
    assert.match(stdout, /^faulty: .*indexer:\n(?: {2}- .*\n){3,}Every setting: docs\/config.md\n$/);
    assert.ok(!stdout.includes('hush'));
    const result = JSON.parse((await cli(['config', 'check', 'indexer', '--json'], { env })).stdout) as {
      faults: string[];
    };
    assert.ok(result.faults.some((fault) => fault.startsWith('PORT=x: expected')));
  });

  it('reads a file instead of the environment', async () => {
    const file = path.join(directory, 'prod.env');
    await writeFile(file, '# production\nPORT=9000\nKAFKA_BROKERS="kafka-1:9092"\n');
    assert.equal((await cli(['config', 'check', 'api', '--env-file', file], { env: { PORT: 'x' } })).code, 0);
    await writeFile(file, 'PORT=x\n');
    assert.equal((await cli(['config', 'check', 'api', '--env-file', file])).code, 1);
    assert.equal((await cli(['config', 'check', 'api', '--env-file', `${file}.none`])).code, 2);
  });

  it('knows the services', async () => {
    assert.equal(
      (await cli(['config', 'check', 'cli'])).stderr,
      'paylog: no such service; there are api, indexer, standalone\n',
    );
  });
});

describe('paylog topics', () => {
  const env = { KAFKA_BROKERS: 'kafka:9092', KAFKA_TOPIC: 'pay' };

  function tools(topics: Readonly<Record<string, Partial<TopicDescription>>>, made: string[] = []): TopicTools {
    return {
      admin: {
        ensureTopics: (wanted) => {
          made.push(...wanted.map(({ topic }) => topic));
          return Promise.resolve();
        },
      },
      inspector: {
        describe: (names) =>
          Promise.resolve(
            names.map((topic) => ({
              topic,
              partitions: [],
              retentionMs: undefined,
              maxMessageBytes: undefined,
              minInsyncReplicas: undefined,
              ...topics[topic],
            })),
          ),
        positions: (_group, names) =>
          Promise.resolve(
            names.map((topic, at) => ({
              topic,
              partition: 0,
              committed: at === 0 ? 3 : undefined,
              end: 10,
              records: at === 0 ? 7 : 10,
            })),
          ),
      },
    };
  }

  const partition = { partition: 0, leader: 1, replicas: 3, inSync: 3, low: 2, high: 12 };

  it('creates what is missing', async () => {
    const made: string[] = [];
    const { code, stdout } = await cli(['topics', 'create'], {
      env,
      tools: tools({ pay: { partitions: [partition] } }, made),
    });
    assert.deepEqual([code, stdout], [0, 'pay: was there\npay.direct: created\npay.dlq: created\n']);
    assert.deepEqual(made, ['pay', 'pay.direct', 'pay.dlq']);
  });

  it('describes partitions, and fails where something is missing', async () => {
    const described = {
      partitions: [partition],
      retentionMs: 604_800_000,
      maxMessageBytes: 1_048_576,
      minInsyncReplicas: 2,
    };
    const { code, stdout } = await cli(['topics', 'describe'], { env, tools: tools({ pay: described }) });
    assert.equal(code, 1);
    assert.match(stdout, /^pay: kept 7d, batches up to 1048576 bytes, min\.insync\.replicas 2\nPARTITION {2}LEADER/);
    assert.match(stdout, /pay\.dlq: does not exist/);
    const all = { pay: described, 'pay.direct': described, 'pay.dlq': described };
    assert.equal((await cli(['topics', 'describe'], { env, tools: tools(all) })).code, 0);
    const behind = { ...all, pay: { partitions: [{ ...partition, inSync: 2 }] } };
    assert.equal((await cli(['topics', 'describe'], { env, tools: tools(behind) })).code, 1);
  });

  it('shows the lag of the group', async () => {
    const { code, stdout } = await cli(['topics', 'lag'], { env, tools: tools({}) });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /pay {10} +0 +3 +10 +7\npay\.direct +0 +none +10 +10\ngroup paylog-indexer is 17 messages behind\n$/,
    );
    const json = JSON.parse((await cli(['topics', 'lag', '--json'], { env, tools: tools({}) })).stdout) as {
      records: number;
    };
    assert.equal(json.records, 17);
  });

  it('says when Kafka is away, or the configuration faulty', async () => {
    const away = tools({});
    const down: TopicTools = {
      ...away,
      inspector: { ...away.inspector, describe: () => Promise.reject(new QueueUnavailableError('nobody answers')) },
    };
    assert.deepEqual(await cli(['topics', 'describe'], { env, tools: down }), {
      code: 3,
      stdout: '',
      stderr: 'paylog: nobody answers\n',
    });
    const faulty = await cli(['topics', 'lag', '--brokers', 'x'], { env, tools: away });
    assert.equal(faulty.code, 2);
    assert.match(faulty.stderr, /^paylog: the configuration cannot be used: KAFKA_BROKERS=x: expected host:port/);
  });

  it('says that a file of the configuration cannot be read', async () => {
    const broken = { ...env, KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nonexistent/ca.crt' };
    assert.deepEqual(await cli(['topics', 'lag'], { env: broken, unreadable: 'ENOENT: /nonexistent/ca.crt' }), {
      code: 2,
      stdout: '',
      stderr: 'paylog: the configuration cannot be used: ENOENT: /nonexistent/ca.crt\n',
    });
  });
});

describe('paylog template', () => {
  function admin(before: number | undefined, version: number): TemplateAdmin {
    return {
      install: () => Promise.resolve({ name: 'paylog-logs', before, version }),
      check: () => Promise.resolve({ name: 'paylog-logs', version }),
    };
  }

  it('installs the template, and says what was there', async () => {
    for (const [before, version, said] of [
      [undefined, 2, 'installed, version 2'],
      [1, 2, 'raised from version 1 to 2'],
      [2, 2, 'was there, version 2'],
    ] as const) {
      const templates = admin(before, version);
      assert.deepEqual(await cli(['template', 'install'], { templates }), {
        code: 0,
        stdout: `paylog-logs: ${said}\n`,
        stderr: '',
      });
    }
    const json = await cli(['template', 'install', '--json'], { templates: admin(undefined, 2) });
    assert.deepEqual(JSON.parse(json.stdout), { template: 'paylog-logs', before: null, version: 2 });
  });

  it('checks it', async () => {
    const templates = admin(2, 2);
    assert.equal((await cli(['template', 'check'], { templates })).stdout, 'paylog-logs: good, version 2\n');
    const { stdout } = await cli(['template', 'check', '--json'], { templates });
    assert.deepEqual(JSON.parse(stdout), { template: 'paylog-logs', version: 2 });
  });

  it('says what is wrong, and by its code whether it is worth another try', async () => {
    for (const [error, code] of [
      [new StoreUnavailableError('store_unavailable', 'nobody answers'), 3],
      [new Error('it is not there'), 1],
    ] as const) {
      const templates = { install: () => Promise.reject(error), check: () => Promise.reject(error) };
      for (const name of ['install', 'check']) {
        const end = await cli(['template', name], { templates });
        assert.deepEqual(end, { code, stdout: '', stderr: `paylog: ${error.message}\n` });
      }
    }
    const faulty = await cli(['template', 'check', '--elasticsearch', 'x'], { templates: admin(2, 2) });
    assert.equal(faulty.code, 2);
    assert.match(faulty.stderr, /^paylog: the configuration cannot be used: ELASTICSEARCH_URL=x: expected an http/);
  });
});
