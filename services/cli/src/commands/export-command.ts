import { ApiClient, type ApiStream, NoAnswerError } from '../api/api-client.ts';
import { openedStream } from '../api/opened-stream.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { ExitName } from '../exit-codes.ts';
import { ExportFile, type ExportTarget } from '../export/export-file.ts';
import { RecordCounter } from '../export/record-counter.ts';
import { counted, size } from '../output/numbers.ts';
import { collect, listOption, type PaylogCommand, textOption } from '../paylog-command.ts';
import { filtersFrom, withFilters } from '../search/filter-options.ts';
import { pathWith } from '../search/filter-url.ts';
import { Progress } from '../send/progress.ts';
import { readSettings } from '../settings.ts';
import type { AddRun } from './add-run.ts';

const SETTING_NAMES = ['url', 'apiKey', 'timeout'] as const;

/** Somebody is waiting: an answer that does not come soon is said at once. */
const RETRY_FOR_MS = 5000;

/** The server asks its store for page after page; one of them may take its time, and be asked for again. */
const SILENCE_MS = 180_000;

type Flags = Readonly<Record<string, unknown>>;

/** Adds `export` to the program. */
export function addExportCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('export')
    .summary('write all records of a search to a file')
    .description(
      'Writes all records of a search, as NDJSON or as CSV, to a file or to standard output. A file gets its name when it is ' +
        'complete. An export that ends early fails with code 1 and leaves no file; on standard output only the code tells.',
    );
  withFilters(command)
    .option('--format <format>', 'ndjson (one record on each line, as it was sent) or csv', 'ndjson')
    .option('--columns <names>', 'columns of a CSV (several: repeated, or with commas)', collect)
    .option('--order <order>', 'by event time: desc (newest first) or asc', 'desc')
    .option('--limit <n>', 'most records (default: all)')
    .option('--output <file>', 'where to write; an existing file is replaced (default: standard output)')
    .option('--quiet', 'no progress')
    .withSettings(SETTING_NAMES)
    .withExamples([
      {
        what: 'a day, as it was sent',
        command: 'paylog export --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --output day.ndjson',
      },
      {
        what: 'failed payments as a table',
        command:
          "paylog export --level '>=error' --format csv --columns timestamp,payment.id,error.message --output errors.csv",
      },
      {
        what: 'into another system',
        command: "paylog export --query '-data_set:paylog' | paylog send --url http://new:8000 -",
      },
      { what: 'compressed', command: 'paylog export --service checkout --from -7d | gzip > week.ndjson.gz' },
    ]);
  program.addCommand(command);
  addRun(command, (words, flags) => exportRecords(words, flags, context));
}

async function exportRecords(words: readonly string[], flags: Flags, context: CliContext): Promise<ExitName> {
  const settings = await readSettings(SETTING_NAMES, { ...context, flags });
  const client = new ApiClient({
    url: settings.url,
    apiKey: settings.apiKey,
    timeoutMs: settings.timeout,
    userAgent: `paylog/${context.version}`,
  });
  const { signal } = context;
  const request = { method: 'GET', path: pathOf(words, flags) } as const;
  const stream = await openedStream(client, request, SILENCE_MS, { retryForMs: RETRY_FOR_MS, signal });
  const file = textOption(flags, 'output');
  const target = file === undefined ? standardOutput(context) : new ExportFile(file);
  try {
    await copy(stream, target, flags, context);
    return 'ok';
  } catch (error) {
    await target.abandon();
    if (!(error instanceof NoAnswerError)) throw error;
    throw new CliError('failed', `the export is not complete: ${error.message}`, { cause: error });
  }
}

function pathOf(words: readonly string[], flags: Flags): string {
  const columns = listOption(flags, 'columns');
  const limit = textOption(flags, 'limit');
  return pathWith('/api/v1/export', {
    ...filtersFrom(words, flags),
    format: textOption(flags, 'format') ?? '',
    order: textOption(flags, 'order') ?? '',
    ...(columns.length > 0 && { columns }),
    ...(limit !== undefined && { limit }),
  });
}

async function copy({ chunks }: ApiStream, target: ExportTarget, flags: Flags, context: CliContext): Promise<void> {
  const quiet = flags['quiet'] === true;
  const counter = new RecordCounter(textOption(flags, 'format') ?? '');
  const progress = new Progress({ output: context.stderr, totalBytes: undefined, startBytes: 0, quiet });
  let bytes = 0;
  progress.start();
  try {
    for await (const chunk of chunks) {
      await target.write(chunk);
      counter.take(chunk);
      bytes += chunk.byteLength;
      progress.update({ bytes, lines: counter.records, rejected: 0 });
    }
    await target.finish();
  } finally {
    progress.stop();
  }
  if (!quiet) context.stderr.write(`${counted(counter.records, 'record')}, ${size(bytes)}\n`);
}

function standardOutput({ stdout }: CliContext): ExportTarget {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const write = (text: string): Promise<void> => {
    if (text !== '') stdout.write(text);
    return Promise.resolve();
  };
  return {
    write: (bytes) => write(decoder.decode(bytes, { stream: true })),
    finish: () => write(decoder.decode()),
    abandon: () => Promise.resolve(),
  };
}
