/**
 * Looks through every tracked page (Markdown) for what leads nowhere: relative links to files that are not there, or to headings that
 * their page does not have; files of this repository that are named in backticks; npm scripts that package.json does not have.
 * Outside a git checkout there are no tracked files, and nothing to look at.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/run.mjs';

const FENCE = /^ *(```+|~~~+)[^\n]*\n[\s\S]*?^ *\1 *$/gm;
const CODE = /(`+)[^`][\s\S]*?\1/g;
const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const REFERENCE = /^\[[^\]]+\]:\s*(\S+)/gm;
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
/** A file below one of our folders, as it stands in backticks: no placeholder, no pattern. */
const NAMED_FILE = /^(?:bench|docs|infra|scripts|services|shared|tests)\/[\w./@-]+\.[a-z]{2,6}$/;
const NPM_SCRIPT = /\bnpm run ([a-z][\w:-]*)(?: --workspace (\S+))?/g;

const pages = trackedPages();
const anchorsByPage = new Map();
const faults = pages.flatMap((page) => faultsOf(page));
for (const fault of faults) {
  console.error(fault);
}
console.log(`${pages.length} pages, ${faults.length} findings`);
process.exitCode = faults.length === 0 ? 0 : 1;

function trackedPages() {
  try {
    const list = execFileSync('git', ['ls-files', '-z', '*.md'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return list.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
  } catch {
    return [];
  }
}

function hasScript(name, workspace) {
  return name in JSON.parse(readFileSync(path.join(root, workspace, 'package.json'), 'utf8')).scripts;
}

function faultsOf(page) {
  const text = readFileSync(path.join(root, page), 'utf8');
  const prose = text.replaceAll(FENCE, '');
  const links = prose.replaceAll(CODE, '');
  const targets = [LINK, REFERENCE].flatMap((pattern) => [...links.matchAll(pattern)].map(([, target]) => target));
  const named = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).filter((code) => NAMED_FILE.test(code));
  return [
    ...targets.filter((target) => !ABSOLUTE.test(target)).flatMap((target) => faultOfTarget(page, target)),
    // A build's output is named where it is run; it need not be there.
    ...named
      .filter((file) => !file.includes('/dist/') && !existsSync(path.join(root, file)))
      .map((file) => `no file ${file}`),
    ...[...text.matchAll(NPM_SCRIPT)]
      .filter(([, name, workspace = '']) => !hasScript(name, workspace.replace(/`.*$/, '')))
      .map(([, name]) => `no npm script ${name}`),
  ].map((fault) => `${page}: ${fault}`);
}

function faultOfTarget(page, target) {
  const [file, anchor] = target.split('#');
  const full = file === '' ? path.join(root, page) : path.join(root, path.dirname(page), decodeURIComponent(file));
  if (!existsSync(full)) {
    return [`no file for the link ${target}`];
  }
  if (anchor === undefined || !full.endsWith('.md') || anchorsOf(full).has(anchor)) {
    return [];
  }
  return [`no heading for the link ${target}`];
}

/** As GitHub makes them: lower case, no punctuation, a hyphen for each space, numbered when they come again. */
function anchorsOf(file) {
  const known = anchorsByPage.get(file);
  if (known !== undefined) {
    return known;
  }
  const anchors = new Set();
  for (const [, heading] of readFileSync(file, 'utf8')
    .replaceAll(FENCE, '')
    .matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const visible = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = visible
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    let unique = slug;
    for (let next = 1; anchors.has(unique); next += 1) unique = `${slug}-${next}`;
    anchors.add(unique);
  }
  anchorsByPage.set(file, anchors);
  return anchors;
}
