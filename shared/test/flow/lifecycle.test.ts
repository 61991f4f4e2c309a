import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { type Component, runLifecycle, type StopSignal } from '../../src/flow/lifecycle.ts';
import type { Logger } from '../../src/ports/logger.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Stands in for `process`: keeps listeners, and the exit codes in order. */
class FakeProcess {
  readonly exits: number[] = [];
  readonly #listeners = new Map<string, (error: unknown) => void>();
  #onExit: (() => void) | undefined;

  on(event: string, listener: (error: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  exit(code: number): void {
    this.exits.push(code);
    this.#onExit?.();
  }

  send(signal: StopSignal): void {
    this.#listeners.get(signal)?.(undefined);
  }

  /** An error that nobody caught. */
  fail(error: unknown): void {
    this.#listeners.get('uncaughtException')?.(error);
  }

  exited(): Promise<void> {
    return new Promise((resolve) => {
      if (this.exits.length > 0) resolve();
      else this.#onExit = resolve;
    });
  }
}

function component(name: string, events: string[], behavior: Partial<Component> = {}): Component {
  return {
    name,
    async start() {
      events.push(`start ${name}`);
      await behavior.start?.();
    },
    async stop() {
      events.push(`stop ${name}`);
      await behavior.stop?.();
    },
  };
}

/** A running process that never finishes its stop. */
async function stuckProcess(): Promise<FakeProcess> {
  const hooks = new FakeProcess();
  const stuck = component('stuck', [], { stop: () => new Promise(() => {}) });
  await runLifecycle({ components: [stuck], stopTimeoutMs: 400 }, hooks, silent);
  return hooks;
}

describe('runLifecycle', () => {
  it('keeps the process alive while a component waits on nothing but timers that do not', async () => {
    const script = `
      import { runLifecycle } from '${new URL('../../src/flow/lifecycle.ts', import.meta.url).href}';
      const start = () => new Promise((resolve) => setTimeout(resolve, 50).unref());
      const silent = { debug() {}, info() {}, warn() {}, error() {} };
      await runLifecycle({ components: [{ name: 'waits', start }], stopTimeoutMs: 100 }, process, silent);
      console.log('started');`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--input-type=module', '--eval', script],
    ]);
    assert.equal(stdout, 'started\n');
  });

  it('starts in order, says when ready, stops in reverse on SIGTERM and exits with 0', async () => {
    const events: string[] = [];
    const hooks = new FakeProcess();
    const components = [component('a', events), component('b', events)];
    await runLifecycle(
      {
        components,
        stopTimeoutMs: 1000,
        onReady: () => events.push('ready'),
        onStopping: () => events.push('stopping'),
      },
      hooks,
      silent,
    );
    hooks.send('SIGTERM');
    await hooks.exited();
    assert.deepEqual(events, ['start a', 'start b', 'ready', 'stopping', 'stop b', 'stop a']);
    assert.deepEqual(hooks.exits, [0]);
  });

  it('exits at once on a second signal, with the code of that signal', async () => {
    for (const [first, second, code] of [
      ['SIGTERM', 'SIGINT', 130],
      ['SIGINT', 'SIGTERM', 143],
    ] as const) {
      const hooks = await stuckProcess();
      hooks.send(first);
      hooks.send(second);
      assert.deepEqual(hooks.exits, [code]);
    }
  });

  it('takes the echo of a signal, as npm sends it on Ctrl-C, for what it is; a later one ends it at once', async () => {
    const hooks = await stuckProcess();
    hooks.send('SIGINT');
    hooks.send('SIGINT');
    assert.deepEqual(hooks.exits, []);
    await new Promise((resolve) => setTimeout(resolve, 250));
    hooks.send('SIGINT');
    assert.deepEqual(hooks.exits, [130]);
  });

  it('stops what was started and exits with 1 when a component fails to start', async () => {
    const events: string[] = [];
    const hooks = new FakeProcess();
    const failing = component('b', events, { start: () => Promise.reject(new Error('no')) });
    await runLifecycle(
      { components: [component('a', events), failing, component('c', events)], stopTimeoutMs: 1000 },
      hooks,
      silent,
    );
    assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
    assert.deepEqual(hooks.exits, [1]);
  });

  it('can be stopped in the middle of the start', async () => {
    const events: string[] = [];
    const hooks = new FakeProcess();
    let release = (): void => {};
    const waiting = component('b', events, {
      start: () =>
        new Promise(
          (_, reject) =>
            (release = () => {
              reject(new Error('stopped'));
            }),
        ),
      stop: async () => {
        release();
      },
    });
    const started = runLifecycle(
      { components: [component('a', events), waiting, component('c', events)], stopTimeoutMs: 1000 },
      hooks,
      silent,
    );
    await new Promise(setImmediate);
    hooks.send('SIGINT');
    await Promise.all([started, hooks.exited()]);
    assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
    assert.deepEqual(hooks.exits, [0]);
  });

  it('gives up a stop that takes too long and stops the rest when one fails: exit code 1', async () => {
    const slow = new FakeProcess();
    const stuck = component('stuck', [], { stop: () => new Promise(() => {}) });
    await runLifecycle({ components: [stuck], stopTimeoutMs: 20 }, slow, silent);
    slow.send('SIGTERM');
    await slow.exited();
    assert.deepEqual(slow.exits, [1]);

    const events: string[] = [];
    const failed = new FakeProcess();
    const failing = component('b', events, { stop: () => Promise.reject(new Error('no')) });
    await runLifecycle({ components: [component('a', events), failing], stopTimeoutMs: 1000 }, failed, silent);
    failed.send('SIGTERM');
    await failed.exited();
    assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
    assert.deepEqual(failed.exits, [1]);
  });

  it('tells an error that nobody caught, stops and exits with 1; while it stops further ones are told, not all of them', async () => {
    const told: unknown[] = [];
    const logger: Logger = { ...silent, error: (_message, fields) => void told.push(fields?.['error']) };
    const events: string[] = [];
    const hooks = new FakeProcess();
    const waits = component('a', events, { stop: () => new Promise(setImmediate) });
    await runLifecycle({ components: [waits], stopTimeoutMs: 60_000 }, hooks, logger);
    for (let i = 0; i < 100; i += 1) hooks.fail(i);
    assert.deepEqual(hooks.exits, []);
    await hooks.exited();
    assert.deepEqual(events, ['start a', 'stop a']);
    assert.deepEqual(hooks.exits, [1]);
    assert.deepEqual(told, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('exits with 1 when nobody caught an error during a stop that was asked for', async () => {
    const hooks = new FakeProcess();
    const waits = component('a', [], { stop: () => new Promise(setImmediate) });
    await runLifecycle({ components: [waits], stopTimeoutMs: 60_000 }, hooks, silent);
    hooks.send('SIGTERM');
    hooks.fail(new Error('late'));
    await hooks.exited();
    assert.deepEqual(hooks.exits, [1]);
  });
});
