import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { METRIC_TABLE, type MetricDefinition } from '@paylog/shared/telemetry/metric-table';

const root = path.join(import.meta.dirname, '..', '..');

/** Every page that an operator may read, by its path; links are the business of `scripts/check-links.mjs`. */
async function pages(): Promise<readonly (readonly [string, string])[]> {
  const docs = (await readdir(path.join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  const files = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => path.join('docs', name))];
  return Promise.all(files.map(async (file) => [file, await readFile(path.join(root, file), 'utf8')] as const));
}

describe('pages', () => {
  it('name no metric that nobody exports', async () => {
    const exported = new Set(
      Object.values<MetricDefinition>(METRIC_TABLE).flatMap(({ name }) =>
        ['', '_bucket', '_sum', '_count'].map((end) => name + end),
      ),
    );
    const unknown = (await pages()).flatMap(([file, text]) =>
      // What ends in an underscore stands for all that begin so.
      [...text.matchAll(/\bpaylog_[a-z_]*[a-z]\b(?![_*])/g)]
        .filter(([name]) => !exported.has(name))
        .map(([name]) => `${file}: ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it('tell kcat its brokers', async () => {
    const calls = (await pages()).flatMap(([file, text]) =>
      [...text.matchAll(/\bkcat -[^`|\n]*/g)].map(([call]) => `${file}: ${call}`),
    );
    assert.ok(calls.length > 5);
    // `-V` and the like ask for nothing.
    assert.deepEqual(
      calls.filter((call) => / -[CPLQ]\b/.test(call) && !/ -b \S/.test(call)),
      [],
    );
  });

  it('run images of others in the versions of docker-compose.yml', async () => {
    const compose = await readFile(path.join(root, 'docker-compose.yml'), 'utf8');
    const versions = new Map(
      [...compose.matchAll(/^ +image: ([^\s$]+):([^\s$:]+)$/gm)].map(([, name, tag]) => [name, tag]),
    );
    assert.equal(versions.size, 5);
    const others = (await pages()).flatMap(([file, text]) =>
      [...versions].flatMap(([name, tag]) =>
        text
          .split('\n')
          .filter((line) => line.includes('docker run') || /^ +(-|--)\w/.test(line))
          .flatMap((line) => [...line.matchAll(/\S+/g)].map(([word]) => word))
          .filter(
            (word) => (word === name || word.startsWith(`${name ?? ''}:`)) && word !== `${name ?? ''}:${tag ?? ''}`,
          )
          .map((word) => `${file}: ${word}`),
      ),
    );
    assert.deepEqual(others, []);
  });
});
