import { spawn } from 'node:child_process';

/** The top of the checkout. */
export const root = new URL('../..', import.meta.url).pathname;

/**
 * Runs a program in the checkout with its output shown, and resolves with its exit code (128 for a signal).
 * A program that takes longer than `timeoutMs` is killed.
 */
export function run(command, args, { env = {}, timeoutMs = 30 * 60_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code) => resolve(code ?? 128));
  });
}

/** Runs the JavaScript file of a development dependency with this Node.js. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}
