import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { getContext } from '../api-client.ts';
import type { Context } from '../api-types.ts';
import { AppLink } from '../parts/app-link.tsx';
import { RecordLine } from '../parts/record-line.tsx';
import { Failed, Waiting } from '../parts/request-notice.tsx';
import { fieldEquals } from '../parts/search-for.ts';
import { Segments } from '../parts/segments.tsx';
import { useRequest } from '../parts/use-request.ts';
import { recordTimeMs } from '../records/record-values.ts';
import { zone } from '../state/preferences.ts';
import { formatTime } from '../time/time-range.ts';
import type { ViewProps } from '../view.ts';
import './context.css';

const CHOICES = [
  { value: 'service', text: 'Same service' },
  { value: 'trace', text: 'Same trace' },
] as const;

/** Records on each side at first, what a click adds, and the most that the API gives. */
const FIRST = 20;
const MORE = 40;
const MOST = 500;

/** What was said just before and just after a record, by the same service or in the same trace. */
export function ContextView({ id }: ViewProps) {
  return <Surroundings key={id} id={id} />;
}

function Surroundings({ id }: ViewProps) {
  const [by, setBy] = useState<'service' | 'trace'>('service');
  const [before, setBefore] = useState(FIRST);
  const [after, setAfter] = useState(FIRST);
  const { result, again } = useRequest(
    `${by} ${before} ${after}`,
    (signal) => getContext(id, { by, before, after }, { signal }),
    by,
  );
  return (
    <article class="context" aria-label="Records before and after">
      <div class="context-bar">
        <Segments label="Records of" choices={CHOICES} value={by} onChange={setBy} />
        {result.state === 'ready' && <ContextLinks context={result.value} />}
      </div>
      {result.state === 'loading' && <Waiting what="the records before and after" />}
      {result.state === 'failed' && <ContextFailed by={by} problem={result.problem} again={again} />}
      {result.state === 'ready' && (
        <ContextList
          context={result.value}
          before={before}
          after={after}
          onBefore={() => setBefore(Math.min(MOST, before + MORE))}
          onAfter={() => setAfter(Math.min(MOST, after + MORE))}
        />
      )}
    </article>
  );
}

function ContextFailed({
  by,
  problem,
  again,
}: {
  readonly by: string;
  readonly problem: Parameters<typeof Failed>[0]['problem'];
  readonly again: () => void;
}) {
  if (problem.status === 404) {
    return (
      <div class="part-empty">
        <h3>No record has this id</h3>
        <p>It may have been removed by the retention, or is not searchable yet.</p>
      </div>
    );
  }
  if (problem.status === 400 && by === 'trace') {
    return (
      <div class="part-empty">
        <h3>This record belongs to no trace</h3>
        <p>
          Records carry a trace when their service sends trace_id, or when their request brings a traceparent header.
        </p>
      </div>
    );
  }
  return <Failed problem={problem} again={again} />;
}

/** The same records as a search, and the trace as a whole. */
function ContextLinks({ context }: { readonly context: Context }) {
  const first = context.before[0] ?? context.record;
  const last = context.after.at(-1) ?? context.record;
  const query = context.by === 'service' ? fieldEquals('service', context.value) : `trace_id:${context.value}`;
  const traceId = context.record.trace_id;
  return (
    <div class="context-links">
      <AppLink
        class="part-button"
        change={{
          view: undefined,
          live: false,
          query,
          from: new Date(recordTimeMs(first)).toISOString(),
          to: new Date(recordTimeMs(last) + 1).toISOString(),
        }}
      >
        Show as search
      </AppLink>
      {traceId !== undefined && (
        <AppLink class="part-button" change={{ view: { kind: 'trace', id: traceId } }}>
          Trace
        </AppLink>
      )}
    </div>
  );
}

interface ContextListProps {
  readonly context: Context;
  readonly before: number;
  readonly after: number;
  readonly onBefore: () => void;
  readonly onAfter: () => void;
}

function ContextList({ context, before, after, onBefore, onAfter }: ContextListProps) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' });
    // Only when the list is first shown: what is loaded later must not move what is being read.
  }, []);
  return (
    <>
      <More
        text="Show more before"
        edge={`The oldest record of this ${context.by}`}
        isAll={!context.more_before}
        isMost={before >= MOST}
        onMore={onBefore}
      />
      <ol class="record-lines" ref={list} aria-label={`Records of ${context.by} ${context.value}, oldest first`}>
        {context.before.map((record) => (
          <RecordLine key={record.id} record={record} time={clockTime(record)} />
        ))}
        <RecordLine key={context.record.id} record={context.record} time={clockTime(context.record)} isMarked />
        {context.after.map((record) => (
          <RecordLine key={record.id} record={record} time={clockTime(record)} />
        ))}
      </ol>
      <More
        text="Show more after"
        edge={`The newest record of this ${context.by}`}
        isAll={!context.more_after}
        isMost={after >= MOST}
        onMore={onAfter}
      />
    </>
  );
}

interface MoreProps {
  readonly text: string;
  readonly edge: string;
  readonly isAll: boolean;
  readonly isMost: boolean;
  readonly onMore: () => void;
}

function More({ text, edge, isAll, isMost, onMore }: MoreProps) {
  if (isAll) return <p class="context-edge">{edge}</p>;
  if (isMost) return <p class="context-edge">There are more: see them as a search.</p>;
  return (
    <button type="button" class="part-button context-more" onClick={onMore}>
      {text}
    </button>
  );
}

/** `17:28:01.123` in the zone that is shown. */
function clockTime(record: Parameters<typeof recordTimeMs>[0]): string {
  return formatTime(recordTimeMs(record), zone.value).slice(-'17:28:01.123'.length);
}
