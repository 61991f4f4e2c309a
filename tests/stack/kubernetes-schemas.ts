import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { runTool, type Recipe } from './provision.ts';
import { provisionTool } from './tools.ts';
import type { Skipped } from './stack-service.ts';

/** Brings the JSON schemas of Kubernetes' own resources, all versions. */
const RESOURCES = 'kubernetes-validate==1.37.0';

/** The oldest version that the chart is for (its `kubeVersion`), and the newest. */
export const KUBERNETES_VERSIONS = ['1.30.0', '1.37.0'] as const;

/** Resources that others define: the Go modules that publish their definitions, and the files in there. */
const DEFINITIONS = {
  'github.com/kedacore/keda/v2@v2.21.0': [
    'config/crd/bases/keda.sh_scaledobjects.yaml',
    'config/crd/bases/keda.sh_triggerauthentications.yaml',
  ],
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': [
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  'sigs.k8s.io/gateway-api@v1.4.0': ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
} as const;

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Node } }[];
  };
}
type Node = Readonly<Record<string, unknown>>;

const run = promisify(execFile);

const recipe: Recipe = {
  name: 'kubernetes-schemas',
  inputs: ['kubernetes-schemas.ts'],
  build: async (directory) => {
    await resourceSchemas(directory);
    for (const [module, files] of Object.entries(DEFINITIONS)) await customSchemas(module, files, directory);
  },
};

/**
 * `-schema-location` arguments of kubeconform for strict validation without a network: Kubernetes' own resources of a version, and KEDA's,
 * the Prometheus operator's and the Gateway API's.
 */
export async function kubernetesSchemas(): Promise<
  { readonly locations: (version: (typeof KUBERNETES_VERSIONS)[number]) => readonly string[] } | Skipped
> {
  const got = await provisionTool(recipe, missing);
  if ('skipped' in got) return got;
  const { directory } = got;
  return {
    locations: (version) => [
      path.join(directory, folderOf(version), '{{.ResourceKind}}{{.KindSuffix}}.json'),
      path.join(directory, 'custom', '{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'),
    ],
  };
}

async function missing(): Promise<string | undefined> {
  for (const [program, enable] of [
    ['python3', 'python3'],
    ['pip3', 'python3-pip'],
    ['go', 'golang-go'],
  ] as const) {
    const found = await run(program, [program === 'go' ? 'version' : '--version']).catch(() => undefined);
    if (found === undefined) return `no ${program}; enable it with \`apt-get install ${enable}\``;
  }
  return undefined;
}

async function resourceSchemas(directory: string): Promise<void> {
  const wheels = path.join(directory, 'wheels');
  await runTool('pip3', ['download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', wheels, RESOURCES]);
  const script = `
import glob, sys, zipfile
from pathlib import Path
archive = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
for name in archive.namelist():
    parts = name.split('/')
    if len(parts) == 4 and parts[2] in sys.argv[2:]:
        target = Path(sys.argv[1], parts[2], parts[3])
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(archive.read(name))
`;
  const folders = KUBERNETES_VERSIONS.map(folderOf);
  await runTool('python3', ['-c', script, wheels, ...folders]);
  for (const folder of folders) await selfContained(path.join(wheels, folder), path.join(directory, folder));
  await rm(wheels, { recursive: true });
}

/** Every schema with the definitions that it needs: kubeconform would read all of them, some megabytes, for each resource. */
async function selfContained(from: string, to: string): Promise<void> {
  const read = async (name: string): Promise<Node> => JSON.parse(await readFile(path.join(from, name), 'utf8')) as Node;
  const definitions = (await read('_definitions.json'))['$defs'] as Readonly<Record<string, unknown>>;
  const texts = new Map(Object.entries(definitions).map(([name, node]) => [name, localRefs(JSON.stringify(node))]));
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === '_definitions.json') continue;
    const text = localRefs(JSON.stringify(await read(name)));
    const needed = new Set<string>();
    const waiting = [text];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const [, definition = ''] of next.matchAll(/"#\/\$defs\/([^"]+)"/g)) {
        if (needed.has(definition)) continue;
        needed.add(definition);
        waiting.push(texts.get(definition) ?? '');
      }
    }
    const own = [...needed].map((definition) => `${JSON.stringify(definition)}:${texts.get(definition) ?? '{}'}`);
    await writeFile(path.join(to, name), `{"$defs":{${own.join(',')}},${text.slice(1)}`);
  }
}

function localRefs(text: string): string {
  return text.replaceAll('/api/_definitions.json#/', '#/');
}

function folderOf(version: (typeof KUBERNETES_VERSIONS)[number]): string {
  return `v${version}-local-strict`;
}

async function customSchemas(module: string, files: readonly string[], directory: string): Promise<void> {
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'auto' };
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { env, cwd: directory, timeout: 300_000 });
  const { Dir: sources } = JSON.parse(stdout) as { Dir: string };
  const target = path.join(directory, 'custom');
  await mkdir(target, { recursive: true });
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(path.join(sources, file), 'utf8'))) {
      const { spec } = document.toJS() as CustomResourceDefinition;
      for (const { name, schema } of spec.versions) {
        const to = `${spec.group}_${spec.names.kind.toLowerCase()}_${name}.json`;
        await writeFile(path.join(target, to), JSON.stringify(withMetadata(strict(schema.openAPIV3Schema))));
      }
    }
  }
}

/**
 * As the API server reads it: fields that are not named are unknown, and `int-or-string` is one of both. `allOf` and the like speak of
 * fields that are named outside of them, and stay.
 */
function strict(node: unknown): Node {
  const { properties, items, additionalProperties, ...rest } = node as Node;
  const copy: Record<string, unknown> = { ...rest };
  if (rest['x-kubernetes-int-or-string'] === true) copy['type'] = ['integer', 'string'];
  if (items !== undefined) copy['items'] = strict(items);
  if (typeof additionalProperties === 'object') copy['additionalProperties'] = strict(additionalProperties);
  if (properties !== undefined) {
    copy['properties'] = Object.fromEntries(
      Object.entries(properties as Node).map(([name, value]) => [name, strict(value)]),
    );
    if (rest['x-kubernetes-preserve-unknown-fields'] !== true && additionalProperties === undefined) {
      copy['additionalProperties'] = false;
    }
  }
  return copy;
}

/** The server itself knows what is in `metadata`; the definitions say no more than that it is an object. */
function withMetadata(schema: Node): Node {
  const properties = schema['properties'] as Node;
  return { ...schema, properties: { ...properties, metadata: { type: 'object' } } };
}
