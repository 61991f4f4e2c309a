/**
 * Sends a fixed number of HTTP requests over keep-alive connections and prints one line of JSON. A process of its own, so that what
 * it costs is not counted as the server's; raw sockets, so that it costs little. Loopback only, bounded by the count.
 *
 * usage: load-generator.ts PORT CONTENT_TYPE PAYLOADS(file: JSON array of bodies) REQUESTS CONNECTIONS
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

const [port = '', contentType = '', payloadFile = '', requests = '', connections = ''] = process.argv.slice(2);
const bodies = JSON.parse(readFileSync(payloadFile, 'utf8')) as string[];
const wires = bodies.map((body) => {
  const head = ['POST /api/v1/logs HTTP/1.1', 'Host: 127.0.0.1', `Content-Type: ${contentType}`];
  return Buffer.from(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
});
const total = Number(requests);
const latenciesMs = new Float64Array(total);
const statuses = new Map<string, number>();
let sent = 0;
let done = 0;

/** Length of the first complete answer in `text`; 0 when it is not complete. */
function answerLength(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return 0;
  const length = /content-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  const end = headEnd + 4 + Number(length ?? 0);
  return text.length >= end ? end : 0;
}

function run(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = '';
    let startedMs = 0;
    let index = 0;
    const next = (): void => {
      if (sent >= total) {
        socket.end();
        resolve();
        return;
      }
      index = sent;
      sent += 1;
      startedMs = performance.now();
      socket.write(wires[index % wires.length] ?? '');
    };
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      const length = answerLength(pending);
      if (length === 0) return;
      const status = pending.slice(9, 12);
      pending = pending.slice(length);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      latenciesMs[index] = performance.now() - startedMs;
      done += 1;
      next();
    });
    socket.on('error', reject);
    socket.on('connect', next);
  });
}

const startedMs = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, () => run(connect(Number(port), '127.0.0.1'))));
const seconds = (performance.now() - startedMs) / 1000;
latenciesMs.sort();
const quantile = (q: number): number => latenciesMs[Math.min(total - 1, Math.floor(total * q))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ seconds, done, statuses: Object.fromEntries(statuses), p50Ms: quantile(0.5), p99Ms: quantile(0.99) })}\n`,
);
