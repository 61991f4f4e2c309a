import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program in the checkout with its output shown (or kept in `outputFile`), and resolves with its exit code (128 for a signal). It gets a
 * process group of its own: the whole group is killed when it takes longer than `timeoutMs`, and ended with this process.
 */
export function run(command, args, { env = {}, timeoutMs = 30 * 60_000, outputFile } = {}) {
  return new Promise((resolve) => {
    if (outputFile !== undefined) mkdirSync(path.dirname(outputFile), { recursive: true });
    const output = outputFile === undefined ? 'inherit' : openSync(outputFile, 'w');
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    if (output !== 'inherit') closeSync(output);
    const end = (signal) => {
      killGroup(child, signal);
      process.exit(128);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    signals.forEach((signal) => process.on(signal, end));
    const timer = setTimeout(() => killGroup(child, 'SIGKILL'), timeoutMs);
    const finish = (code) => {
      clearTimeout(timer);
      signals.forEach((signal) => process.off(signal, end));
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      finish(127);
    });
    child.once('exit', (code) => finish(code ?? 128));
  });
}

/** Runs the JavaScript file of a development dependency with this Node.js. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended by itself.
  }
}
