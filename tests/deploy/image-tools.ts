import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { runTool, type Recipe } from '../stack/provision.ts';
import type { Skipped } from '../stack/stack-service.ts';
import { provisionTool } from '../stack/tools.ts';
import { NAMESPACES } from './image-builder.ts';

const run = promisify(execFile);

/** The package that carries the program, in the version of the Dockerfiles' BUILD_IMAGE. */
const NODE = 'node@24.18.0';

const recipe: Recipe = {
  name: NODE.replace('@', '-'),
  inputs: [],
  build: (directory) =>
    runTool('npm', [
      ...['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'],
      // The package's own script picks the program of this machine.
      ...['--ignore-scripts=false', '--prefix', directory, NODE],
    ]),
};

/** The Node.js of the images, or why there is none. */
export async function acquireNodeOfImages(): Promise<{ readonly program: string } | Skipped> {
  const got = await provisionTool(recipe, () => Promise.resolve(undefined));
  return 'skipped' in got ? got : { program: path.join(got.directory, 'node_modules', 'node', 'bin', 'node') };
}

/** Whether stages can be run: mounts and changes of the root take root, on Debian or Ubuntu. */
export async function acquireNamespaces(): Promise<{ readonly there: true } | Skipped> {
  try {
    await run('unshare', [...NAMESPACES, 'bash', '-c', 'mount -t tmpfs tmpfs /mnt && command -v setpriv']);
    return { there: true };
  } catch (error) {
    const skipped = 'no right to mount; enable it with `sudo npm run test:deploy` on Debian or Ubuntu';
    if (process.env['PAYLOG_REQUIRE_TOOLS'] === '1') {
      throw new Error(`PAYLOG_REQUIRE_TOOLS=1, but there is ${skipped}`, { cause: error });
    }
    return { skipped };
  }
}
