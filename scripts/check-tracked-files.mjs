/**
 * Looks through every tracked file for what must not be in a repository: secrets, addresses of package registries (the
 * lock file pins by hash; where packages come from is each machine's own setting) and paths of somebody's machine.
 * Outside a git checkout there are no tracked files, and nothing to look at.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/run.mjs';

const LARGEST = 2 * 1024 * 1024;

/** Written in pieces, so that this file does not find itself. */
const findings = [
  ['a private key', new RegExp(`-----BEGIN [A-Z ]*PRIVATE ${'KEY'}-----`)],
  ['an AWS key', new RegExp(`\\b(AKIA|ASIA)${'[0-9A-Z]{16}'}\\b`)],
  ['a GitHub token', new RegExp(`\\bgh[pousr]_${'[A-Za-z0-9]{36}'}`)],
  ['an npm token', new RegExp(`\\bnpm_${'[A-Za-z0-9]{36}'}|_auth${'Token'}\\s*=`)],
  ['a Slack token', new RegExp(`\\bxox[abprs]-${'[A-Za-z0-9-]{10,}'}`)],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"`$<>{}]+:[^\s/:@'"`$<>{}]{3,}@(?!example\b)[a-z0-9.-]+/i],
  [
    'the address of a package registry',
    new RegExp(
      `\\b(registry\\.npm${'js'}\\.org|registry\\.${'yarn'}pkg\\.com|repo1?\\.maven\\.${'apache'}\\.org|pypi\\.${'org'}/simple|proxy\\.${'golang'}\\.org)|"resolved": "https?:`,
    ),
  ],
  [
    'a path of one machine',
    new RegExp(`(^|[\\s"'\`(=:])/(${'work'}|${'root'}|home/[a-z][a-z0-9_-]*|Users/[A-Za-z]+)/[A-Za-z.]`),
  ],
];

const files = trackedFiles();
const faults = files.flatMap(faultsOf);
for (const fault of faults) {
  console.error(fault);
}
console.log(`${files.length} tracked files, ${faults.length} findings`);
process.exitCode = faults.length === 0 ? 0 : 1;

function trackedFiles() {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return list.split('\0').filter((file) => file !== '');
  } catch {
    return [];
  }
}

/** Tests that secrets stay hidden need made-up ones. */
function isTest(file) {
  return file.endsWith('.test.ts');
}

/** Docker Compose takes its default profile from `.env` only; anything else in there would be somebody's own. */
function isProfileOfCompose(file, full) {
  if (file !== '.env') return false;
  const lines = readFileSync(full, 'utf8').split('\n');
  return lines.every((line) => line === '' || line.startsWith('#') || /^COMPOSE_PROFILES=\w+$/.test(line));
}

function faultsOf(file) {
  const full = path.join(root, file);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) {
    return [];
  }
  if (stats.size > LARGEST) {
    return [`${file}: ${stats.size} bytes; files over ${LARGEST} do not belong in the repository`];
  }
  if (/(^|\/)\.env(\.|$)/.test(file) && !isProfileOfCompose(file, full)) {
    return [`${file}: an environment file`];
  }
  const lines = readFileSync(full, 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    findings
      .filter(([what, pattern]) => pattern.test(line) && !(what === 'a password in a URL' && isTest(file)))
      .map(([what]) => `${file}:${index + 1}: ${what}`),
  );
}
