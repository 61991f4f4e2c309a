import { useId, useState } from 'preact/hooks';
import { exportUrl, getHistogram, searchLogs, type ExportRequest } from '../api-client.ts';
import type { LogRecord } from '../api-types.ts';
import { urlState } from '../app-state.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { closeDialog, DialogFrame } from '../parts/dialog-frame.tsx';
import { useRequest } from '../parts/use-request.ts';
import { textOf, valueAt } from '../records/record-values.ts';
import { currentFilter } from '../search/search-state.ts';
import { estimateBytes, formatBytes, readColumns, readLimit, shellQuote } from './export-size.ts';
import './export.css';

/** Records that the size is estimated from. */
const SAMPLE = 50;

/** Columns of a new CSV: what most people want to see first. */
const USUAL_COLUMNS = ['timestamp', 'level', 'service', 'message'];

/** Everything that the search finds, as a file: chosen here, streamed by the server. */
export function ExportDialog() {
  const filter = currentFilter.value;
  const ids = useId();
  const [format, setFormat] = useState<'ndjson' | 'csv'>('ndjson');
  const [columnsText, setColumnsText] = useState(() => columnsOfList().join(', '));
  const [limitText, setLimitText] = useState('');
  const [order, setOrder] = useState<'asc' | 'desc'>(urlState.value.order);
  const columns = readColumns(columnsText);
  const limit = readLimit(limitText);
  const isFaulty = limit === undefined || (format === 'csv' && columns.length === 0);
  const request: ExportRequest = {
    ...filter,
    format,
    order,
    ...(format === 'csv' && { columns: columns.join(',') }),
    ...(typeof limit === 'number' && { limit }),
  };
  const href = exportUrl(request);
  return (
    <DialogFrame title="Export">
      <form class="export" onSubmit={(event) => event.preventDefault()}>
        <p class="export-what">
          {filter.query === undefined || filter.query === '' ? 'All records' : <code>{filter.query}</code>}
          <span> {timesText(filter.from, filter.to)}</span>
        </p>
        <fieldset>
          <legend>Format</legend>
          <Choice
            name={`${ids}-format`}
            value="ndjson"
            chosen={format}
            onChoose={setFormat}
            text="NDJSON"
            hint="one whole record in each line, as it is stored"
          />
          <Choice
            name={`${ids}-format`}
            value="csv"
            chosen={format}
            onChoose={setFormat}
            text="CSV"
            hint="chosen columns, for a spreadsheet; formulas are made harmless"
          />
        </fieldset>
        {format === 'csv' && (
          <label class="export-field">
            Columns
            <textarea
              class="part-input"
              rows={2}
              value={columnsText}
              spellcheck={false}
              aria-invalid={columns.length === 0 ? 'true' : 'false'}
              aria-describedby={`${ids}-columns`}
              onInput={(event) => setColumnsText(event.currentTarget.value)}
            />
            <span class="part-hint" id={`${ids}-columns`}>
              Names of fields between commas, such as payment.amount_minor or attributes.attempt
            </span>
          </label>
        )}
        <LimitAndOrder
          limitText={limitText}
          isLimitFaulty={limit === undefined}
          order={order}
          onLimit={setLimitText}
          onOrder={setOrder}
        />
        <SizeHint request={request} columns={columns} limit={limit} />
        <div class="export-actions">
          {isFaulty ? (
            <button type="button" class="part-button part-button-primary" disabled>
              Download
            </button>
          ) : (
            // A link: the browser writes what it receives to the disk, however much it is.
            <a class="part-button part-button-primary" href={href} download onClick={() => setTimeout(closeDialog)}>
              Download
            </a>
          )}
          <CopyButton
            label="Copy as curl"
            text={() => `curl --compressed --fail -OJ ${shellQuote(new URL(href, location.href).href)}`}
          />
        </div>
      </form>
    </DialogFrame>
  );
}

/** The columns of the list, with the time in front as the list has it; the usual ones when it has none but the message. */
function columnsOfList(): readonly string[] {
  const { columns } = urlState.value;
  return columns.length > 1 ? [...new Set(['timestamp', ...columns])] : USUAL_COLUMNS;
}

function timesText(from: string | undefined, to: string | undefined): string {
  const begin = from === undefined || from === '' ? 'the beginning' : from;
  return `from ${begin} to ${to === undefined || to === '' ? 'now' : to}`;
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly value: T;
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
  readonly text: string;
  readonly hint: string;
}

function Choice<T extends string>({ name, value, chosen, onChoose, text, hint }: ChoiceProps<T>) {
  return (
    <label class="export-choice">
      <input type="radio" name={name} value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      <span>
        <strong>{text}</strong> <span class="part-hint">{hint}</span>
      </span>
    </label>
  );
}

interface LimitAndOrderProps {
  readonly limitText: string;
  readonly isLimitFaulty: boolean;
  readonly order: 'asc' | 'desc';
  readonly onLimit: (text: string) => void;
  readonly onOrder: (order: 'asc' | 'desc') => void;
}

function LimitAndOrder({ limitText, isLimitFaulty, order, onLimit, onOrder }: LimitAndOrderProps) {
  const fault = useId();
  return (
    <div class="export-row">
      <label class="export-field">
        Most records
        <input
          class="part-input"
          inputMode="numeric"
          placeholder="all"
          value={limitText}
          aria-invalid={isLimitFaulty ? 'true' : 'false'}
          aria-describedby={isLimitFaulty ? fault : undefined}
          onInput={(event) => onLimit(event.currentTarget.value)}
        />
        {isLimitFaulty && (
          <span class="part-fault" id={fault}>
            A whole number from 1 on, or nothing for all
          </span>
        )}
      </label>
      <label class="export-field">
        Order
        <select
          class="part-input"
          value={order}
          onChange={(event) => onOrder(event.currentTarget.value === 'asc' ? 'asc' : 'desc')}
        >
          <option value="desc">Newest first</option>
          <option value="asc">Oldest first</option>
        </select>
      </label>
    </div>
  );
}

interface SizeHintProps {
  readonly request: ExportRequest;
  readonly columns: readonly string[];
  readonly limit: number | 'none' | undefined;
}

/** How much it will be: counted by the store, and estimated from the newest records. */
function SizeHint({ request, columns, limit }: SizeHintProps) {
  const { query, from, to } = request;
  const filter = { query: query ?? '', from: from ?? '', to: to ?? '' };
  const { result } = useRequest(JSON.stringify(filter), async (signal) => {
    const [counted, page] = await Promise.all([
      getHistogram({ ...filter, buckets: 1 }, { signal }),
      searchLogs({ ...filter, limit: SAMPLE }, { signal }),
    ]);
    return { total: counted.total, sample: page.logs };
  });
  return (
    <p class="export-size" role="status">
      {result.state === 'loading' && 'Counting ...'}
      {result.state === 'failed' && `The size is not known: ${result.problem.message}`}
      {result.state === 'ready' && sizeText(result.value, { format: request.format, columns, limit })}
    </p>
  );
}

function sizeText(
  { total, sample }: { readonly total: number; readonly sample: readonly LogRecord[] },
  {
    format,
    columns,
    limit,
  }: {
    readonly format: 'ndjson' | 'csv';
    readonly columns: readonly string[];
    readonly limit: number | 'none' | undefined;
  },
): string {
  if (total === 0) return 'The search finds no records: the file would be empty.';
  const records = typeof limit === 'number' ? Math.min(limit, total) : total;
  const bytes = estimateBytes(sample, records, { format, columns }, (record, name) => textOf(valueAt(record, name)));
  const size = bytes === undefined ? '' : `, about ${formatBytes(bytes)}`;
  return `${records.toLocaleString('en-US')} ${records === 1 ? 'record' : 'records'}${size}`;
}
