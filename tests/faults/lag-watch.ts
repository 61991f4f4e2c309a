import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';

/** What brokers and metrics said at about the same time. */
export interface LagSample {
  readonly atMs: number;
  /** By the brokers: messages that the group has not committed. */
  readonly records: number;
  /** What an operator, or an autoscaler, sees: the sum and the maximum over /metrics of all indexers. */
  readonly shown: { readonly records: number; readonly seconds: number };
  /** Partitions that all indexers say they own. */
  readonly owned: number;
}

/** So many records in the brokers' words cannot be none in those of the metrics, ... */
const MANY = 500;
/** ... once they have been there for longer than two readings of the lag. */
const PATIENCE_MS = 10_000;
const METRICS_TIMEOUT_MS = 5000;

/** Samples the lag of a deployment all the time, from both sides. */
export class LagWatch {
  /** Whom to ask; those that run. */
  indexers: readonly Service[] = [];
  readonly #samples: LagSample[] = [];
  readonly #here: Deployment;
  readonly #sampleMs: number;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  constructor(here: Deployment, sampleMs: number) {
    this.#here = here;
    this.#sampleMs = sampleMs;
    this.#loop = this.#run();
  }

  /** Most records that the brokers spoke of. */
  get worst(): number {
    return Math.max(0, ...this.#samples.map(({ records }) => records));
  }

  /** What was seen, in short, for whoever reads a failure: records by the brokers and by the metrics. */
  get course(): string {
    return this.#samples.map(({ records, shown }) => `${records}/${shown.records}`).join(' ');
  }

  /** Waits until that many samples in a row, all of them taken from now on, are so. Returns the last one. */
  async waitFor(what: string, is: (sample: LagSample) => boolean, timeoutMs: number, inARow = 1): Promise<LagSample> {
    const from = this.#samples.length;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const fresh = this.#samples.slice(from);
      const last = fresh.at(-1);
      if (last !== undefined && fresh.length >= inARow && fresh.slice(-inARow).every(is)) return last;
      if (Date.now() > deadline) {
        throw new Error(
          `waited ${timeoutMs} ms for ${what}, have ${JSON.stringify(last)}; brokers/metrics: ${this.course}`,
        );
      }
      await delay(this.#sampleMs / 2);
    }
  }

  /** Fails when the metrics said, at any time until now, that there is no lag while there was much of it. */
  assertHonest(): void {
    for (const [index, { atMs, shown }] of this.#samples.entries()) {
      if (shown.records > 0 && shown.seconds > 0) continue;
      const before = this.#samples.slice(0, index + 1).filter((earlier) => atMs - earlier.atMs <= PATIENCE_MS);
      const isKnownForLong = this.#samples.some((earlier) => atMs - earlier.atMs > PATIENCE_MS);
      const hasMany = isKnownForLong && before.every(({ records }) => records > MANY);
      assert.ok(!hasMany, `the metrics deny the lag, at sample ${index} of ${this.course}`);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // An indexer that was ended a moment ago does not answer, or the brokers do not for once.
      const sample = await this.#sample().catch(() => undefined);
      if (sample !== undefined) this.#samples.push(sample);
      await delay(this.#sampleMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sample(): Promise<LagSample> {
    const { indexers } = this;
    const before = await this.#here.lag();
    const pages = await Promise.all(
      indexers.map(async ({ url }) =>
        (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(METRICS_TIMEOUT_MS) })).text(),
      ),
    );
    const after = await this.#here.lag();
    const values = (name: string): number[] =>
      pages.flatMap((page) =>
        [...page.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)`, 'gm'))].map(([, value]) => Number(value)),
      );
    const sum = (name: string): number => values(name).reduce((total, value) => total + value, 0);
    return {
      atMs: Date.now(),
      records: Math.min(before, after),
      shown: {
        records: sum('paylog_queue_lag_records'),
        seconds: Math.max(0, ...values('paylog_queue_lag_seconds')),
      },
      owned: sum('paylog_queue_owned_partitions'),
    };
  }
}
