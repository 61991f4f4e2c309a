import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { acquire, localService, type Acquisition, type SharedSlot } from './acquire.ts';
import { classArchive, type Installation } from './class-archive.ts';
import { containerService } from './docker.ts';
import { freePort } from './free-port.ts';
import { LocalProcess } from './local-process.ts';
import { copyJars, provision, runTool, stackDirectory, unpackJar } from './provision.ts';
import { elasticsearchAnswers, waitUntil } from './ready.ts';
import { externalService, type ElasticsearchNode, type Skipped } from './stack-service.ts';

const IMAGE = 'docker.elastic.co/elasticsearch/elasticsearch:8.19.4';
const READY_MS = 120_000;
/** The compiled main, in the installation. */
const NODE_JAR = 'es-node.jar';

/** Any option asks for a node of one's own. */
export interface ElasticsearchOptions {
  /** A node of one's own that may be killed. Without it the node may be shared, and may be an external one. */
  readonly own?: true;
  /** HTTP port; a free one by default. */
  readonly port?: number;
  /** More settings, e.g. `cluster.max_shards_per_node`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Compiles its code as thoroughly as in production: for what is measured. Without it a local JVM takes half the CPU time in its first minutes. */
  readonly optimised?: true;
}

type LocalElasticsearchOptions = ElasticsearchOptions & {
  readonly port: number;
  readonly directory: string;
  readonly detached?: boolean;
};

const slot: SharedSlot<ElasticsearchNode> = {};

/**
 * A real Elasticsearch: the one of `TEST_ELASTICSEARCH_URL`, else a container, else a local JVM, else the reason why there
 * is none. A node that is not one's own is started once in a process and ends with it. With `PAYLOG_REQUIRE_STACK=1` it
 * rejects where it would skip.
 */
export function acquireElasticsearch(options: ElasticsearchOptions = {}): Promise<ElasticsearchNode | Skipped> {
  return acquire(elasticsearch, options, slot);
}

const elasticsearch: Acquisition<ElasticsearchOptions, ElasticsearchNode> = {
  name: 'Elasticsearch',
  variable: 'TEST_ELASTICSEARCH_URL',
  external: (url) => ({ ...externalService('Elasticsearch'), url }),
  docker: startContainer,
  local: startLocal,
};

async function startContainer(options: ElasticsearchOptions): Promise<ElasticsearchNode> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = options.port ?? (await freePort());
  const container = await new GenericContainer(IMAGE)
    .withEnvironment({
      'discovery.type': 'single-node',
      'xpack.security.enabled': 'false',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
      ES_JAVA_OPTS: '-Xms1g -Xmx1g',
      ...options.settings,
    })
    .withExposedPorts({ container: 9200, host: port })
    .withWaitStrategy(Wait.forHttp('/_cluster/health', 9200).forStatusCode(200))
    .withStartupTimeout(READY_MS)
    .start();
  const url = `http://127.0.0.1:${port}`;
  const isReady = (): Promise<void> => waitUntil('Elasticsearch', () => elasticsearchAnswers(url), READY_MS);
  return { ...(await containerService(container, isReady)), url };
}

async function startLocal(options: ElasticsearchOptions): Promise<ElasticsearchNode> {
  const root = path.join(stackDirectory(), 'run');
  await mkdir(root, { recursive: true });
  const port = options.port ?? (await freePort());
  const directory = await mkdtemp(path.join(root, `elasticsearch-${process.pid}-`));
  const server = await elasticsearchProcess({ ...options, port, directory });
  return { ...(await localService(server)), url: `http://127.0.0.1:${port}` };
}

/** A node whose data live in `directory`; made there at first, found there later. Not started yet. */
export async function elasticsearchProcess(options: LocalElasticsearchOptions): Promise<LocalProcess> {
  const { installation, jvmArguments } = await installElasticsearch();
  return elasticsearchServer(installation, options, jvmArguments);
}

/** Gets what local nodes run from, if it is not there: needs Maven and a JDK. */
export async function installElasticsearch(): Promise<Installation> {
  const installation = await provisionElasticsearch();
  const jvmArguments = await classArchive(installation, async (more, directory) =>
    elasticsearchServer(installation, { port: await freePort(), directory }, more),
  );
  return { installation, jvmArguments };
}

async function elasticsearchServer(
  installation: string,
  options: LocalElasticsearchOptions,
  jvmArguments: readonly string[],
): Promise<LocalProcess> {
  const { port, directory } = options;
  await mkdir(directory, { recursive: true });
  const settings = { 'http.port': port, 'transport.port': await freePort(), ...options.settings };
  const classPath = [path.join(installation, NODE_JAR), path.join(installation, 'lib', '*')].join(path.delimiter);
  return new LocalProcess({
    name: 'Elasticsearch',
    command: 'java',
    args: [
      '-Xms1g',
      '-Xmx1g',
      ...(options.optimised === true ? [] : ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']),
      ...jvmArguments,
      '-cp',
      classPath,
      'EsNode',
      path.join(installation, 'home'),
      directory,
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ],
    directory,
    logFile: path.join(directory, 'server.log'),
    isReady: () => elasticsearchAnswers(`http://127.0.0.1:${port}`),
    detached: options.detached ?? false,
  });
}

/** The server's jars, the HTTP transport laid out as a module, and the compiled main. */
function provisionElasticsearch(): Promise<string> {
  return provision({
    name: 'elasticsearch-8.19.4',
    inputs: [
      'maven/elasticsearch.pom.xml',
      'maven/elasticsearch-transport.pom.xml',
      'EsNode.java',
      'acquire-elasticsearch.ts',
    ],
    build: async (directory) => {
      const lib = path.join(directory, 'lib');
      const transport = path.join(directory, 'transport');
      const module = path.join(directory, 'home', 'modules', 'transport-netty4');
      await copyJars('elasticsearch.pom.xml', lib);
      await copyJars('elasticsearch-transport.pom.xml', transport);
      await mkdir(module, { recursive: true });
      for (const jar of await readdir(transport)) {
        if (jar.startsWith('netty-') || jar.startsWith('transport-netty4-')) {
          await cp(path.join(transport, jar), path.join(module, jar));
        }
      }
      await writeFile(path.join(module, 'plugin-descriptor.properties'), await pluginDescriptor(directory));
      await rm(transport, { recursive: true });
      // The module brings its own netty; a second one on the class path would win over it.
      for (const jar of await readdir(lib)) {
        if (jar.startsWith('netty-')) {
          await rm(path.join(lib, jar));
        }
      }
      const source = path.join(import.meta.dirname, 'EsNode.java');
      const classes = path.join(directory, 'classes');
      await runTool('javac', ['-cp', path.join(lib, '*'), '-d', classes, source]);
      // A jar: what stands in a directory has no place in a class archive.
      await runTool('jar', ['--create', '--file', path.join(directory, NODE_JAR), '-C', classes, '.']);
      await rm(classes, { recursive: true });
    },
  });
}

/** The transport's own descriptor, without the name of a Java module, which it is not when it stands among plain jars. */
async function pluginDescriptor(directory: string): Promise<string> {
  const unpacked = path.join(directory, 'unpacked');
  const inJar = 'META-INF/es-plugins/transport-netty4/plugin-descriptor.properties';
  await unpackJar('elasticsearch-transport.pom.xml', 'transport-netty4', inJar, unpacked);
  const text = await readFile(path.join(unpacked, inJar), 'utf8');
  await rm(unpacked, { recursive: true });
  return text
    .split('\n')
    .filter((line) => !line.startsWith('modulename'))
    .join('\n');
}
