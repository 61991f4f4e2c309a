import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'mocha';
import { KUBERNETES_VERSIONS, kubernetesSchemas } from '../stack/kubernetes-schemas.ts';
import { orSkip } from '../stack/skip.ts';
import { goTool, TOOL_BUILD_MS } from '../stack/tools.ts';
import { acquireHelm, chart, ENVIRONMENTS, type Helm, type Rendering, withoutCopies } from './support/helm-chart.ts';

const golden = path.join(import.meta.dirname, 'golden');

const STATEFUL_SET = {
  name: 'statefulset',
  values: { indexer: { kind: 'StatefulSet' } },
  apiVersions: ['keda.sh/v1alpha1'],
} as const;

/** What has a golden file, which must pass every check. */
const GOLDEN: readonly (Rendering & { readonly name: string })[] = [
  ...ENVIRONMENTS.map((environment) => ({ name: environment, environment })),
  STATEFUL_SET,
];

/** What no environment of the examples has. */
const OTHERS: readonly (Rendering & { readonly name: string })[] = [
  { name: 'the defaults', values: {} },
  { name: 'the defaults, where KEDA is', values: {}, apiVersions: ['keda.sh/v1alpha1'] },
  {
    name: 'istio, files and profiles',
    values: { mesh: { type: 'istio' }, logFiles: { enabled: true }, profiling: { enabled: true } },
  },
  {
    name: 'linkerd and two ways in',
    environment: 'staging',
    values: { mesh: { type: 'linkerd' }, ingress: { enabled: true, hosts: ['logs.example.com'] } },
  },
  {
    name: 'logins as values',
    values: {
      setupJob: { enabled: true },
      kafka: { sasl: { mechanism: 'plain', username: 'u', password: 'p' } },
      elasticsearch: { auth: { type: 'apiKey', apiKey: 'a2V5' } },
      api: { service: { type: 'LoadBalancer' }, autoscaling: { enabled: false } },
      indexer: { autoscaling: { mode: 'keda' } },
    },
  },
];

describe('Helm chart: manifests', () => {
  let helm: Helm;

  before(async function () {
    helm = await acquireHelm(this);
  });

  for (const rendering of GOLDEN) {
    const { name } = rendering;
    it(`passes helm lint --strict for ${name}`, async () => {
      assert.match(await helm.lint(rendering), /1 chart\(s\) linted, 0 chart\(s\) failed/);
    });

    it(`renders for ${name} what the golden file says`, async () => {
      const rendered = withoutCopies(await helm.template(rendering));
      const file = path.join(golden, `helm-${name}.yaml`);
      if (process.env['UPDATE_GOLDEN'] === '1') {
        await mkdir(golden, { recursive: true });
        await writeFile(file, rendered);
      }
      assert.equal(rendered, await readFile(file, 'utf8'), 'UPDATE_GOLDEN=1 writes it anew');
    });
  }

  describe('by kubeconform', () => {
    let check: (manifests: string) => Promise<void>;

    before(async function () {
      this.timeout(TOOL_BUILD_MS);
      const { program } = orSkip(this, await goTool('kubeconform'));
      const { locations } = orSkip(this, await kubernetesSchemas());
      check = async (manifests) => {
        for (const version of KUBERNETES_VERSIONS) {
          const places = locations(version).flatMap((place) => ['-schema-location', place]);
          const said = await pipe(program, ['-strict', '-summary', '-output', 'text', ...places], manifests);
          assert.equal(said.code, 0, `${version}: ${said.output}`);
          assert.match(said.output, /Invalid: 0, Errors: 0, Skipped: 0/);
        }
      };
    });

    for (const rendering of [...GOLDEN, ...OTHERS]) {
      it(`every resource is valid: ${rendering.name}`, async () => {
        await check(await helm.template(rendering));
      });
    }

    it('finds a misspelled field of a resource of Kubernetes and of a custom one', async () => {
      const manifests = await helm.template({ environment: 'prod' });
      for (const [right, wrong] of [
        ['maxUnavailable: 0', 'maxUnavaiable: 0'],
        ['maxReplicaCount:', 'maxReplicas:'],
        ['namespaceSelector:\n    matchNames', 'namespaceSelectors:\n    matchNames'],
      ] as const) {
        assert.ok(manifests.includes(right), right);
        await assert.rejects(check(manifests.replace(right, wrong)), assert.AssertionError, wrong);
      }
    });
  });

  describe('by kube-score', () => {
    let program = '';

    before(async function () {
      this.timeout(TOOL_BUILD_MS);
      ({ program } = orSkip(this, await goTool('kube-score')));
    });

    for (const rendering of GOLDEN) {
      it(`finds nothing critical for ${rendering.name}`, async () => {
        const args = ['score', '--output-format', 'ci', '--kubernetes-version', 'v1.30', '-'];
        const { output } = await pipe(program, args, await helm.template(rendering));
        const critical = output.split('\n').filter((line) => line.startsWith('[CRITICAL]'));
        assert.deepEqual(critical, []);
        assert.match(output, /^\[OK\]/m);
      });
    }
  });

  it('is packaged without what is not for installing', async () => {
    const packaged = await helm.packaged();
    const needed = await readdir(chart, { recursive: true, withFileTypes: true });
    const files = needed.flatMap((entry) =>
      entry.isFile() ? [path.relative(chart, path.join(entry.parentPath, entry.name))] : [],
    );
    assert.deepEqual([...packaged].sort(), files.filter((name) => !/^values-\w+\.yaml$/.test(name)).sort());
    for (const name of ['Chart.yaml', 'values.yaml', 'values.schema.json', 'files/rules/alerts.yaml']) {
      assert.ok(packaged.includes(name), name);
    }
  });

  it('says how to go on after the installation', async () => {
    assert.match(await helm.notes({ environment: 'prod' }), /https:\/\/logs\.example\.com\/[^]*keda, 3 to 24 pods/);
    assert.match(
      await helm.notes({ environment: 'dev' }),
      /port-forward service\/logs-pay-log-aggregator-api 8000:8000/,
    );
    assert.match(await helm.notes({}), /rollout status deployment\/\S+-api deployment\/\S+-indexer\n/);
    assert.match(await helm.notes(STATEFUL_SET), /deployment\/\S+-api\n.* rollout status statefulset\/\S+-indexer\n/);
  });
});

async function pipe(
  program: string,
  args: readonly string[],
  input: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve) =>
    child.once('close', (status) => {
      resolve(status ?? -1);
    }),
  );
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: `${output}${errors}` };
}
