import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { acquire, localService, type Acquisition, type SharedSlot } from './acquire.ts';
import { classArchive, type Installation } from './class-archive.ts';
import { containerService } from './docker.ts';
import { freePort } from './free-port.ts';
import { LocalProcess } from './local-process.ts';
import { copyJars, provision, runTool, stackDirectory } from './provision.ts';
import { kafkaAnswers, waitUntil } from './ready.ts';
import { externalService, type KafkaBroker, type Skipped } from './stack-service.ts';

const IMAGE = 'apache/kafka:4.1.0';
const CLUSTER_ID = 'cGF5bG9nLXRlc3Qtc3RhY2';
const READY_MS = 90_000;

/** Any option asks for a broker of one's own. */
export interface KafkaOptions {
  /** A broker of one's own that may be killed. Without it the broker may be shared, and may be an external one. */
  readonly own?: true;
  /** Port of the listener; a free one by default. */
  readonly port?: number;
  /** Port that clients are sent to, e.g. that of a proxy in front. */
  readonly advertisedPort?: number;
  /** More lines of server.properties, or others in place of ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More arguments of `StorageTool format`, e.g. `--add-scram`. A local broker only. */
  readonly formatArguments?: readonly string[];
}

type LocalKafkaOptions = KafkaOptions & {
  readonly port: number;
  readonly directory: string;
  readonly detached?: boolean;
};

const slot: SharedSlot<KafkaBroker> = {};

/**
 * A real Kafka: the one of `TEST_KAFKA_BROKERS`, else a container, else a local JVM, else the reason why there is none.
 * A broker that is not one's own is started once in a process and ends with it. With `PAYLOG_REQUIRE_STACK=1` it rejects
 * where it would skip.
 */
export function acquireKafka(options: KafkaOptions = {}): Promise<KafkaBroker | Skipped> {
  return acquire(kafka, options, slot);
}

const kafka: Acquisition<KafkaOptions, KafkaBroker> = {
  name: 'Kafka',
  variable: 'TEST_KAFKA_BROKERS',
  external: (brokers) => ({ ...externalService('Kafka'), brokers }),
  docker: startContainer,
  local: startLocal,
};

async function startContainer(options: KafkaOptions): Promise<KafkaBroker> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = options.port ?? (await freePort());
  const settings = {
    ...baseProperties({ port: 9092, controllerPort: 9093, bind: '0.0.0.0' }),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.advertisedPort ?? port}`,
    ...options.properties,
  };
  const environment = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]),
  );
  const container = await new GenericContainer(IMAGE)
    .withEnvironment({ ...environment, CLUSTER_ID })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  const isReady = (): Promise<void> => waitUntil('Kafka', () => kafkaAnswers(port), READY_MS);
  return { ...(await containerService(container, isReady)), brokers: `127.0.0.1:${port}` };
}

async function startLocal(options: KafkaOptions): Promise<KafkaBroker> {
  const root = path.join(stackDirectory(), 'run');
  await mkdir(root, { recursive: true });
  const port = options.port ?? (await freePort());
  const directory = await mkdtemp(path.join(root, `kafka-${process.pid}-`));
  const server = await kafkaProcess({ ...options, port, directory });
  return { ...(await localService(server)), brokers: `127.0.0.1:${port}` };
}

/** A broker whose data live in `directory`; made there at first, found there later. Not started yet. */
export async function kafkaProcess(options: LocalKafkaOptions): Promise<LocalProcess> {
  const { installation, jvmArguments } = await installKafka();
  return kafkaServer(installation, options, jvmArguments);
}

/** Gets what local brokers run from, if it is not there: needs Maven and a JDK. */
export async function installKafka(): Promise<Installation> {
  const installation = await provisionKafka();
  const jvmArguments = await classArchive(installation, async (more, directory) =>
    kafkaServer(installation, { port: await freePort(), directory }, more),
  );
  return { installation, jvmArguments };
}

async function kafkaServer(
  installation: string,
  options: LocalKafkaOptions,
  jvmArguments: readonly string[],
): Promise<LocalProcess> {
  const { port, directory } = options;
  const data = path.join(directory, 'data');
  const propertiesFile = path.join(directory, 'server.properties');
  const properties = {
    ...baseProperties({ port, controllerPort: await freePort(), bind: '127.0.0.1' }),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.advertisedPort ?? port}`,
    ...options.properties,
    'log.dirs': data,
  };
  await mkdir(directory, { recursive: true });
  await writeFile(propertiesFile, toText(properties));
  if (options.formatArguments === undefined) {
    await cp(path.join(installation, 'template'), data, { recursive: true, force: false });
  } else {
    await format(installation, propertiesFile, options.formatArguments);
  }
  return new LocalProcess({
    name: 'Kafka',
    command: 'java',
    args: [
      '-Xms256m',
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...jvmArguments,
      ...classPath(installation),
      'kafka.Kafka',
      propertiesFile,
    ],
    directory,
    logFile: path.join(directory, 'server.log'),
    isReady: () => kafkaAnswers(port),
    detached: options.detached ?? false,
  });
}

/** The jars and a formatted, empty data directory, which every broker starts with a copy of. */
function provisionKafka(): Promise<string> {
  return provision({
    name: 'kafka-4.1.0',
    inputs: ['maven/kafka.pom.xml'],
    build: async (directory) => {
      await copyJars('kafka.pom.xml', path.join(directory, 'lib'));
      const propertiesFile = path.join(directory, 'format.properties');
      const properties = baseProperties({ port: 9092, controllerPort: 9093, bind: '127.0.0.1' });
      await writeFile(propertiesFile, toText({ ...properties, 'log.dirs': path.join(directory, 'template') }));
      await format(directory, propertiesFile, []);
    },
  });
}

async function format(installation: string, propertiesFile: string, more: readonly string[]): Promise<void> {
  const tool = [...classPath(installation), 'kafka.tools.StorageTool', 'format', '--ignore-formatted'];
  await runTool('java', [...tool, '-t', CLUSTER_ID, '-c', propertiesFile, ...more]);
}

function classPath(installation: string): readonly string[] {
  return ['-Dorg.slf4j.simpleLogger.defaultLogLevel=info', '-cp', jarsOf(installation)];
}

function jarsOf(installation: string): string {
  return path.join(installation, 'lib', '*');
}

/** The class path of Kafka's jars, its Java client among them. Fetches them if they are not there: needs Maven. */
export async function kafkaJars(): Promise<string> {
  return jarsOf(await provisionKafka());
}

/** One node that is broker and controller, with internal topics small enough to be made at once. */
function baseProperties(at: { port: number; controllerPort: number; bind: string }): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${at.controllerPort}`,
    listeners: `PLAINTEXT://${at.bind}:${at.port},CONTROLLER://127.0.0.1:${at.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${at.port}`,
    'controller.listener.names': 'CONTROLLER',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  };
}

function toText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
