import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '@paylog/shared/config/load-config';
import { orSkip } from '../stack/skip.ts';
import { goTool } from '../stack/tools.ts';
import { only, root, type Environment, type Resource } from './support/helm-chart.ts';
import { AROUND, AROUND_MESSAGES, DAYS, LEVELS, TURNED } from './support/terraform-rules.ts';
import { planRelease, renderRelease } from './support/terraform-plan.ts';
import { acquireTerraform, type Said, type TerraformSandbox } from './support/terraform-sandbox.ts';

/** What the indexer gets from secrets, besides its ConfigMap. */
const LOGINS = {
  dev: {},
  staging: { KAFKA_SASL_PASSWORD: 'p', ELASTICSEARCH_PASSWORD: 'p' },
  prod: { KAFKA_SASL_PASSWORD: 'p', ELASTICSEARCH_API_KEY: 'k' },
};

describe('terraform: values that can be installed', function () {
  this.timeout(180_000);
  let terraform: TerraformSandbox;
  let helm = '';

  before(async function () {
    terraform = await acquireTerraform(this);
    ({ program: helm } = orSkip(this, await goTool('helm')));
    await terraform.ok('workspaces', ['init', '-backend=false']);
  });

  after(async () => {
    await (terraform as TerraformSandbox | undefined)?.remove();
  });

  /** Arguments of a plan: the file of an environment, and inputs over it. */
  async function variables(environment: Environment, inputs: object): Promise<readonly string[]> {
    const file = path.join(terraform.directory, 'inputs.tfvars.json');
    await writeFile(file, JSON.stringify(inputs));
    return [`-var-file=${environment}.tfvars`, `-var-file=${file}`];
  }

  async function plan(environment: Environment, inputs: object): Promise<Said> {
    return terraform.run('workspaces', ['plan', ...(await variables(environment, inputs))]);
  }

  async function render(environment: Environment, inputs: object): Promise<readonly Resource[]> {
    const planned = await planRelease(terraform, await variables(environment, inputs));
    return resources(await renderRelease(terraform, helm, planned));
  }

  /** What the indexer says against the settings that it would get. */
  function faults(environment: Environment, settings: Readonly<Record<string, string | undefined>>): readonly string[] {
    const loaded = loadConfig('indexer', { ...settings, ...LOGINS[environment] });
    return loaded.ok ? [] : loaded.faults;
  }

  for (const { environment, settings, fault } of DAYS) {
    const what = `${environment} with ${JSON.stringify(settings)}`;
    if (fault === undefined) {
      it(`${what} is planned, and the indexer starts`, async () => {
        const { data = {} } = only(await render(environment, { settings }), 'ConfigMap', '-indexer');
        assert.equal(data['RETENTION_DAYS'], settings.RETENTION_DAYS);
        assert.deepEqual(faults(environment, data), []);
      });
    } else {
      it(`${what} is refused, as the indexer refuses it`, async () => {
        const { data } = only(
          resources(await readFile(path.join(root, 'tests', 'deploy', 'golden', `helm-${environment}.yaml`), 'utf8')),
          'ConfigMap',
          '-indexer',
        );
        const [refusal = '', ...others] = faults(environment, { ...data, ...settings });
        assert.match(refusal, /^INDEX_DAYS_PAST=/);
        assert.deepEqual(others, []);
        const { code, output } = await plan(environment, { settings });
        assert.equal(code, 1, output);
        assert.ok(words(output).includes(fault), output);
      });
    }
  }

  for (const level of LEVELS) {
    it(`LOG_LEVEL ${level} is taken by Terraform if the processes take it`, async () => {
      const isTaken = loadConfig('standalone', { LOG_LEVEL: level }).ok;
      const { code, output } = await plan('dev', { settings: { LOG_LEVEL: level } });
      assert.equal(code, isTaken ? 0 : 1, output);
      const isDebug = /^(debug|trace)$/i.test(level);
      const inProd = await plan('prod', { settings: { LOG_LEVEL: level } });
      assert.equal(inProd.code, isTaken && !isDebug ? 0 : 1, inProd.output);
    });
  }

  for (const { name, environment, inputs, holds } of TURNED) {
    it(`the chart takes ${environment} with ${name}`, async () => {
      holds(await render(environment, inputs));
    });
  }

  it('refuses in prod what values files and extra values would bring, all at once', async () => {
    const file = path.join(terraform.directory, 'around.yaml');
    await writeFile(file, AROUND);
    const nothing = { kafka: {}, elasticsearch: {}, settings: {}, ingress: {}, image: {} };
    const { code, output } = await plan('prod', { ...nothing, values_files: [file] });
    assert.equal(code, 1, output);
    const unsaid = AROUND_MESSAGES.filter((message) => !words(output).includes(message));
    assert.deepEqual(unsaid, [], output);
    assert.doesNotMatch(output, /hunter2/);
  });

  for (const environment of ['staging', 'prod'] as const) {
    it(`everything that the release of ${environment} needs stands in ${environment}.tfvars and in the README`, async () => {
      const golden = resources(
        await readFile(path.join(root, 'tests', 'deploy', 'golden', `helm-${environment}.yaml`), 'utf8'),
      );
      const made = new Set(golden.map(({ metadata }) => metadata.name));
      const names = [...new Set(golden.flatMap((resource) => [...needed(resource)]))].filter((name) => !made.has(name));
      assert.ok(names.includes('paylog-kafka'), names.join(' '));
      const tfvars = await readFile(terraform.path('workspaces', `${environment}.tfvars`), 'utf8');
      const readme = await readFile(terraform.path('README.md'), 'utf8');
      for (const [where, text, quote] of [
        [`${environment}.tfvars`, tfvars, '"'],
        ['README.md', readme, '`'],
      ] as const) {
        const unsaid = names.filter((name) => !text.includes(`${quote}${name}${quote}`));
        assert.deepEqual(unsaid, [], where);
      }
    });
  }

  it('what is left by a removal stands in the README and in destroy.sh', async () => {
    const golden = await readFile(path.join(root, 'tests', 'deploy', 'golden', 'helm-prod.yaml'), 'utf8');
    const left = resources(golden).filter(({ metadata }) => {
      const policy = metadata.annotations?.['helm.sh/hook-delete-policy'];
      return policy !== undefined && !policy.includes('hook-succeeded');
    });
    assert.ok(left.length > 0);
    for (const file of ['README.md', 'scripts/destroy.sh']) {
      const text = await readFile(terraform.path(file), 'utf8');
      for (const { kind, metadata } of left) {
        assert.ok(text.includes(kind), `${file} does not name the ${kind} ${metadata.name}`);
        assert.ok(metadata.name.endsWith('-setup') && text.includes('-setup'), metadata.name);
      }
    }
  });
});

function words(output: string): string {
  return output.replaceAll(/\s+/g, ' ');
}

function resources(manifests: string): readonly Resource[] {
  return parseAllDocuments(manifests)
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

/** Names of what a resource needs and the release does not make: secrets, priority classes. */
function* needed(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (['secretName', 'priorityClassName'].includes(key) && typeof inner === 'string') yield inner;
    if (['secretKeyRef', 'secretTargetRef', 'imagePullSecrets'].includes(key)) yield* namesIn(inner);
    yield* needed(inner);
  }
}

function namesIn(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return all.map((each) => (each as { readonly name: string }).name);
}
