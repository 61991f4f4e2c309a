import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { orSkip } from '../../stack/skip.ts';
import { goTool, TOOL_BUILD_MS } from '../../stack/tools.ts';

/** A resource of Kubernetes, as far as tests look into it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec: ResourceSpec;
}

/** Fields of several kinds; what a kind does not have is undefined. */
export interface ResourceSpec {
  readonly replicas?: number;
  readonly template?: { readonly metadata: Resource['metadata']; readonly spec: PodSpec };
  readonly [field: string]: unknown;
}

export interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: unknown;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly [source: string]: unknown }[];
  readonly topologySpreadConstraints?: readonly unknown[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly securityContext: unknown;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** What a chart is rendered with. */
export interface Rendering {
  /** A file of the chart, such as `values-prod.yaml`. */
  readonly environment?: Environment;
  /** Further values, which go before those of the file. */
  readonly values?: object;
  /** Name of the release, if it is not to be {@link RELEASE}. */
  readonly release?: string;
  /** Kinds of resources that the cluster is said to have. */
  readonly apiVersions?: readonly string[];
}

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const root = path.join(import.meta.dirname, '..', '..', '..');
export const chart = path.join(root, 'infra', 'helm', 'pay-log-aggregator');

const RELEASE = 'logs';
const NAMESPACE = 'payments';

const run = promisify(execFile);

/** For `before` hooks: the chart, and the helm to render it with, or the suite is skipped. */
export async function acquireHelm(context: Mocha.Context): Promise<Helm> {
  context.timeout(TOOL_BUILD_MS);
  const { program } = orSkip(context, await goTool('helm'));
  return new Helm(program);
}

/** Runs helm on the chart; no cluster is asked. */
export class Helm {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  /** Output of `helm lint --strict`; rejects with it when there is anything to say. */
  async lint(rendering: Rendering): Promise<string> {
    return this.#run(['lint', '--strict', chart], rendering);
  }

  /** The manifests as text. Rejects with what helm says. */
  async template(rendering: Rendering): Promise<string> {
    const versions = (rendering.apiVersions ?? []).flatMap((version) => ['--api-versions', version]);
    const { release = RELEASE } = rendering;
    return this.#run(['template', release, chart, '--namespace', NAMESPACE, ...versions], rendering);
  }

  async resources(rendering: Rendering): Promise<readonly Resource[]> {
    return parseAllDocuments(await this.template(rendering))
      .map((document) => document.toJS() as Resource | null)
      .filter((resource) => resource !== null);
  }

  /** Files of the package that `helm package` makes, by their path in the chart. */
  async packaged(): Promise<readonly string[]> {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-package-'));
    try {
      await this.#run(['package', chart, '--destination', folder], {}, []);
      const [archive = ''] = await readdir(folder);
      const { stdout } = await run('tar', ['--list', '--gzip', '--file', path.join(folder, archive)]);
      return stdout
        .trim()
        .split('\n')
        .map((name) => name.replace(/^[^/]+\//, ''));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** What helm says against these values; undefined when it takes them. */
  async refusal(values: object, environment?: Environment): Promise<string | undefined> {
    try {
      await this.template({ values, ...(environment && { environment }) });
      return undefined;
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  }

  /** The text that is shown after an installation: of a copy of the chart, since helm shows it only where there is a cluster. */
  async notes(rendering: Rendering): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-notes-'));
    try {
      await cp(chart, folder, { recursive: true });
      const notes = await readFile(path.join(folder, 'templates', 'NOTES.txt'), 'utf8');
      const shown = `{{- define "test.notes" }}${notes}{{ end -}}\n{{ dict "notes" (include "test.notes" .) | toYaml }}`;
      await writeFile(path.join(folder, 'templates', 'notes.yaml'), shown);
      const only = ['--namespace', NAMESPACE, '--show-only', 'templates/notes.yaml'];
      const text = await this.#run(['template', RELEASE, folder, ...only], rendering);
      return (parse(text) as { notes: string }).notes;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async #run(args: readonly string[], { environment, values }: Rendering, flags?: readonly string[]): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-helm-'));
    try {
      const file = path.join(folder, 'values.yaml');
      await writeFile(file, stringify(values ?? {}));
      const files = [...(environment ? [path.join(chart, `values-${environment}.yaml`)] : []), file];
      const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: path.join(folder, 'none') };
      const given = flags ?? files.flatMap((each) => ['--values', each]);
      const { stdout } = await run(this.#program, [...args, ...given], { env, maxBuffer: 64 << 20, timeout: 60_000 });
      return stdout;
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** The only resource of this kind and, if it is given, the end of its name. */
export function only(resources: readonly Resource[], kind: string, nameEnd = ''): Resource {
  const found = resources.filter((each) => each.kind === kind && each.metadata.name.endsWith(nameEnd));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${String(found.length)} resources of kind ${kind} with a name that ends in "${nameEnd}"`);
  }
  return first;
}

/** What stands in the ConfigMap of this name. */
export function settingsOf(resources: readonly Resource[], name: string): Readonly<Record<string, string>> {
  const found = resources.find((each) => each.kind === 'ConfigMap' && each.metadata.name === name);
  if (found?.data === undefined) throw new Error(`there is no ConfigMap ${name}`);
  return found.data;
}

const WITH_PODS = new Set(['Pod', 'Deployment', 'StatefulSet', 'Job']);

/** All containers of a pod, those that run first first. */
export function containersOf({ initContainers = [], containers }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

/** Pods of a resource, which may be one itself. */
export interface MadePods {
  /** Kind and name of the resource. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  readonly owner: Resource;
}

/** The pods that the resources make. */
export function podSpecs(resources: readonly Resource[]): readonly MadePods[] {
  return resources.flatMap((owner) => {
    const { kind, metadata, spec } = owner;
    if (!WITH_PODS.has(kind)) return [];
    const pod = kind === 'Pod' ? { metadata, spec: spec as unknown as PodSpec } : spec.template;
    if (pod === undefined) return [];
    return [{ name: `${kind} ${metadata.name}`, labels: pod.metadata.labels, spec: pod.spec, owner }];
  });
}

/**
 * Manifests as golden files hold them: rules and dashboards are copies (`npm run docs:check` compares them), a change of one is no change
 * of the chart.
 */
export function withoutCopies(manifests: string): string {
  return manifests
    .split(/^(?=---$)/m)
    .map((document) =>
      /^# Source: .*\/(prometheusrule|dashboards)\.yaml$/m.test(document)
        ? document.replace(/^(data| {2}groups):\n[^]*/m, '$1: a copy of files\n')
        : document,
    )
    .join('');
}
