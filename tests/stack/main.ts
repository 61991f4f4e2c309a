/**
 * `npm run stack` and `npm run stack:stop`: one Kafka and one Elasticsearch for development, on their usual ports, that
 * outlive this process. Data and logs stay in `data/` of the stack folder.
 *
 * `npm run stack:tools`: builds what the tests of `tests/deploy` and `tests/e2e/upgrade.test.ts` run, and what
 * local servers run from, so that no test waits for it. Takes some minutes the first time.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { elasticsearchProcess, installElasticsearch } from './acquire-elasticsearch.ts';
import { installKafka, kafkaProcess } from './acquire-kafka.ts';
import { kubernetesSchemas } from './kubernetes-schemas.ts';
import type { LocalProcess } from './local-process.ts';
import { previousVersion } from './previous-version.ts';
import { missingTool, stackDirectory } from './provision.ts';
import { providerMirror, terraform } from './terraform.ts';
import { GO_TOOL_NAMES, goTool } from './tools.ts';

const KAFKA_PORT = 9092;
const ELASTICSEARCH_PORT = 9200;
const STOP_MS = 20_000;

const data = path.join(stackDirectory(), 'data');

interface Server {
  readonly name: string;
  /** Stands in the command line of exactly this server, so that a reused process id is never taken for it. */
  readonly mark: string;
  readonly pidFile: string;
  readonly make: () => Promise<LocalProcess>;
}

const servers: readonly Server[] = [
  server('kafka', path.join(data, 'kafka', 'server.properties'), (directory) =>
    kafkaProcess({ port: KAFKA_PORT, directory, detached: true }),
  ),
  server('elasticsearch', path.join(data, 'elasticsearch'), (directory) =>
    elasticsearchProcess({ port: ELASTICSEARCH_PORT, directory, detached: true, optimised: true }),
  ),
];

function server(name: string, mark: string, make: (directory: string) => Promise<LocalProcess>): Server {
  return { name, mark, pidFile: path.join(data, `${name}.pid`), make: () => make(path.join(data, name)) };
}

async function start(): Promise<void> {
  const missing = await missingTool();
  if (missing !== undefined) {
    throw new Error(`there is ${missing} to run the stack from: apt-get install openjdk-17-jdk-headless maven`);
  }
  await mkdir(data, { recursive: true });
  await Promise.all(servers.map(startServer));
  console.log(`Kafka and Elasticsearch are ready; data in ${data}, \`npm run stack:stop\` ends them. To use them:`);
  console.log(`export KAFKA_BROKERS=127.0.0.1:${KAFKA_PORT} TEST_KAFKA_BROKERS=127.0.0.1:${KAFKA_PORT}`);
  const url = `http://127.0.0.1:${ELASTICSEARCH_PORT}`;
  console.log(`export ELASTICSEARCH_URL=${url} TEST_ELASTICSEARCH_URL=${url}`);
}

async function startServer({ name, mark, pidFile, make }: Server): Promise<void> {
  const running = await runningPid(pidFile, mark);
  if (running !== undefined) {
    console.log(`${name} runs already (process ${running})`);
    return;
  }
  const child = await make();
  // Known before it is ready: stack:stop ends also one that never gets there.
  await writeFile(pidFile, String(await child.launch()));
  await child.waitUntilReady();
}

async function stop(): Promise<void> {
  await Promise.all(servers.map(stopServer));
}

async function stopServer({ name, mark, pidFile }: Server): Promise<void> {
  const pid = await runningPid(pidFile, mark);
  if (pid === undefined) {
    console.log(`${name} does not run`);
  } else {
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + STOP_MS;
    while ((await runningPid(pidFile, mark)) !== undefined) {
      if (Date.now() > deadline) {
        process.kill(pid, 'SIGKILL');
      }
      await delay(100);
    }
    console.log(`${name} stopped`);
  }
  await rm(pidFile, { force: true });
}

/** The process of the pid file, if its command line is that of our server. */
async function runningPid(pidFile: string, mark: string): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) {
    return undefined;
  }
  return (await commandLine(pid)).includes(mark) ? pid : undefined;
}

/** Empty when there is no such process. */
async function commandLine(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    return text.split('\0');
  }
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'args=', '-p', String(pid)], (_error, stdout) => {
      resolve(stdout.trim().split(' '));
    });
  });
}

async function tools(): Promise<void> {
  // One after another: they would only take the processors from each other.
  const goTools = GO_TOOL_NAMES.map((name) => () => goTool(name));
  const getters = [...goTools, kubernetesSchemas, terraform, providerMirror, previousVersion];
  for (const get of getters) {
    const got = await get();
    if ('skipped' in got) throw new Error(got.skipped);
  }
  if ((await missingTool()) === undefined) {
    await installKafka();
    await installElasticsearch();
  }
}

const action = { start, stop, tools }[process.argv[2] ?? ''];
if (action === undefined) {
  console.error('usage: main.ts start|stop|tools');
  process.exitCode = 2;
} else {
  try {
    await action();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
