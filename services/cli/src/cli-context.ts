import type { Readable } from 'node:stream';
import type { Config } from '@paylog/shared/config/config';
import type { Environment } from '@paylog/shared/config/load-config';
import type { TopicAdmin } from '@paylog/shared/ports/queue';
import type { TemplateAdmin } from '@paylog/shared/ports/template-admin';
import type { TopicInspector } from '@paylog/shared/ports/topic-inspector';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where lines come from. */
export type Input = Readable & { readonly isTTY?: boolean };

/** Administration of the topics of one configuration. */
export interface TopicTools {
  readonly admin: TopicAdmin;
  readonly inspector: TopicInspector;
}

/** All that a command sees of the world; `main.ts` makes it from the process. */
export interface CliContext {
  readonly env: Environment;
  readonly homeDirectory: string;
  readonly hostName: string;
  readonly version: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by Ctrl-C and SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** Connects nowhere. Loads the Kafka client, which other commands do without. Rejects when a file of the configuration cannot be read. */
  readonly topicTools: (config: Pick<Config<'indexer'>, 'queue'>) => Promise<TopicTools>;
  /** The same for the index template, with the client of Elasticsearch. */
  readonly templateAdmin: (config: Pick<Config<'indexer'>, 'store' | 'index'>) => Promise<TemplateAdmin>;
}
