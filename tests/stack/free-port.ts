import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 on which nothing listens. It lies below the range from which Linux takes the ports of outgoing
 * connections (32768 and up): a client that tries to reconnect to a killed server must not be given that very port.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (await canListen(port)) {
      return port;
    }
  }
  throw new Error('no free port between 20000 and 32000');
}

/** Whether a server may listen there: a paused one, which answers nothing, still holds its port. */
export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
