import { topicSettingsFrom } from '@paylog/shared/composition/topic-settings-from';
import type { Config } from '@paylog/shared/config/config';
import { formatDuration } from '@paylog/shared/config/value-type';
import type { TopicDescription } from '@paylog/shared/ports/topic-inspector';
import type { CliContext, TopicTools } from '../cli-context.ts';
import type { ExitName } from '../exit-codes.ts';
import { styleFor } from '../output/style.ts';
import { table } from '../output/table.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import type { AddRun } from './add-run.ts';
import { indexerConfig, throwAsCliError, toolsOf } from './indexer-config.ts';

type Flags = Readonly<Record<string, unknown>>;

interface Scene {
  readonly config: Config<'indexer'>;
  readonly tools: TopicTools;
  readonly flags: Flags;
  readonly context: CliContext;
}

interface TopicsCommand {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly example: string;
  readonly run: (scene: Scene) => Promise<ExitName>;
}

const COMMANDS: readonly TopicsCommand[] = [
  {
    name: 'create',
    summary: 'make the topics that are missing',
    description:
      'Makes the topics of the configuration that do not exist yet (KAFKA_TOPIC, KAFKA_DIRECT_TOPIC, KAFKA_DLQ_TOPIC), with its partitions, replication and retention. Existing ones are left as they are.',
    example: 'KAFKA_PARTITIONS=12 paylog topics create --brokers kafka-1:9092',
    run: create,
  },
  {
    name: 'describe',
    summary: 'show partitions, leaders and replicas',
    description:
      'Shows the partitions of the topics. The exit code is 1 when a topic is missing or a partition has fewer in-sync replicas than it should.',
    example: 'paylog topics describe --env-file prod.env',
    run: describe,
  },
  {
    name: 'lag',
    summary: 'show how far the indexers are behind',
    description:
      'Shows, for each partition, how many messages the consumer group of the indexers has not committed yet.',
    example: 'paylog topics lag --json | jq .records',
    run: lag,
  },
];

/** Adds `topics` to the program. */
export function addTopicsCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const topics = program.createCommand('topics').summary('create and look at the topics on Kafka');
  topics.description(
    'Works on the topics of Kafka with the configuration of the indexer (docs/config.md): KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_GROUP and so ' +
      'on, from the environment or from a file. Passwords come from there only.',
  );
  for (const { name, summary, description, example, run } of COMMANDS) {
    const command = topics
      .createCommand(name)
      .summary(summary)
      .description(description)
      .option('--brokers <list>', 'brokers as host:port, separated by commas, instead of KAFKA_BROKERS')
      .option('--env-file <file>', 'take the configuration from this file instead of the environment')
      .option('--json', 'the result as JSON')
      .withExamples([{ what: summary, command: example }]);
    topics.addCommand(command);
    addRun(command, async (_args, flags) => run(await sceneOf(flags, context)).catch(throwAsCliError));
  }
  program.addCommand(topics);
}

async function sceneOf(flags: Flags, context: CliContext): Promise<Scene> {
  const config = await indexerConfig(flags, context, { KAFKA_BROKERS: textOption(flags, 'brokers') });
  return { config, tools: await toolsOf(context.topicTools(config)), flags, context };
}

function topicNames({ topics }: Config<'indexer'>): readonly string[] {
  return [topics.records, topics.direct, topics.deadLetters];
}

async function create({ config, tools, flags, context }: Scene): Promise<ExitName> {
  const before = await tools.inspector.describe(topicNames(config));
  await tools.admin.ensureTopics(topicSettingsFrom(config), true);
  const results = before.map(({ topic, partitions }) => ({ topic, created: partitions.length === 0 }));
  context.stdout.write(
    flags['json'] === true
      ? `${JSON.stringify({ topics: results })}\n`
      : results.map(({ topic, created }) => `${topic}: ${created ? 'created' : 'was there'}\n`).join(''),
  );
  return 'ok';
}

async function describe({ config, tools, flags, context }: Scene): Promise<ExitName> {
  const topics = await tools.inspector.describe(topicNames(config));
  if (flags['json'] === true) context.stdout.write(`${JSON.stringify({ topics })}\n`);
  else context.stdout.write(topics.map((topic) => descriptionText(topic, context)).join('\n'));
  return topics.every(isHealthy) ? 'ok' : 'failed';
}

function isHealthy({ partitions }: TopicDescription): boolean {
  return (
    partitions.length > 0 &&
    partitions.every(({ leader, inSync, replicas }) => leader !== undefined && inSync === replicas)
  );
}

function descriptionText(description: TopicDescription, { stdout, env }: CliContext): string {
  const { topic, partitions, retentionMs, maxMessageBytes, minInsyncReplicas } = description;
  const style = styleFor(stdout, env);
  if (partitions.length === 0)
    return `${style('strong', topic)}: ${style('bad', 'does not exist')} (paylog topics create)\n`;
  const facts = [
    ...(retentionMs === undefined ? [] : [retentionMs < 0 ? 'kept for ever' : `kept ${formatDuration(retentionMs)}`]),
    ...(maxMessageBytes === undefined ? [] : [`batches up to ${maxMessageBytes} bytes`]),
    ...(minInsyncReplicas === undefined ? [] : [`min.insync.replicas ${minInsyncReplicas}`]),
  ].join(', ');
  const rows = partitions.map(({ partition, leader, replicas, inSync, low, high }) => [
    partition,
    leader ?? 'none',
    replicas,
    inSync,
    low,
    high,
    high - low,
  ]);
  const head = ['PARTITION', 'LEADER', 'REPLICAS', 'IN SYNC', 'OLDEST', 'NEXT', 'MESSAGES'];
  return `${style('strong', topic)}${facts === '' ? '' : `: ${facts}`}\n${table(head, rows)}`;
}

async function lag({ config, tools, flags, context }: Scene): Promise<ExitName> {
  const { group } = config.consumer;
  const positions = await tools.inspector.positions(group, [config.topics.records, config.topics.direct]);
  const records = positions.reduce((sum, position) => sum + position.records, 0);
  if (flags['json'] === true) {
    context.stdout.write(`${JSON.stringify({ group, records, partitions: positions })}\n`);
    return 'ok';
  }
  const rows = positions.map(({ topic, partition, committed, end, records: behind }) => [
    topic,
    partition,
    committed ?? 'none',
    end,
    behind,
  ]);
  context.stdout.write(table(['TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG'], rows));
  context.stdout.write(`group ${group} is ${records} messages behind\n`);
  return 'ok';
}
