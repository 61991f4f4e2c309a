import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './run.mjs';

const lockFile = path.join(root, 'package-lock.json');
/** What npm notes about what it put into node_modules. */
const installedFile = path.join(root, 'node_modules', '.package-lock.json');
const stamp = path.join(root, 'node_modules', '.paylog-install');

/** Installs from the lock file unless that is what node_modules holds; false when it failed. */
export async function installIfNeeded() {
  const lock = readFileSync(lockFile, 'utf8');
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    return true;
  }
  if (!isInstalled(lock)) {
    console.log('Installing dependencies (npm ci) ...');
    // Quieter than the default: a dependency's own wish for a newer Node.js is no news to who starts this.
    if ((await run('npm', ['ci', '--no-progress', '--loglevel=error'])) !== 0) {
      console.error('npm ci failed: see above. Is the package registry reachable?');
      return false;
    }
  }
  writeFileSync(stamp, digest);
  return true;
}

/** Whether somebody's `npm install` has already brought exactly what the lock file names. */
function isInstalled(lock) {
  if (!existsSync(installedFile)) {
    return false;
  }
  const wanted = JSON.parse(lock).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const isSame = ([name, { integrity, optional, link }]) =>
    !name.startsWith('node_modules/') ||
    link === true ||
    (name in installed ? installed[name].integrity === integrity : optional === true);
  return Object.entries(wanted).every(isSame) && Object.keys(installed).every((name) => name in wanted);
}
