import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';

const TAIL = 4000;

export interface ProgramOptions {
  /** Fed to its standard input, as it comes. */
  readonly input?: string | AsyncIterable<string>;
  /** On top of PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** It is killed then. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and returns its standard output; rejects with what it said when it does not end with 0. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { input = '', env = {}, cwd, timeoutMs = 120_000 }: ProgramOptions = {},
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH, HOME, ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(cwd !== undefined && { cwd }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that reads no input, or ends before all of it, closes the pipe; its exit code says what that means.
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  if (typeof input === 'string') child.stdin.end(input);
  else Readable.from(input).pipe(child.stdin);
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    throw new Error(`${command} ended with ${code ?? signal}:\n${stdout.slice(-TAIL)}${stderr.slice(-TAIL)}`);
  }
  return stdout;
}
