import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';

describe('Gateway', function () {
  this.timeout(30_000);

  it('ends in time when the other side closes the very first connection, on which the client then waits for ever', async () => {
    // What a port of Docker does while nothing listens behind it.
    const server = createServer((socket) => socket.on('error', () => {}).destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const module = (name: string): string => new URL(`../../src/elasticsearch/${name}.ts`, import.meta.url).href;
      // A process of its own: it is the first request that is lost.
      const script = `
        import { Gateway } from '${module('gateway')}';
        import { Deadline } from '${module('deadline')}';
        const gateway = new Gateway({ url: 'http://127.0.0.1:${port}', timeoutMs: 500 });
        const deadline = new Deadline(500);
        const answer = await gateway.request({ method: 'POST', path: '/x/_search', body: { size: 0 } }, deadline);
        deadline.dispose();
        await gateway.close();
        console.log(answer.kind);`;
      const args = ['--conditions=@paylog/source', '--import', 'tsx', '--input-type=module', '--eval', script];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      assert.equal(stdout, 'none\n');
    } finally {
      server.close();
    }
  });
});
