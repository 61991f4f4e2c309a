import type { Clock } from '../ports/clock.ts';
import type { DependencyState } from '../ports/queue.ts';
import type { Metrics } from './metrics.ts';
import { prefersOpenMetrics } from './open-metrics.ts';
import { readVersion } from './version.ts';

/** An answer that is complete but for its transport. */
export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Without one of these the process can do none of its work: it is not ready. */
  readonly needed: readonly (() => DependencyState)[];
  /** Shown, but the process is ready without them (search may be down while ingest goes on). */
  readonly optional?: readonly (() => DependencyState)[];
  /** What the start still waits for, without which there is no work; undefined from then on. Absent: nothing. */
  readonly missing?: (() => string | undefined) | undefined;
  /** Why the process should be restarted; undefined while it makes progress. Absent: it always does. */
  readonly stalled?: () => string | undefined;
}

/** What the probes of a process ask. */
export class Health {
  readonly #options: HealthOptions;
  readonly #startedMs: number;
  readonly #version = readVersion();
  #stopping = false;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#startedMs = options.clock.now();
    for (const read of [...options.needed, ...(options.optional ?? [])]) {
      const child = options.metrics.dependencyUp.child({ dependency: read().name });
      child.readFrom(() => (read().state === 'up' ? 1 : 0));
    }
  }

  /** From now on not ready, so that load balancers send nothing new. Called first when a process stops. */
  markStopping(): void {
    this.#stopping = true;
  }

  /** The answer to a GET of one of {@link ADMIN_PATHS}; undefined for any other path. `accept` is the request's header of that name. */
  async answer(path: string, accept?: string): Promise<AdminAnswer | undefined> {
    switch (path) {
      case '/health':
        return this.#process();
      case '/health/live':
        return this.#live();
      case '/health/ready':
        return this.#ready();
      case '/health/serving':
        return this.#serving();
      case '/metrics': {
        const { metrics } = this.#options;
        const form = prefersOpenMetrics(accept) ? metrics.openMetrics : metrics;
        return { status: 200, contentType: form.contentType, body: await form.render() };
      }
      default:
        return undefined;
    }
  }

  #process(): AdminAnswer {
    const uptime = Math.max(0, Math.floor((this.#options.clock.now() - this.#startedMs) / 1000));
    return json(200, { status: 'up', version: this.#version, uptime_seconds: uptime });
  }

  #live(): AdminAnswer {
    const reason = this.#options.stalled?.();
    return reason === undefined ? json(200, { status: 'alive' }) : json(503, { status: 'stalled', reason });
  }

  #ready(): AdminAnswer {
    const { needed, optional = [] } = this.#options;
    const required = needed.map((read) => shown(read(), true));
    const others = optional.map((read) => shown(read(), false));
    const reason = this.#options.missing?.();
    const ready = !this.#stopping && reason === undefined && required.every(({ state }) => state === 'up');
    const status = this.#stopping ? 'stopping' : ready ? 'ready' : 'not_ready';
    return json(ready ? 200 : 503, {
      status,
      ...(reason !== undefined && { reason }),
      dependencies: [...required, ...others],
    });
  }

  /**
   * For load balancers. What this process depends on does not count: its peers depend on the same, so that all of them would be taken out at
   * once, and clients would get no answer instead of one that says what is wrong and when to ask again.
   */
  #serving(): AdminAnswer {
    const reason = this.#options.missing?.();
    if (this.#stopping) return json(503, { status: 'stopping' });
    return reason === undefined ? json(200, { status: 'serving' }) : json(503, { status: 'starting', reason });
  }
}

/** The paths that {@link Health.answer} knows. */
export const ADMIN_PATHS = ['/health', '/health/live', '/health/ready', '/health/serving', '/metrics'] as const;

function shown({ name, state, sinceMs, reason }: DependencyState, needed: boolean) {
  return { name, state, since: new Date(sinceMs).toISOString(), needed, ...(reason !== undefined && { reason }) };
}

function json(status: number, body: object): AdminAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
