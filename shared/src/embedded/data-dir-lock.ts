import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { connect, sqlFault, type SqlDatabase } from './sqlite.ts';

/** A held lock; `release` is idempotent. */
export interface DataDirLock {
  release(): void;
}

/**
 * Takes the part `name` of a data directory (made when missing) for this process alone. The lock is an exclusive SQLite
 * transaction on `<name>.lock`, that is a lock of the operating system: it ends with the process, also by kill -9, and is
 * never stale. Throws an error that names the directory and the process that holds it.
 */
export function lockDataDir(dataDir: string, name: string): DataDirLock {
  makeDirectory(dataDir);
  const path = join(dataDir, `${name}.lock`);
  const holderPath = join(dataDir, `${name}.pid`);
  const db = take(path, holderPath, dataDir);
  // Only for the message that a second process shows: the lock itself is the transaction.
  writeFileSync(holderPath, `${process.pid}\n`);
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      rmSync(holderPath, { force: true });
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

function makeDirectory(dataDir: string): void {
  try {
    makeWithParents(resolve(dataDir));
  } catch (error) {
    throw new Error(`Cannot make the data directory ${dataDir}: ${(error as Error).message}`, { cause: error });
  }
}

/** Not `recursive: true`: on Node 20 that never returns where a parent exists and yet nothing can be made in it (`/proc`). */
function makeWithParents(directory: string): void {
  if (isDirectory(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeWithParents(parent);
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have been faster.
    if (!isDirectory(directory)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function take(path: string, holderPath: string, dataDir: string): SqlDatabase {
  let db: SqlDatabase | undefined;
  try {
    db = connect(path);
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    const { code, message } = sqlFault(error);
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
      throw new Error(
        `The data directory ${dataDir} is in use by process ${holderOf(holderPath)}: stop it, or choose another directory.`,
        { cause: error },
      );
    }
    throw new Error(`Cannot lock the data directory ${dataDir}: ${message}`, { cause: error });
  }
}

function holderOf(holderPath: string): string {
  try {
    return readFileSync(holderPath, 'utf8').trim();
  } catch {
    return '(unknown)';
  }
}
