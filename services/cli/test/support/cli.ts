import { Readable } from 'node:stream';
import type { TemplateAdmin } from '@paylog/shared/ports/template-admin';
import { runCli } from '../../src/run-cli.ts';
import type { CliContext, TopicTools } from '../../src/cli-context.ts';

/** What a run left behind. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run sees of the world. */
export interface CliWorld {
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  readonly tools?: TopicTools;
  readonly templates?: TemplateAdmin;
  /** Why a file that the configuration names cannot be read. */
  readonly unreadable?: string;
}

/** Runs a command line in this process. */
export async function cli(args: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): CliContext['stdout'] => ({
    write: (text: string) => (written[name] += text),
    ...(world.isTerminal === true && { isTTY: true, columns: 80 }),
  });
  const home = world.home ?? '/nonexistent';
  const code = await runCli(args, {
    env: world.env ?? {},
    homeDirectory: home,
    hostName: 'test',
    version: '1.2.3',
    stdin: Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    signal: world.signal ?? new AbortController().signal,
    topicTools: () => {
      if (world.tools === undefined) return Promise.reject(new Error(world.unreadable ?? 'no Kafka here'));
      return Promise.resolve(world.tools);
    },
    templateAdmin: () => {
      if (world.templates === undefined) return Promise.reject(new Error('no Elasticsearch here'));
      return Promise.resolve(world.templates);
    },
  });
  return { code, ...written };
}
