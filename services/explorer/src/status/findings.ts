import { formatDuration } from '../parts/format-duration.ts';
import { countOf, formatCount } from '../records/format-count.ts';
import type { StatusDocument } from './status-document.ts';

/** How much it matters. */
export type FindingKind = 'good' | 'unknown' | 'attention' | 'bad';

/** Something to know about the pipeline, in plain words, and what to do about it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly title: string;
  readonly advice: string;
}

/** Indexing is behind when the oldest waiting record is older than this, or when so many wait. */
const LATE_SECONDS = 30;
const LATE_RECORDS = 100_000;
/** A service is worth a look when so many of its records are errors, */
const ERROR_SHARE = 0.2;
/** and when there are at least so many of them. */
const MIN_ERRORS = 10;

/** What stands out, the worst first; never empty. `earlierLag` is the lag in records some time ago, if known. */
export function findings(status: StatusDocument, earlierLag?: number): readonly Finding[] {
  const found = [
    ...dependencies(status),
    ...lag(status, earlierLag),
    ...ingest(status),
    ...deadLetters(status),
    ...services(status),
  ].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  if (found.some((each) => each.kind === 'bad' || each.kind === 'attention')) return found;
  return [{ kind: 'good', title: 'Everything works', advice: goodAdvice(found) }, ...found];
}

const ORDER: readonly FindingKind[] = ['bad', 'attention', 'unknown', 'good'];

function goodAdvice(found: readonly Finding[]): string {
  return found.length === 0
    ? 'Records are taken in, stored and found. There is nothing to do.'
    : 'As far as it is known: some things could not be asked.';
}

function dependencies({ queue, store }: StatusDocument): Finding[] {
  const found: Finding[] = [];
  if (queue.state === 'down') {
    found.push({
      kind: 'bad',
      title: `The queue is down${because(queue.reason)}`,
      advice:
        'New records are refused with 503, so senders keep them and try again: nothing that was accepted is lost. Check that the brokers run and can be reached from the API.',
    });
  }
  if (store.state === 'down') {
    found.push({
      kind: 'bad',
      title: `The store is down${because(store.reason)}`,
      advice:
        'Records are still accepted and wait in the queue; they are stored when the store is back. Searches fail until then. Check its process, its disk and its address.',
    });
  }
  return found;
}

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

function lag({ queue }: StatusDocument, earlierLag: number | undefined): Finding[] {
  const { lag_records: records, lag_seconds: seconds, lag_reason: reason } = queue;
  if (records === null) {
    return queue.state === 'down'
      ? []
      : [{ kind: 'unknown', title: 'How far indexing is behind is not known', advice: sentence(reason) }];
  }
  const isLate = records > 0 && ((seconds ?? 0) >= LATE_SECONDS || records >= LATE_RECORDS);
  if (!isLate) return [];
  const age = seconds === null ? '' : ` (${formatDuration(seconds * 1_000)})`;
  const trend =
    earlierLag === undefined || earlierLag === records
      ? ''
      : records < earlierLag
        ? ', and catching up'
        : ', and growing';
  return [
    {
      kind: 'attention',
      title: `Indexing is ${countOf(records, 'record')} behind${age}${trend}`,
      advice:
        records < (earlierLag ?? 0)
          ? 'Nothing is lost: what was accepted is found late. Wait until it has caught up.'
          : 'Nothing is lost: what was accepted is found late. Check that the indexer runs and that the store is not overloaded; add an indexer if it cannot keep up.',
    },
  ];
}

function ingest({ ingest: { rejected_per_second: rejected, refused_per_second: refused } }: StatusDocument): Finding[] {
  const found: Finding[] = [];
  if (refused > 0) {
    found.push({
      kind: 'attention',
      title: `${formatRate(refused)} records per second are refused for now`,
      advice: 'The API is full or the queue does not answer. Senders are told to try again later (429 or 503).',
    });
  }
  if (rejected > 0) {
    found.push({
      kind: 'attention',
      title: `${formatRate(rejected)} records per second are rejected`,
      advice:
        'They are not valid, and their senders are told why with each answer. The metric paylog_ingest_rejected_total counts them by reason.',
    });
  }
  return found;
}

function deadLetters({ dead_letters: letters, queue }: StatusDocument): Finding[] {
  if (letters.count === null) {
    return queue.state === 'down'
      ? []
      : [{ kind: 'unknown', title: 'The number of dead letters is not known', advice: sentence(letters.reason) }];
  }
  if (letters.count === 0) return [];
  return [
    {
      kind: 'attention',
      title: `${countOf(letters.count, 'dead letter')}: records that could not be stored`,
      advice:
        'They are kept with their reason in the dead-letter topic. See docs/dead-letters.md for how to read them and send them again.',
    },
  ];
}

function services({
  services: volumes,
  services_reason: reason,
  services_minutes: minutes,
  store,
}: StatusDocument): Finding[] {
  if (volumes === null) {
    return store.state === 'down'
      ? []
      : [{ kind: 'unknown', title: 'The volumes of services are not known', advice: sentence(reason) }];
  }
  return volumes
    .filter(({ records, errors }) => errors >= MIN_ERRORS && errors / records >= ERROR_SHARE)
    .map(({ service, records, errors }) => ({
      kind: 'attention' as const,
      title: `${service}: ${Math.round((errors / records) * 100)} % of its records are errors`,
      advice: `${formatCount(errors)} of ${countOf(records, 'record')} in the last ${minutes} minutes. Open its errors in the table below.`,
    }));
}

/** `0.4`, `12`, `1,234`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 10) return formatCount(Math.round(perSecond));
  return perSecond < 0.1 ? '<0.1' : perSecond.toFixed(1).replace(/\.0$/, '');
}

function sentence(reason: string | undefined): string {
  if (reason === undefined || reason === '') return 'The server does not say why.';
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;
}
