import type { RecordFilter } from '@paylog/shared/ports/store';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import { choiceParameter, isShort, type Parameter, SHORT_SCHEMA, SHORT_TEXT } from '../search/parameter.ts';
import { DEFAULT_COLUMNS, MAX_COLUMNS } from './export-columns.ts';

/** Forms of an export. */
export type ExportFormat = 'ndjson' | 'csv';

/** What an export asks for, after parsing. */
export interface ExportValues extends RecordFilter {
  readonly format?: ExportFormat;
  readonly columns?: readonly string[];
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
}

const MAX_LIMIT = 1_000_000_000;

/** Every parameter of an export. */
export const EXPORT_PARAMETERS: readonly Parameter<ExportValues>[] = [
  ...FILTER_PARAMETERS,
  choiceParameter(
    'format',
    '`ndjson`: one record on each line, as a search gives it; `csv`: a table (RFC 4180) with a line of names.',
    ['ndjson', 'csv'],
    (format) => ({ format }),
  ),
  {
    list: true,
    name: 'columns',
    description: `Columns of a CSV: fields as in queries, \`attributes.x\` or \`x\` for an attribute. Default: ${DEFAULT_COLUMNS.join(', ')}.`,
    schema: { ...SHORT_SCHEMA, examples: ['timestamp', 'payment.id', 'attributes.merchant_tier'] },
    expected: `up to ${MAX_COLUMNS} names of ${SHORT_TEXT}`,
    read: (columns) => (columns.every(isShort) ? { columns } : undefined),
  },
  choiceParameter('order', 'By event time, then id.', ['desc', 'asc'], (order) => ({ order })),
  {
    list: false,
    name: 'limit',
    description: 'Most records. Default: all.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT },
    expected: `an integer from 1 to ${MAX_LIMIT}`,
    read: ([text = '']) => {
      const limit = /^\d{1,10}$/.test(text) ? Number(text) : 0;
      return limit >= 1 && limit <= MAX_LIMIT ? { limit } : undefined;
    },
  },
];
