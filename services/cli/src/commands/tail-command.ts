import { durationMs, type ValueType } from '@paylog/shared/config/value-type';
import { sleep } from '@paylog/shared/flow/backoff';
import { ApiClient } from '../api/api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { ExitName } from '../exit-codes.ts';
import { jsonLine } from '../output/visible.ts';
import { styleFor } from '../output/style.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import { recordLine, serviceWidthOf } from '../records/record-line.ts';
import { viewOf } from '../records/record-view.ts';
import { filtersFrom, withFilters } from '../search/filter-options.ts';
import { searchPages } from '../search/search-client.ts';
import { Tailing } from '../search/tailing.ts';
import { readSettings } from '../settings.ts';
import type { AddRun } from './add-run.ts';

const SETTING_NAMES = ['url', 'apiKey', 'timeout'] as const;
const HOUR = 3_600_000;
const INTERVAL = durationMs({ min: 100, max: HOUR });
const WINDOW = durationMs({ min: 1000, max: 24 * HOUR });

/** A server that is away is waited for, however long that takes. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** After a poll that took long, the server gets twice as long to rest. */
const REST = 2;

type Flags = Readonly<Record<string, unknown>>;

/** Adds `tail` to the program. */
export function addTailCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('tail')
    .summary('show new records as they come')
    .description(
      'Shows records as they become searchable, oldest first, until Ctrl-C. No record is shown twice. A record that becomes searchable ' +
        'later than --window after its event time is not shown; search finds it. A server that is away is waited for.',
    );
  withFilters(command, ['to'])
    .option('--interval <time>', 'time between two looks', '1s')
    .option('--window <time>', 'how late a record may become searchable; larger costs more', '30s')
    .option('--json', 'one record on each line, as it was sent (NDJSON)')
    .withSettings(SETTING_NAMES)
    .withExamples([
      { what: 'warnings and worse of one service', command: "paylog tail --service checkout --level '>=warn'" },
      { what: 'with those of the last five minutes first', command: 'paylog tail --from -5m declined' },
      { what: 'for other programs', command: "paylog tail --json | jq -r '.payment.id // empty'" },
    ]);
  program.addCommand(command);
  addRun(command, (words, flags) => tail(words, flags, context));
}

async function tail(words: readonly string[], flags: Flags, context: CliContext): Promise<ExitName> {
  const settings = await readSettings(SETTING_NAMES, { ...context, flags });
  const intervalMs = timeOption(flags, 'interval', INTERVAL);
  const { stderr, signal } = context;
  const client = new ApiClient({
    url: settings.url,
    apiKey: settings.apiKey,
    timeoutMs: settings.timeout,
    userAgent: `paylog/${context.version}`,
  });
  let isAway = false;
  const retry = {
    retryForMs: FOREVER_MS,
    signal,
    onRetry: (reason: string): void => {
      if (!isAway) stderr.write(`${reason}; waiting for it\n`);
      isAway = true;
    },
  };
  const { from, ...filters } = filtersFrom(words, flags);
  const tailing = new Tailing({
    filters,
    windowMs: timeOption(flags, 'window', WINDOW),
    pages: (parameters) => searchPages(client, parameters, Number.POSITIVE_INFINITY, retry),
    idOf: (record) => viewOf(record).id,
    now: () => performance.now(),
  });
  const show = printer(flags, context);
  try {
    await tailing.skipPresent();
    if (typeof from === 'string') for await (const records of tailing.from(from)) show(records);
    for (;;) {
      const startedMs = performance.now();
      for await (const records of tailing.poll()) show(records);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- onRetry changes it meanwhile
      if (isAway) stderr.write('it is there again\n');
      isAway = false;
      await sleep(Math.max(intervalMs, REST * (performance.now() - startedMs)), signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    if (signal.aborted) return 'ok';
    throw error;
  }
}

function printer(flags: Flags, { stdout, env }: CliContext): (records: readonly string[]) => void {
  if (flags['json'] === true)
    return (records) => void stdout.write(records.map((record) => `${jsonLine(record)}\n`).join(''));
  const style = styleFor(stdout, env);
  let serviceWidth = 0;
  return (records) => {
    const views = records.map(viewOf);
    serviceWidth = Math.max(serviceWidth, serviceWidthOf(views));
    stdout.write(views.map((view) => `${recordLine(view, style, serviceWidth)}\n`).join(''));
  };
}

function timeOption(flags: Flags, name: string, type: ValueType<number>): number {
  const parsed = type.parse(textOption(flags, name) ?? '');
  if (parsed.ok) return parsed.value;
  throw new CliError('usage', `--${name}: expected ${parsed.expected}`);
}
