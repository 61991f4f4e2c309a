import { dockerAnswers } from './docker.ts';
import type { LocalProcess } from './local-process.ts';
import { missingTool } from './provision.ts';
import type { Skipped, StackService } from './stack-service.ts';

/** The ways to come by one kind of server. */
export interface Acquisition<Options, Server extends StackService> {
  readonly name: string;
  /** Environment variable that names a server that runs already. */
  readonly variable: string;
  readonly external: (address: string) => Server;
  readonly docker: (options: Options) => Promise<Server>;
  readonly local: (options: Options) => Promise<Server>;
}

/** Where the instance that all of a process share is kept. */
export interface SharedSlot<Server> {
  server?: Promise<Server | Skipped>;
}

/** Finds or starts a server. Any option asks for a server of one's own; without any it is the shared one. */
export async function acquire<Options extends object, Server extends StackService>(
  acquisition: Acquisition<Options, Server>,
  options: Options,
  slot: SharedSlot<Server>,
): Promise<Server | Skipped> {
  const address = process.env[acquisition.variable];
  if (Object.keys(options).length > 0) {
    return startOwn(acquisition, options);
  }
  if (address !== undefined && address !== '') {
    return acquisition.external(address);
  }
  slot.server ??= startOwn(acquisition, options);
  const server = await slot.server;
  if ('skipped' in server) {
    return server;
  }
  const leave = (): Promise<void> => Promise.resolve();
  return { ...server, dispose: leave, [Symbol.asyncDispose]: leave };
}

/** The controls of a local server, started. A port that somebody took in the meantime ends it: that is thrown. */
export async function localService(server: LocalProcess): Promise<StackService> {
  try {
    await server.start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  const dispose = (): Promise<void> => server.dispose();
  return {
    kind: 'local',
    kill: () => server.kill(),
    stop: () => server.stop(),
    start: () => server.start(),
    pause: () => server.pause(),
    resume: () => {
      server.resume();
      return Promise.resolve();
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

async function startOwn<Options, Server extends StackService>(
  acquisition: Acquisition<Options, Server>,
  options: Options,
): Promise<Server | Skipped> {
  if (await dockerAnswers()) {
    return acquisition.docker(options);
  }
  const missing = await missingTool();
  if (missing === undefined) {
    return acquisition.local(options);
  }
  const skipped =
    `no ${acquisition.name}: no Docker daemon answers, and there is ${missing} to run it from; enable it with ` +
    `\`apt-get install openjdk-17-jdk-headless maven\`, or set ${acquisition.variable}`;
  if (process.env['PAYLOG_REQUIRE_STACK'] === '1') {
    throw new Error(`PAYLOG_REQUIRE_STACK=1, but ${skipped}`);
  }
  return { skipped };
}
