import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireContainers, type Containers, type Dockerfile } from '../stack/containers.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import { TOOL_BUILD_MS } from '../stack/tools.ts';
import { Container } from './container.ts';
import { acquireHadolint } from './hadolint.ts';
import { ImageBuilder, type Image } from './image-builder.ts';
import { acquireNamespaces, acquireNodeOfImages } from './image-tools.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const SERVICES = ['api', 'indexer', 'standalone', 'cli'] as const;
const MIB = 1_048_576;

type Service = (typeof SERVICES)[number];

const fileOf = (service: Service): string => path.join(root, 'services', service, 'Dockerfile');

describe('Dockerfiles', function () {
  this.timeout(60_000);
  let containers: Containers;
  const dockerfiles = new Map<Service, Dockerfile>();

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    containers = orSkip(this, await acquireContainers());
    for (const service of SERVICES) dockerfiles.set(service, await containers.dockerfile(fileOf(service)));
  });

  it("pass BuildKit's own checks", () => {
    for (const [service, { warnings, error }] of dockerfiles)
      assert.deepEqual([warnings, error], [null, null], service);
  });

  it('pass hadolint', async function () {
    const { program } = orSkip(this, await acquireHadolint());
    await run(program, ['--failure-threshold', 'style', ...SERVICES.map(fileOf)]);
  });

  it('are checked by something that finds faults', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-dockerfile-'));
    try {
      const file = path.join(folder, 'Dockerfile');
      await writeFile(file, 'FROM node as build\nENV API_TOKEN=abc\nCOPY $NOT_THERE /x\nCMD node main.js\n');
      const { warnings } = await containers.dockerfile(file);
      const rules = new Set(warnings?.map(({ ruleName }) => ruleName));
      assert.deepEqual([...rules].sort(), [
        'FromAsCasing',
        'JSONArgsRecommended',
        'SecretsUsedInArgOrEnv',
        'UndefinedVar',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('begin with the same images, pinned by digest, and share the stage that compiles', () => {
    const starts = [...dockerfiles.values()].map(({ arguments: globals, stages: [build] }) => ({ globals, build }));
    for (const start of starts) assert.deepEqual(start, starts[0]);
    const images = Object.values(starts[0]?.globals ?? {});
    assert.equal(images.length, 2);
    for (const image of images) assert.match(image, /:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it('carry the version of the package', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    for (const service of SERVICES) {
      assert.match(await readFile(fileOf(service), 'utf8'), new RegExp(`^ARG VERSION=${version}$`, 'm'), service);
    }
  });
});

describe('.dockerignore', function () {
  this.timeout(60_000);

  it('lets in what is compiled, and nothing else: no secret, no data, no test, nothing that was built', async function () {
    this.timeout(TOOL_BUILD_MS);
    const containers = orSkip(this, await acquireContainers());
    const wanted = [
      '.npmrc',
      'LICENSE',
      'infra/docker/exit-on-signals.mjs',
      'infra/docker/healthcheck.mjs',
      'package-lock.json',
      'package.json',
      'services/api/package.json',
      'services/api/src/ingest/ingest.ts',
      'services/api/tsconfig.json',
      'services/cli/bin/paylog.js',
      'services/explorer/index.html',
      'services/explorer/src/styles/tokens.css',
      'services/explorer/vite.config.ts',
      'shared/package.json',
      'shared/src/ports/queue.ts',
      'shared/tsconfig.json',
      'tsconfig.base.json',
    ];
    const unwanted = [
      '.env',
      '.git/config',
      '.stack/run/x',
      'bench/main.ts',
      'coverage/tmp/x.json',
      'data/queue.db',
      'docker-compose.yml',
      'docs/config.md',
      'id_rsa',
      'infra/docker/other.yaml',
      'infra/helm/values.yaml',
      'kafka.pem',
      'logs/api.log',
      'node_modules/express/index.js',
      'services/api/.env.production',
      'services/api/dist/main.js',
      'services/api/node_modules/x/index.js',
      'services/api/src/ca.key',
      'services/api/src/main.test.ts',
      'services/api/src/.env',
      'services/api/test/x.ts',
      'services/explorer/dist/index.html',
      'shared/src/config/id_rsa.pub',
      'shared/src/store.p12',
      'shared/src/testing/store-contract.ts',
      'tests/e2e/x.test.ts',
    ];
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-context-'));
    try {
      for (const name of [...wanted, ...unwanted]) {
        await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
        await writeFile(path.join(folder, name), '');
      }
      await cp(path.join(root, '.dockerignore'), path.join(folder, '.dockerignore'));
      assert.deepEqual([...(await containers.context(folder))].sort(), wanted);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('images', function () {
  this.timeout(240_000);
  let work = '';
  let node = '';
  const images = new Map<Service, Image>();
  const files = new Map<Service, readonly string[]>();

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    const containers = orSkip(this, await acquireContainers());
    orSkip(this, await acquireNamespaces());
    ({ program: node } = orSkip(this, await acquireNodeOfImages()));
    work = await mkdtemp(path.join(tmpdir(), 'paylog-images-'));
    const context = path.join(work, 'context');
    for (const name of await containers.context(root)) {
      await cp(path.join(root, name), path.join(context, name));
    }
    const builder = new ImageBuilder({ context, work, node });
    for (const service of SERVICES) {
      const image = await builder.build(await containers.dockerfile(fileOf(service)));
      images.set(service, image);
      files.set(service, await filesBelow(image.root));
    }
  });

  after(async () => {
    if (work !== '') await rm(work, { recursive: true });
  });

  const imageOf = (service: Service): Image => images.get(service)!;
  const filesOf = (service: Service): readonly string[] => files.get(service)!;

  for (const service of SERVICES) {
    describe(service, () => {
      it('runs as a numbered user that is not root and owns nothing but the directories it writes to', async () => {
        const { user, root: folder, volumes } = imageOf(service);
        assert.match(user, /^[1-9]\d{3,}:[1-9]\d{3,}$/);
        const { stdout } = await run('find', [folder, '-uid', user.split(':')[0] ?? '', '-printf', '/%P %y\n']);
        const state = service === 'cli' ? [] : ['/var/lib/paylog/profiles d', '/var/log/paylog d'];
        assert.deepEqual(stdout.trim().split('\n').filter(Boolean).sort(), [
          ...volumes.map((name) => `${name} d`),
          ...state,
        ]);
        const open = await run('find', [folder, '-perm', '/022', '-not', '-type', 'l']);
        assert.equal(open.stdout, '');
      });

      it('holds what runs, and neither sources, tests, tools nor settings of whoever built it', () => {
        const ours = filesOf(service).filter((name) => !/(^|\/)node_modules\//.test(name));
        const allowed =
          /^app\/(LICENSE|package\.json|sbom\.cdx\.json|healthcheck\.mjs|exit-on-signals\.mjs|(shared|services\/\w+)\/(package\.json|dist\/.+)|services\/cli\/bin\/paylog\.js)$/;
        assert.deepEqual(
          ours.filter((name) => !allowed.test(name)),
          [],
        );
        const never = /\.(tsx?|tsbuildinfo|env|pem|key|log)$|(^|\/)(\.git|\.npmrc|test|tests|testing)(\/|$)|\.test\./;
        assert.deepEqual(
          ours.filter((name) => never.test(name)),
          [],
        );
      });

      it('holds no development dependency, and every package stands in its bill of materials', async () => {
        const { root: folder } = imageOf(service);
        const installed = packagesOf(filesOf(service));
        const tools = await developmentDependencies();
        assert.deepEqual(
          [...installed].filter((name) => tools.has(name)),
          [],
        );
        const sbom = JSON.parse(await readFile(path.join(folder, 'app/sbom.cdx.json'), 'utf8')) as Sbom;
        assert.equal(sbom.bomFormat, 'CycloneDX');
        const listed = new Set(sbom.components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
        assert.deepEqual(
          [...installed].filter((name) => !listed.has(name)),
          [],
        );
        assert.equal(imageOf(service).labels['io.pay-log-aggregator.sbom'], '/app/sbom.cdx.json');
      });

      it('ends when it is told to before the program listens to signals itself', async () => {
        const image = imageOf(service);
        // The image's own command, up to the program; in its place one that loads for ever. The kernel drops what number 1 does not handle.
        const entrypoint = image.entrypoint.filter((word) => !word.endsWith('/paylog.js'));
        const args = ['-e', 'setInterval(() => undefined, 1000); console.log("loading")'];
        for (const [signal, code] of [
          ['SIGTERM', 143],
          ['SIGINT', 130],
        ] as const) {
          await using container = await Container.start(image, { node, entrypoint, args });
          await waitUntil(
            () => Promise.resolve(container.stdout.includes('loading')),
            30_000,
            () => `its begin; it wrote:\n${container.stderr}`,
          );
          const survived = new AbortController();
          const late = delay(10_000, 'survived', { signal: survived.signal }).catch(() => undefined);
          assert.equal(await Promise.race([container.end(signal), late]), code, signal);
          survived.abort();
        }
      });

      it('says what it is', async () => {
        const { labels } = imageOf(service);
        for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'source', 'base.name']) {
          assert.ok(labels[`org.opencontainers.image.${name}`], name);
        }
        const license = await readFile(path.join(imageOf(service).root, 'app', 'LICENSE'), 'utf8');
        assert.ok(license.startsWith(`${labels['org.opencontainers.image.licenses']} License`), license.slice(0, 40));
        const { stdout } = await run('du', ['-sb', imageOf(service).root]);
        console.log(
          `        ${service}: ${(Number.parseInt(stdout, 10) / MIB).toFixed(0)} MiB on top of the base image`,
        );
      });
    });
  }

  for (const service of ['api', 'indexer'] as const) {
    it(`${service}: starts as number 1 on a read-only root, waits for its servers, and ends in order`, async () => {
      const image = imageOf(service);
      const port = await freePort();
      const nowhere = `127.0.0.1:${await freePort()}`;
      const env = { PORT: String(port), KAFKA_BROKERS: nowhere, ELASTICSEARCH_URL: `http://${nowhere}` };
      await using container = await Container.start(image, { node, env });
      const url = `http://127.0.0.1:${port}`;
      await answers(container, `${url}/health`, 200);
      assert.equal((await fetch(`${url}/health/ready`)).status, 503);
      assert.deepEqual(await healthcheck(image, env), [0, '{"status":"alive"}']);
      assert.match(String(await healthcheck(image, env, ['ready'])), /^1,\{"status":"not_ready"/);
      assert.match(
        String(await healthcheck(image, { PORT: String(await freePort()) })),
        /^1,no answer: .*ECONNREFUSED/,
      );
      if (service === 'api') await showsPages(url);
      assert.equal(await container.end('SIGTERM'), 0, container.stdout);
    });
  }

  it('standalone: takes a record on a read-only root and finds it again after a restart on the same volume', async () => {
    const image = imageOf('standalone');
    assert.deepEqual(image.volumes, ['/data']);
    const volumes = {
      '/data': await Container.volume(image, work),
      '/var/log/paylog': await Container.volume(image, work),
    };
    const port = await freePort();
    const env = { PORT: String(port), LOG_DIR: '/var/log/paylog' };
    const url = `http://127.0.0.1:${port}`;
    for (const start of ['first', 'second']) {
      await using container = await Container.start(image, { node, env, volumes });
      await answers(container, `${url}/health/ready`, 200);
      if (start === 'first') {
        await showsPages(url);
        const response = await fetch(`${url}/api/v1/logs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"message":"from a container","service":"images-test"}',
        });
        assert.equal(response.status, 202, await response.text());
      }
      const found = async (): Promise<boolean> => {
        const response = await fetch(`${url}/api/v1/logs?service=images-test`);
        return (await response.text()).includes('from a container');
      };
      await waitUntil(found, 15_000, () => `the record; it wrote:\n${container.stderr}`);
      assert.equal(await container.end('SIGTERM'), 0, container.stderr);
    }
    assert.ok((await readdir(volumes['/var/log/paylog'])).length > 0);
  });

  it('nothing but volumes and /tmp can be written, by a process without any capability', async () => {
    const image = imageOf('standalone');
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const tried = {};
      for (const folder of ['/', '/app', '/app/services/api/dist', '/var/log/paylog', '/tmp']) {
        try { writeFileSync(folder + '/x', ''); tried[folder] = 'written'; } catch (error) { tried[folder] = error.code; }
      }
      const status = readFileSync('/proc/self/status', 'utf8');
      console.log(JSON.stringify({ tried, pid: process.pid, uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(),
        capabilities: /CapEff:\\s*(\\w+)/.exec(status)[1], noNewPrivileges: /NoNewPrivs:\\s*(\\d)/.exec(status)[1],
        shell: require('node:fs').existsSync('/bin/sh') }));`;
    await using container = await Container.start(image, { node, args: ['-e', script] });
    assert.equal(await container.exit, 0, container.stderr);
    assert.deepEqual(JSON.parse(container.stdout), {
      tried: {
        '/': 'EROFS',
        '/app': 'EROFS',
        '/app/services/api/dist': 'EROFS',
        '/var/log/paylog': 'EROFS',
        '/tmp': 'written',
      },
      pid: 1,
      uid: 65_532,
      gid: 65_532,
      groups: [65_532],
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
      shell: false,
    });
  });

  it('cli: answers as paylog does', async () => {
    const image = imageOf('cli');
    await using help = await Container.start(image, { node });
    assert.equal(await help.exit, 0, help.stderr);
    assert.match(help.stdout, /topics/);
    const nowhere = `127.0.0.1:${await freePort()}`;
    await using topics = await Container.start(image, { node, args: ['topics', 'create', '--brokers', nowhere] });
    assert.notEqual(await topics.exit, 0);
    assert.match(topics.stderr, new RegExp(nowhere));
    const args = ['template', 'install', '--elasticsearch', `http://${nowhere}`];
    await using template = await Container.start(image, { node, args });
    assert.equal(await template.exit, 3, template.stderr);
    assert.match(template.stderr, /cannot reach Elasticsearch/);
  });

  /** Exit code and output of the image's HEALTHCHECK, which is run in the container's file system. */
  async function healthcheck(
    image: Image,
    env: Readonly<Record<string, string>>,
    args: string[] = [],
  ): Promise<readonly [unknown, string]> {
    const [kind, ...command] = image.healthcheck;
    assert.equal(kind, 'CMD');
    await using check = await Container.start(image, { node, env, entrypoint: command, args });
    const code = await check.exit;
    return [code, `${check.stdout}${check.stderr}`.trim()];
  }
});

interface Sbom {
  readonly bomFormat: string;
  readonly components: readonly { readonly group?: string; readonly name: string }[];
}

async function answers(container: Container, url: string, status: number): Promise<void> {
  const look = async (): Promise<boolean> => {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    return response?.status === status;
  };
  await waitUntil(look, 30_000, () => `${status} at ${url}; it wrote:\n${container.stdout}${container.stderr}`);
}

/** The explorer was built, and the pages of the documentation are whole. */
async function showsPages(url: string): Promise<void> {
  for (const name of ['/', '/docs']) {
    const page = await (await fetch(url + name)).text();
    const scripts = [...page.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, script = '']) => script);
    assert.ok(scripts.length > 0, page.slice(0, 500));
    for (const script of scripts) {
      const response = await fetch(new URL(script, url + name));
      await response.arrayBuffer();
      assert.equal(response.status, 200, script);
    }
  }
}

/** Files and links, without a leading slash. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Names of the packages that are installed below app/node_modules, our own workspaces left out. */
function packagesOf(names: readonly string[]): ReadonlySet<string> {
  const found = names.map(
    (name) => /^app\/(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\/package\.json$/.exec(name)?.[1],
  );
  return new Set(found.filter((name) => name !== undefined));
}

/** What the lock file has for development only. */
async function developmentDependencies(): Promise<ReadonlySet<string>> {
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const names = { dev: new Set<string>(), other: new Set<string>() };
  for (const [place, { dev }] of Object.entries(lock.packages)) {
    if (place.includes('node_modules/'))
      names[dev === true ? 'dev' : 'other'].add(place.replace(/^.*node_modules\//, ''));
  }
  return new Set([...names.dev].filter((name) => !names.other.has(name)));
}
