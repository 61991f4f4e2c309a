import { collect, listOption, type PaylogCommand, textOption } from '../paylog-command.ts';
import type { SearchParameters } from './search-client.ts';

/** A filter of the search API as an option. */
interface FilterOption {
  /** Name of the API's parameter. */
  readonly parameter: string;
  /** Commander's name of the value. */
  readonly name: string;
  readonly flags: string;
  readonly description: string;
  /** Several values, by commas or by repeating the option. */
  readonly list: boolean;
}

/** All filters of the API; its parameters `order`, `limit` and `cursor` are not filters. `q` is the argument of the commands. */
export const FILTER_OPTIONS: readonly FilterOption[] = [
  {
    parameter: 'query',
    name: 'query',
    flags: '--query <query>',
    description: 'records that a query finds, see docs/query-language.md: \'level:error "card declined" -timeout\'',
    list: false,
  },
  {
    parameter: 'from',
    name: 'from',
    flags: '--from <time>',
    description: 'records from this event time on: -15m, -1h30m, -7d, 2026-11-20T08:00:00Z, or epoch s, ms, us, ns',
    list: false,
  },
  { parameter: 'to', name: 'to', flags: '--to <time>', description: 'records before this event time', list: false },
  {
    parameter: 'service',
    name: 'service',
    flags: '--service <name>',
    description: 'records of this service (several: repeated, or with commas)',
    list: true,
  },
  {
    parameter: 'level',
    name: 'level',
    flags: '--level <level>',
    description: "records of this level (several: repeated, or with commas), or from a level on: '>=warn'",
    list: true,
  },
  {
    parameter: 'trace_id',
    name: 'traceId',
    flags: '--trace-id <id>',
    description: 'records of this trace (32 hexadecimal digits)',
    list: false,
  },
  {
    parameter: 'payment_id',
    name: 'paymentId',
    flags: '--payment-id <id>',
    description: 'records of this payment',
    list: false,
  },
  {
    parameter: 'environment',
    name: 'environment',
    flags: '--environment <name>',
    description: 'records of this environment',
    list: false,
  },
];

/** Adds the filters to a command, but for those left out. */
export function withFilters(command: PaylogCommand, without: readonly string[] = []): PaylogCommand {
  command.argument('[words...]', 'words that must all occur in the message');
  for (const { parameter, flags, description, list } of FILTER_OPTIONS) {
    if (without.includes(parameter)) continue;
    if (list) command.option(flags, description, collect);
    else command.option(flags, description);
  }
  return command;
}

/** The filters that were given, as the API takes them. */
export function filtersFrom(words: readonly string[], flags: Readonly<Record<string, unknown>>): SearchParameters {
  const filters: Record<string, string | readonly string[]> = {};
  if (words.length > 0) filters['q'] = words.join(' ');
  for (const { parameter, name, list } of FILTER_OPTIONS) {
    const value = list ? listOption(flags, name).flatMap((item) => item.split(',')) : textOption(flags, name);
    if (value !== undefined && value.length > 0) filters[parameter] = value;
  }
  return filters;
}
