import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Sees to it that a process ends with this one: a small `sh` waits on a pipe. When this process dies, however it dies, the
 * pipe ends, and the guard kills the other, paused or not, and removes its directory, if any. The guard never keeps this
 * process alive. Returns what ends the guard.
 */
export function guardProcess(pid: number, directory = ''): () => void {
  const script =
    'read -r word; [ "$word" = release ] || { kill -KILL "$1"; [ -z "$2" ] || { sleep 1; rm -rf -- "$2"; }; }';
  const guard = spawn('sh', ['-c', script, 'sh', String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.on('error', () => {
    // The guard is gone; there is nothing left to release.
  });
  if (guard.stdin instanceof Socket) {
    guard.stdin.unref();
  }
  return () => {
    guard.stdin.end('release\n');
  };
}
