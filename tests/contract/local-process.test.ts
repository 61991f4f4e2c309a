import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { LocalProcess } from '../stack/local-process.ts';

/** More threads than cores, all busy: after a signal some of them wait for their turn to see it. */
const BUSY = `
  const { Worker } = require('node:worker_threads');
  for (let i = 0; i < 8; i += 1) new Worker('for (;;);', { eval: true });
  setTimeout(() => require('node:fs').writeFileSync(process.argv[1], ''), 500);`;

describe('a server as a child process', function () {
  this.timeout(60_000);

  it('runs no more once it is paused, however busy it is', async function () {
    if (process.platform !== 'linux') this.skip();
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-busy-'));
    const ready = path.join(directory, 'ready');
    const server = new LocalProcess({
      name: 'a busy process',
      command: process.execPath,
      args: ['--eval', BUSY, ready],
      directory,
      logFile: path.join(directory, 'log'),
      isReady: () => Promise.resolve(existsSync(ready)),
      detached: false,
    });
    const pid = await server.launch();
    try {
      await server.waitUntilReady();
      for (let round = 0; round < 20; round += 1) {
        await server.pause();
        const states = readdirSync(`/proc/${pid}/task`).map((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`));
        assert.deepEqual([...new Set(states)], ['T']);
        server.resume();
      }
    } finally {
      await server.dispose();
    }
  });
});

function stateOf(file: string): string | undefined {
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
