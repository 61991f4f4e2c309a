import { integer } from '@paylog/shared/config/value-type';
import { ApiClient } from '../api/api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { ExitName } from '../exit-codes.ts';
import { count } from '../output/numbers.ts';
import { styleFor } from '../output/style.ts';
import { jsonLine } from '../output/visible.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import { recordHead, recordLine, serviceWidthOf } from '../records/record-line.ts';
import { viewOf } from '../records/record-view.ts';
import { filtersFrom, withFilters } from '../search/filter-options.ts';
import { searchPages } from '../search/search-client.ts';
import { readSettings } from '../settings.ts';
import type { AddRun } from './add-run.ts';

const SETTING_NAMES = ['url', 'apiKey', 'timeout'] as const;
const LIMIT = integer({ min: 1, max: 10_000_000 });

/** Somebody is waiting: an answer that does not come soon is said at once. */
const RETRY_FOR_MS = 5000;

/** Adds `search` to the program. */
export function addSearchCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('search')
    .summary('find records')
    .description(
      'Finds records by words of the message, by a query and by filters, the newest first. All conditions must hold.',
    );
  withFilters(command)
    .option('--order <order>', 'by event time: desc (newest first) or asc', 'desc')
    .option('--limit <n>', 'most records; all pages up to there are read', '50')
    .option('--json', 'one record on each line, as it was sent (NDJSON)')
    .withSettings(SETTING_NAMES)
    .withExamples([
      {
        what: 'the last declined payments of two services',
        command: "paylog search declined --service checkout,refunds --level '>=warn' --from -1h",
      },
      {
        what: 'what took long or failed, but for timeouts',
        command: "paylog search --from -1h --query '(duration_ms:>2s OR level:>=error) -timeout'",
      },
      {
        what: 'everything about one payment, in the order of events',
        command: 'paylog search --payment-id pay_8f3 --order asc',
      },
      {
        what: 'a day as NDJSON, for other programs',
        command:
          'paylog search --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --limit 100000 --json > day.ndjson',
      },
    ]);
  program.addCommand(command);
  addRun(command, (words, flags) => search(words, flags, context));
}

async function search(
  words: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<ExitName> {
  const settings = await readSettings(SETTING_NAMES, { ...context, flags });
  const limit = LIMIT.parse(textOption(flags, 'limit') ?? '');
  if (!limit.ok) throw new CliError('usage', `--limit: expected ${limit.expected}`);
  const order = textOption(flags, 'order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw new CliError('usage', '--order: expected asc or desc');
  const client = new ApiClient({
    url: settings.url,
    apiKey: settings.apiKey,
    timeoutMs: settings.timeout,
    userAgent: `paylog/${context.version}`,
  });
  const { stdout, stderr, env, signal } = context;
  const style = styleFor(stdout, env);
  const parameters = { ...filtersFrom(words, flags), order };
  let shown = 0;
  let total = '0';
  let serviceWidth: number | undefined;
  for await (const page of searchPages(client, parameters, limit.value, { retryForMs: RETRY_FOR_MS, signal })) {
    if (shown === 0) total = `${page.total.relation === 'gte' ? 'more than ' : ''}${count(page.total.value)}`;
    shown += page.records.length;
    if (flags['json'] === true) {
      for (const record of page.records) stdout.write(`${jsonLine(record)}\n`);
      continue;
    }
    const views = page.records.map(viewOf);
    if (serviceWidth === undefined) {
      serviceWidth = serviceWidthOf(views);
      if (views.length > 0) stdout.write(`${recordHead(style, serviceWidth)}\n`);
    }
    for (const view of views) stdout.write(`${recordLine(view, style, serviceWidth)}\n`);
  }
  if (flags['json'] !== true) stderr.write(`${count(shown)} of ${total} found\n`);
  return 'ok';
}
