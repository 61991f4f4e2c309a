import { request } from 'node:http';
import { connect } from 'node:net';
import type { StartedTestContainer } from 'testcontainers';
import type { StackService } from './stack-service.ts';

const PING_MS = 1000;

/** Whether a Docker daemon answers; quick, and silent when there is none. */
export async function dockerAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  if (host.startsWith('unix://')) {
    return ping({ socketPath: host.slice('unix://'.length) });
  }
  const url = URL.parse(host.replace(/^tcp:/, 'http:'));
  // With TLS only the client knows the certificates: that something listens there has to do.
  if (url === null || process.env['DOCKER_TLS_VERIFY'] === '1') {
    return url !== null && listens(url.hostname, Number(url.port));
  }
  return ping({ host: url.hostname, port: Number(url.port) });
}

/** Controls of a container whose ports on the host are fixed, so that it comes back on the same address. */
export async function containerService(
  container: StartedTestContainer,
  isReady: () => Promise<void>,
): Promise<StackService> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient();
  const handle = client.container.getById(container.getId());
  const isRunning = async (): Promise<boolean> => (await handle.inspect()).State.Running;
  const dispose = async (): Promise<void> => {
    await container.stop({ remove: true, removeVolumes: true, timeout: 0 });
  };
  return {
    kind: 'docker',
    kill: async () => {
      if (await isRunning()) {
        await handle.kill({ signal: 'SIGKILL' });
      }
    },
    stop: async () => {
      if (await isRunning()) {
        await handle.stop({ t: 20 });
      }
    },
    start: async () => {
      if (!(await isRunning())) {
        await handle.start();
        await isReady();
      }
    },
    pause: async () => {
      await handle.pause();
    },
    resume: async () => {
      await handle.unpause();
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function ping(target: { socketPath: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...target, path: '/_ping', timeout: PING_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => {
      resolve(false);
    });
    call.end();
  });
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PING_MS });
    const answer = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('timeout', () => {
      answer(false);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}
