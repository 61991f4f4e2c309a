import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;

/** Pinned: another version may copy other files. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const MAVEN_TIMEOUT_MS = 15 * 60_000;
const MARKER = 'complete.json';

export interface Recipe {
  readonly name: string;
  /** Files of this folder that decide what is built: a change of one makes a new installation. */
  readonly inputs: readonly string[];
  /** Fills an empty directory. */
  readonly build: (directory: string) => Promise<void>;
}

/** The cache folder of the local servers: `PAYLOG_STACK_DIR`, else `.stack` in the checkout. */
export function stackDirectory(): string {
  return path.resolve(process.env['PAYLOG_STACK_DIR'] ?? path.join(here, '..', '..', '.stack'));
}

/**
 * Returns the directory that holds what the recipe builds, building it if it is not there. Safe when several processes
 * ask at once: one builds under a lock in a directory of its own, which gets its name only when it is complete.
 */
export async function provision(recipe: Recipe): Promise<string> {
  const root = stackDirectory();
  await mkdir(root, { recursive: true });
  const target = await targetOf(recipe);
  if (await isComplete(target)) {
    return target;
  }
  return withLock(path.join(root, 'provision.lock'), async () => {
    if (await isComplete(target)) {
      return target;
    }
    const draft = await mkdtemp(path.join(root, `draft-${recipe.name}-`));
    try {
      await recipe.build(draft);
      await writeFile(path.join(draft, MARKER), JSON.stringify({ files: await countFiles(draft) }));
      if (!(await isComplete(target))) {
        await rm(target, { recursive: true, force: true });
        await rename(draft, target);
      }
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return target;
  });
}

/** The directory that {@link provision} would return, if it is there already. */
export async function provisioned(recipe: Recipe): Promise<string | undefined> {
  const target = await targetOf(recipe);
  return (await isComplete(target)) ? target : undefined;
}

async function targetOf(recipe: Recipe): Promise<string> {
  return path.join(stackDirectory(), `${recipe.name}-${await digest(recipe)}`);
}

/** Whether a JDK (17 or later) and Maven are on the path; a reason if not. */
export async function missingTool(): Promise<string | undefined> {
  const [javac, maven] = await Promise.all([version('javac', ['-version']), version('mvn', ['-v'])]);
  const major = Number(/javac (\d+)/.exec(javac ?? '')?.[1] ?? 0);
  if (major < 17) {
    return 'no JDK 17 or later';
  }
  return maven === undefined ? 'no Maven' : undefined;
}

/** Copies the jars of a pom of `maven/` with all that they need. */
export async function copyJars(pom: string, directory: string): Promise<void> {
  await maven(pom, directory, 'copy-dependencies', [`-DoutputDirectory=${directory}`]);
}

/** Unpacks files of one jar of a pom of `maven/`. */
export async function unpackJar(pom: string, artifact: string, includes: string, directory: string): Promise<void> {
  await maven(pom, directory, 'unpack-dependencies', [
    `-DoutputDirectory=${directory}`,
    `-DincludeArtifactIds=${artifact}`,
    `-Dmdep.unpack.includes=${includes}`,
  ]);
}

/** Runs a program to its end; rejects with the end of what it said. */
export async function runTool(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, args, { timeout: MAVEN_TIMEOUT_MS, maxBuffer: 64 << 20 });
  } catch (error) {
    const said = error as { stdout?: string; stderr?: string };
    const tail = `${said.stdout ?? ''}${said.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
    throw new Error(`${command} failed:\n${tail}`, { cause: error });
  }
}

async function maven(pom: string, directory: string, goal: string, properties: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  // Maven writes its markers under ${project.build.directory}: beside a copy of the pom, not into the checkout.
  const work = await mkdtemp(path.join(stackDirectory(), 'maven-'));
  try {
    const copy = path.join(work, 'pom.xml');
    await writeFile(copy, await readFile(path.join(here, 'maven', pom)));
    await runTool('mvn', ['-q', '-B', '-f', copy, `${DEPENDENCY_PLUGIN}:${goal}`, ...properties]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function version(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: 20_000 });
    return `${stdout}${stderr}`;
  } catch {
    return undefined;
  }
}

async function digest(recipe: Recipe): Promise<string> {
  const hash = createHash('sha256');
  for (const input of recipe.inputs) {
    hash.update(await readFile(path.join(here, input)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function isComplete(directory: string): Promise<boolean> {
  try {
    const marker = JSON.parse(await readFile(path.join(directory, MARKER), 'utf8')) as { files?: unknown };
    return marker.files === (await countFiles(directory));
  } catch {
    return false;
  }
}

async function countFiles(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name !== MARKER).length;
}

async function withLock<T>(file: string, action: () => Promise<T>): Promise<T> {
  while (!(await takeLock(file))) {
    await delay(250);
  }
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Takes the lock unless a living process holds it. The lock is a hard link, so that it is never there without its owner.
 * Two processes that find a dead owner at once may, once in a blue moon, both build: that costs time, nothing else.
 */
async function takeLock(file: string): Promise<boolean> {
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, file);
    return true;
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) {
      await rm(file, { force: true });
    }
    return false;
  } finally {
    await rm(mine, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
