import { homedir, hostname } from 'node:os';
import type { Logger } from '@paylog/shared/ports/logger';
import { readVersion } from '@paylog/shared/telemetry/version';
import type { CliContext } from './cli-context.ts';
import { runCli } from './run-cli.ts';

const stop = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    // The second one does not wait.
    if (stop.signal.aborted) process.exit(code);
    stop.abort();
  });
}
for (const stream of [process.stdout, process.stderr]) {
  // Nobody reads any more (`| head`): there is nothing left to do, and nothing to complain about.
  stream.on('error', () => process.exit(0));
}

/** What the Kafka client has to say is in its errors. */
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const topicTools: CliContext['topicTools'] = async ({ queue }) => {
  const { kafkaConnectionFrom } = await import('@paylog/shared/composition/kafka-options-from');
  const { createKafkaTopicAdmin } = await import('@paylog/shared/kafka/kafka-topic-admin');
  const { createKafkaTopicInspector } = await import('@paylog/shared/kafka/kafka-topic-inspector');
  const connection = kafkaConnectionFrom(queue, 'paylog');
  return { admin: createKafkaTopicAdmin(connection, silent), inspector: createKafkaTopicInspector(connection, silent) };
};

const templateAdmin: CliContext['templateAdmin'] = async ({ store, index }) => {
  const { elasticsearchConnectionFrom } = await import('@paylog/shared/composition/elasticsearch-options-from');
  const { createElasticsearchTemplateAdmin } =
    await import('@paylog/shared/elasticsearch/elasticsearch-template-admin');
  return createElasticsearchTemplateAdmin({ ...elasticsearchConnectionFrom(store), ...index });
};

const code = await runCli(process.argv.slice(2), {
  env: process.env,
  homeDirectory: homedir(),
  hostName: hostname(),
  version: readVersion(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  topicTools,
  templateAdmin,
});
// Standard input may still be open, and would keep the process.
process.stdout.write('', () => process.exit(code));
