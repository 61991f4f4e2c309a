import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProgram, type TerraformSandbox } from './terraform-sandbox.ts';

/** What a plan says of the release. */
export interface Planned {
  readonly values: readonly string[];
  readonly description: string;
}

interface PlanJson {
  readonly planned_values: {
    readonly root_module: {
      readonly child_modules: readonly { readonly resources: readonly { readonly values: Planned }[] }[];
    };
  };
}

/** Plans an environment; rejects with what Terraform says against it. */
export async function planRelease(terraform: TerraformSandbox, variables: readonly string[]): Promise<Planned> {
  await terraform.ok('workspaces', ['plan', '-out=test.tfplan', ...variables]);
  const plan = JSON.parse(await terraform.ok('workspaces', ['show', '-json', 'test.tfplan'])) as PlanJson;
  const [first] = plan.planned_values.root_module.child_modules[0]?.resources ?? [];
  assert.ok(first);
  return first.values;
}

/** Manifests of the values that Terraform would pass, by the real helm; names as in the golden files of the chart. */
export async function renderRelease(terraform: TerraformSandbox, helm: string, planned: Planned): Promise<string> {
  const files = await Promise.all(
    planned.values.map(async (text, index) => {
      const file = path.join(terraform.directory, `values-${String(index)}.yaml`);
      await writeFile(file, text);
      return `--values=${file}`;
    }),
  );
  const args = ['template', 'logs', terraform.chartPath(), '--namespace', 'payments', ...files];
  const { code, output } = await runProgram(helm, args, terraform.env);
  assert.equal(code, 0, output);
  return output;
}
