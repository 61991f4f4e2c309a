import path from 'node:path';
import type { LocalProcess } from './local-process.ts';
import { provision } from './provision.ts';

const FILE = 'classes.jsa';

/** What local servers of one kind run from. */
export interface Installation {
  readonly installation: string;
  readonly jvmArguments: readonly string[];
}

/**
 * JVM arguments with which a server of `installation` finds its classes ready to be mapped, instead of reading and checking them one by one:
 * it starts in about half the CPU time (class data sharing, https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html).
 * The archive is written once, by a server that ends. It knows the jars by their paths and the JVM by its build: where these
 * have changed, the JVM goes on without it.
 *
 * @param server a server with these arguments, whose data live in that directory
 */
export async function classArchive(
  installation: string,
  server: (jvmArguments: readonly string[], directory: string) => Promise<LocalProcess>,
): Promise<readonly string[]> {
  const directory = await provision({
    name: `classes-of-${path.basename(installation)}`,
    inputs: [],
    build: async (draft) => {
      const first = await server([`-XX:ArchiveClassesAtExit=${path.join(draft, FILE)}`], path.join(draft, 'run'));
      await first.start();
      await first.stop();
      await first.dispose();
    },
  });
  return [`-XX:SharedArchiveFile=${path.join(directory, FILE)}`];
}
