import { useState } from 'preact/hooks';
import { getTrace } from '../api-client.ts';
import type { Trace } from '../api-types.ts';
import { addressOf } from '../app-state.ts';
import { AppLink } from '../parts/app-link.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatDuration, formatOffset } from '../parts/format-duration.ts';
import { RecordLine } from '../parts/record-line.tsx';
import { Failed, Waiting } from '../parts/request-notice.tsx';
import { searchFor } from '../parts/search-for.ts';
import { useRequest } from '../parts/use-request.ts';
import { settings } from '../state/settings.ts';
import { zone } from '../state/preferences.ts';
import { formatTime } from '../time/time-range.ts';
import { countOf, formatCount } from '../records/format-count.ts';
import type { ViewProps } from '../view.ts';
import { paymentsOf, traceRows, type TraceRow } from './trace-rows.ts';
import './trace.css';

/** One trace: what each service did in which span and when, with their records. */
export function TraceView({ id }: ViewProps) {
  const { result, again } = useRequest(id, (signal) => getTrace(id, { signal }));
  if (result.state === 'loading') return <Waiting what="the trace" />;
  if (result.state === 'failed') {
    if (result.problem.status !== 404 && result.problem.status !== 400) {
      return <Failed problem={result.problem} again={again} />;
    }
    return (
      <div class="part-empty">
        <h3>No record names this trace</h3>
        <p>
          <code>{id}</code>
        </p>
        <p class="part-hint">
          A trace is made of all records with its <code>trace_id</code>: 32 hexadecimal digits. Records become
          searchable about a second after they were accepted.
        </p>
      </div>
    );
  }
  return <TraceBody key={result.value.trace_id} trace={result.value} />;
}

/** Payments that are linked; a trace is rarely about more than one. */
const MAX_PAYMENTS = 3;

function TraceBody({ trace }: { readonly trace: Trace }) {
  const jaeger = settings.value?.jaeger_ui_url ?? undefined;
  const rows = traceRows(trace);
  const errors = rows.reduce((sum, row) => sum + row.errors, 0);
  const link = (): string => new URL(addressOf({ view: { kind: 'trace', id: trace.trace_id } }), location.href).href;
  return (
    <article class="trace" aria-label={`Trace ${trace.trace_id}`}>
      <header class="trace-header">
        <p class="trace-title">
          <code>{trace.trace_id}</code>
          <CopyButton label="Copy" accessibleName="Copy trace id" text={() => trace.trace_id} quiet />
        </p>
        <p class="trace-facts">
          <strong>{formatDuration(trace.duration_ms)}</strong>, {countOf(trace.total.value, 'record')} of{' '}
          {countOf(trace.services.length, 'service')},{' '}
          <span data-bad={errors > 0}>{errors === 0 ? 'no errors' : countOf(errors, 'error')}</span>, began{' '}
          <time dateTime={trace.from}>{formatTime(Date.parse(trace.from), zone.value)}</time>
        </p>
        <div class="trace-actions">
          <AppLink class="part-button" change={searchFor(`trace_id:${trace.trace_id}`, trace.from, trace.to)}>
            Show as search
          </AppLink>
          {paymentsOf(trace)
            .slice(0, MAX_PAYMENTS)
            .map((payment) => (
              <AppLink key={payment} class="part-button" change={{ view: { kind: 'payment', id: payment } }}>
                Payment {payment}
              </AppLink>
            ))}
          {jaeger !== undefined && (
            <a
              class="part-button"
              href={`${jaeger.replace(/\/$/, '')}/trace/${trace.trace_id}`}
              target="_blank"
              rel="noopener noreferrer"
            >
              Open in Jaeger
            </a>
          )}
          <CopyButton label="Copy link" text={link} />
        </div>
      </header>
      {trace.truncated && (
        <p class="trace-truncated" role="note">
          The first {formatCount(trace.records)} records of this trace are shown here. The search has all of them.
        </p>
      )}
      <Waterfall rows={rows} durationMs={trace.duration_ms} />
    </article>
  );
}

function Waterfall({ rows, durationMs }: { readonly rows: readonly TraceRow[]; readonly durationMs: number }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(rows.length === 1 ? rows.map((row) => row.key) : []),
  );
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const isAllOpen = rows.every((row) => open.has(row.key));
  return (
    <section aria-label="Spans">
      <div class="trace-bar">
        <h3>Spans</h3>
        <button
          type="button"
          class="part-button part-button-quiet"
          onClick={() => setOpen(new Set(isAllOpen ? [] : rows.map((row) => row.key)))}
        >
          {isAllOpen ? 'Fold all' : 'Open all'}
        </button>
      </div>
      <div class="trace-axis" aria-hidden="true">
        <svg width="100%" height="18">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <text
              key={share}
              x={`${share * 100}%`}
              y="13"
              class={share === 0.25 || share === 0.75 ? 'trace-axis-minor' : undefined}
              text-anchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
            >
              {formatDuration(durationMs * share)}
            </text>
          ))}
        </svg>
      </div>
      <ol class="waterfall">
        {rows.map((row) => (
          <li key={row.key}>
            <Row row={row} durationMs={durationMs} isOpen={open.has(row.key)} onToggle={() => toggle(row.key)} />
            {open.has(row.key) && (
              <ol class="record-lines waterfall-records" aria-label={`Records of ${row.service}`}>
                {row.records.map(({ record, offsetMs }) => (
                  <RecordLine key={record.id} record={record} time={formatOffset(offsetMs)} />
                ))}
              </ol>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  readonly row: TraceRow;
  readonly durationMs: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Row({ row, durationMs, isOpen, onToggle }: RowProps) {
  const share = (ms: number): number => (durationMs === 0 ? 0 : Math.min(100, Math.max(0, (ms / durationMs) * 100)));
  return (
    <button type="button" class="waterfall-row" aria-expanded={isOpen ? 'true' : 'false'} onClick={onToggle}>
      <span class="waterfall-name">
        <strong>{row.service}</strong>
        <code>{row.spanId ?? 'no span'}</code>
      </span>
      <svg class="waterfall-plot" width="100%" height="20" aria-hidden="true">
        {[25, 50, 75].map((percent) => (
          <line key={percent} class="waterfall-grid" x1={`${percent}%`} x2={`${percent}%`} y1="-20" y2="40" />
        ))}
        <rect
          class={row.spanId === undefined ? 'waterfall-loose' : 'waterfall-span'}
          x={`${share(row.offsetMs)}%`}
          y="6"
          width={`${Math.max(0.3, share(row.durationMs))}%`}
          height="8"
          rx="2"
        />
        {row.records
          .filter((each) => !each.isError)
          .map((each) => (
            <circle key={each.record.id} class="waterfall-record" cx={`${share(each.offsetMs)}%`} cy="10" r="2.5" />
          ))}
        {row.records
          .filter((each) => each.isError)
          .map((each) => (
            <svg key={each.record.id} x={`${share(each.offsetMs)}%`} y="10" overflow="visible">
              <circle class="waterfall-error-ground" r="7" />
              <path class="waterfall-error" d="M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5" />
            </svg>
          ))}
      </svg>
      <span class="waterfall-facts">
        {formatOffset(row.offsetMs)} for {formatDuration(row.durationMs)}, {countOf(row.records.length, 'record')}
        {row.errors > 0 && <span class="waterfall-errors">, {countOf(row.errors, 'error')}</span>}
      </span>
    </button>
  );
}
