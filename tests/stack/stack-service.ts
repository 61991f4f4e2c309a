/** What went wrong, for people; the one line that makes it available. */
export interface Skipped {
  readonly skipped: string;
}

/** A server that tests run against. */
export interface StackService {
  /** `external`: named in the environment, and not ours to stop; the others can be killed and started again. */
  readonly kind: 'external' | 'docker' | 'local';
  /** SIGKILL. Resolves when the process is gone; its data stays. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL after a while. Resolves when the process is gone; its data stays. Idempotent. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. Resolves when it is ready; no effect when it runs. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. Resolves when nothing runs any more. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** Ends it and removes its data. A shared instance is left to the others and ends with the process. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface KafkaBroker extends StackService {
  /** `host:port`, comma separated. */
  readonly brokers: string;
}

export interface ElasticsearchNode extends StackService {
  readonly url: string;
}

/** Makes the controls of a server that is not ours: they reject, since nobody else's server is stopped. */
export function externalService(name: string): StackService {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`${name} is named in the environment: acquire it with { own: true } to control it`));
  const leave = (): Promise<void> => Promise.resolve();
  return {
    kind: 'external',
    kill: refuse,
    stop: refuse,
    start: refuse,
    pause: refuse,
    resume: refuse,
    dispose: leave,
    [Symbol.asyncDispose]: leave,
  };
}
