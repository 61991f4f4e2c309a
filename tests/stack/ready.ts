import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_MS = 1000;

/** ApiVersions, version 0, no client id: every Kafka answers it, also before authentication. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Whether a broker answers on this port of 127.0.0.1 (a listener without TLS). */
export function kafkaAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(ANSWER_MS, () => {
      answer(false);
    });
    socket.once('connect', () => socket.write(API_VERSIONS));
    socket.once('data', () => {
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
    socket.once('close', () => {
      answer(false);
    });
  });
}

/** Whether the node answers and its indices can be used. */
export async function elasticsearchAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
      signal: AbortSignal.timeout(ANSWER_MS * 2),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Asks until the answer is yes. */
export async function waitUntil(what: string, isReady: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady())) {
    if (Date.now() > deadline) {
      throw new Error(`${what} was not ready within ${timeoutMs / 1000} s`);
    }
    await delay(200);
  }
}
