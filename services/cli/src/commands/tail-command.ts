import { ApiClient } from '../api/api-client.ts';
import type { CliContext } from '../cli-context.ts';
import type { ExitName } from '../exit-codes.ts';
import { counted } from '../output/numbers.ts';
import { styleFor } from '../output/style.ts';
import { jsonLine, visible } from '../output/visible.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import { recordLine, serviceWidthOf } from '../records/record-line.ts';
import { viewOf } from '../records/record-view.ts';
import { filtersFrom, withFilters } from '../search/filter-options.ts';
import { pathWith } from '../search/filter-url.ts';
import { readSettings } from '../settings.ts';
import { followTail } from '../tail/follow-tail.ts';
import { RecentIds } from '../tail/recent-ids.ts';
import type { AddRun } from './add-run.ts';

const SETTING_NAMES = ['url', 'apiKey', 'timeout'] as const;

/** More than a server sends again after it was started anew. */
const MAX_REMEMBERED = 50_000;

type Flags = Readonly<Record<string, unknown>>;

/** Adds `tail` to the program. */
export function addTailCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('tail')
    .summary('show new records as they come')
    .description(
      'Shows records as they become searchable, in whatever order and however late that is, until Ctrl-C. No record is shown twice. ' +
        'A server that is away is waited for, and what came meanwhile is shown then.',
    );
  withFilters(command, ['from', 'to'])
    .option('--from <time>', 'begin with the records that arrived since then: -5m, 2026-11-20T08:00:00Z (default: now)')
    .option('--max-per-second <n>', 'most records of a second; how many are left out is said', '50')
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
  const { stderr, signal } = context;
  const client = new ApiClient({
    url: settings.url,
    apiKey: settings.apiKey,
    timeoutMs: settings.timeout,
    userAgent: `paylog/${context.version}`,
  });
  const path = pathWith('/api/v1/tail', {
    ...filtersFrom(words, flags),
    max_per_second: textOption(flags, 'maxPerSecond') ?? '',
  });
  const show = printer(flags, context);
  const shown = new RecentIds(MAX_REMEMBERED);
  const events = followTail(client, path, {
    signal,
    onAway: (reason) => stderr.write(`${visible(reason)}; waiting for it\n`),
    onBack: () => stderr.write('it is there again\n'),
  });
  try {
    for await (const { event, data } of events) {
      if (event === 'log') {
        if (shown.add(viewOf(data).id)) show(data);
      } else if (event === 'left-out') stderr.write(`${leftOutText(data)}\n`);
      else if (event === 'store') stderr.write(`${storeText(data)}\n`);
    }
    return 'ok';
  } catch (error) {
    if (signal.aborted) return 'ok';
    throw error;
  }
}

function leftOutText(data: string): string {
  const { count, relation } = JSON.parse(data) as { readonly count: number; readonly relation: string };
  return `${relation === 'gte' ? 'at least ' : ''}${counted(count, 'record')} left out (--max-per-second)`;
}

function storeText(data: string): string {
  const { state, reason = '' } = JSON.parse(data) as { readonly state: string; readonly reason?: string };
  return state === 'down' ? `${visible(reason)}; waiting for it` : 'the store answers again';
}

function printer(flags: Flags, { stdout, env }: CliContext): (record: string) => void {
  if (flags['json'] === true) return (record) => void stdout.write(`${jsonLine(record)}\n`);
  const style = styleFor(stdout, env);
  let serviceWidth = 0;
  return (record) => {
    const view = viewOf(record);
    serviceWidth = Math.max(serviceWidth, serviceWidthOf([view]));
    stdout.write(`${recordLine(view, style, serviceWidth)}\n`);
  };
}
