import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api-problem.ts';
import { AppLink } from '../parts/app-link.tsx';
import { formatDuration } from '../parts/format-duration.ts';
import { fieldEquals } from '../parts/search-for.ts';
import { formatCount } from '../records/format-count.ts';
import { zone } from '../state/preferences.ts';
import { formatTime } from '../time/time-range.ts';
import { findings, formatRate, type Finding } from './findings.ts';
import { sparklinePath, type Sample } from './sparkline-path.ts';
import type { DependencyStatus, PartitionStatus, ServiceStatus, StatusDocument } from './status-document.ts';
import { useStatus, type Watched } from './use-status.ts';
import './status.css';

/** How the pipeline does, refreshed while it is in sight. */
export function StatusView() {
  const watched = useStatus();
  if (watched.status === undefined) {
    return (
      <p class="part-waiting" role="status">
        {watched.problem === undefined
          ? 'Asking the server ...'
          : `The server cannot be asked: ${watched.problem.message}`}
      </p>
    );
  }
  return <StatusBody watched={watched} status={watched.status} />;
}

function StatusBody({ watched, status }: { readonly watched: Watched; readonly status: StatusDocument }) {
  const { ingest, queue, dead_letters: letters, store } = status;
  return (
    <article class="status" aria-label="Status of the pipeline">
      <Findings
        found={
          watched.problem === undefined ? findings(status, watched.earlierLag) : [silence(watched.problem, status)]
        }
      />
      <div class="status-cards">
        <Card title="Records taken in" value={`${formatRate(ingest.accepted_per_second)} per second`}>
          <Sparkline samples={watched.rates} />
          <p>
            rejected {formatRate(ingest.rejected_per_second)}, refused for now {formatRate(ingest.refused_per_second)}{' '}
            per second
          </p>
        </Card>
        <Card
          title="Indexing is behind by"
          value={queue.lag_records === null ? 'unknown' : `${formatCount(queue.lag_records)} records`}
          isUnknown={queue.lag_records === null}
        >
          <p>{lagText(queue)}</p>
        </Card>
        <Card
          title="Dead letters"
          value={letters.count === null ? 'unknown' : formatCount(letters.count)}
          isUnknown={letters.count === null}
          isBad={(letters.count ?? 0) > 0}
        >
          <p>{letters.count === null ? letters.reason : 'records that could never be stored'}</p>
        </Card>
        <Dependency title="Queue" dependency={queue} />
        <Dependency title="Store" dependency={store} />
      </div>
      <Services status={status} />
      {queue.partitions !== null && <Partitions partitions={queue.partitions} />}
      <p class="status-version">
        Version {status.version}, asked at {wholeSecond(status.now)}
      </p>
    </article>
  );
}

/** The server does not answer: what is known of the rest is old. */
function silence(problem: ApiProblem, status: StatusDocument): Finding {
  return {
    kind: 'bad',
    title: `The server does not answer: ${problem.message}`,
    advice: `Check that it runs and that you are connected to its network. What follows is from ${wholeSecond(status.now)}; it is asked again every few seconds.`,
  };
}

const SIGNS: Readonly<Record<Finding['kind'], readonly [sign: string, word: string]>> = {
  good: ['✓', 'Good'],
  unknown: ['?', 'Unknown'],
  attention: ['!', 'Attention'],
  bad: ['✕', 'Down'],
};

function Findings({ found }: { readonly found: readonly Finding[] }) {
  return (
    <ul class="status-findings" aria-label="What to know" aria-live="polite">
      {found.map((finding) => (
        <li key={finding.title} data-kind={finding.kind}>
          <span class="status-sign" aria-hidden="true">
            {SIGNS[finding.kind][0]}
          </span>
          <div>
            <strong>
              <span class="part-unseen">{SIGNS[finding.kind][1]}: </span>
              {finding.title}
            </strong>
            <p>{finding.advice}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  readonly title: string;
  readonly value: string;
  readonly isBad?: boolean;
  readonly isUnknown?: boolean;
  readonly children?: ComponentChildren;
}

function Card({ title, value, isBad = false, isUnknown = false, children }: CardProps) {
  return (
    <section class="status-card" aria-label={title}>
      <h3>{title}</h3>
      <p class="status-value" data-bad={isBad} data-unknown={isUnknown}>
        {value}
      </p>
      {children}
    </section>
  );
}

function Dependency({ title, dependency }: { readonly title: string; readonly dependency: DependencyStatus }) {
  const isUp = dependency.state === 'up';
  return (
    <Card title={title} value={isUp ? 'up' : 'down'} isBad={!isUp}>
      <p>
        {dependency.name}, since {wholeSecond(dependency.since)}
        {dependency.reason !== undefined && `: ${dependency.reason}`}
      </p>
    </Card>
  );
}

function lagText({ lag_records: records, lag_seconds: seconds, lag_reason: reason }: StatusDocument['queue']): string {
  if (records === null) return reason ?? 'the server does not say why';
  if (records === 0) return 'everything that was accepted is searchable';
  if (seconds === null) return `the age of the oldest is not known: ${reason ?? 'the server does not say why'}`;
  return `the oldest of them waits for ${formatDuration(seconds * 1_000)} at most`;
}

/** In the zone that is shown. */
function wholeSecond(at: string): string {
  return formatTime(Date.parse(at), zone.value).slice(0, '2026-11-20 08:00:00'.length);
}

const SPARK_WIDTH = 220;
const SPARK_HEIGHT = 36;

function Sparkline({ samples }: { readonly samples: readonly Sample[] }) {
  const path = sparklinePath(samples, SPARK_WIDTH, SPARK_HEIGHT);
  const most = Math.max(0, ...samples.map((sample) => sample.value));
  if (path === undefined) return <div class="status-spark" aria-hidden="true" />;
  const since = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return (
    <svg
      class="status-spark"
      role="img"
      aria-label={`At most ${formatRate(most)} per second in the last ${formatDuration(since)}`}
      viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
      preserveAspectRatio="none"
    >
      <path class="status-spark-area" d={path.area} />
      <path class="status-spark-line" d={path.line} />
    </svg>
  );
}

function Services({ status }: { readonly status: StatusDocument }) {
  const { services, services_reason: reason, services_minutes: minutes } = status;
  if (services === null) {
    return <p class="part-hint">Volumes by service are not known: {reason ?? 'the server does not say why'}.</p>;
  }
  const most = Math.max(1, ...services.map((each) => each.records));
  return (
    <section aria-label="Services">
      <h3 class="status-heading">Services in the last {minutes} minutes</h3>
      {services.length === 0 ? (
        <p class="part-hint">No service sent anything in this time.</p>
      ) : (
        <div class="status-table">
          <table>
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col" class="status-number">
                  Records
                </th>
                <th scope="col" class="status-bar-column">
                  <span class="part-unseen">Share</span>
                </th>
                <th scope="col" class="status-number">
                  Errors
                </th>
              </tr>
            </thead>
            <tbody>
              {services.map((each) => (
                <ServiceRow key={each.service} volume={each} most={most} minutes={minutes} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ServiceRow({
  volume,
  most,
  minutes,
}: {
  readonly volume: ServiceStatus;
  readonly most: number;
  readonly minutes: number;
}) {
  const { service, records, errors } = volume;
  const query = fieldEquals('service', service);
  const range = { from: `-${minutes}m`, to: '', view: undefined, live: false, record: undefined };
  return (
    <tr>
      <th scope="row">
        <AppLink change={{ ...range, query }}>{service}</AppLink>
      </th>
      <td class="status-number">{formatCount(records)}</td>
      <td class="status-bar-column">
        <svg width="100%" height="10" aria-hidden="true">
          <rect class="status-bar" width={`${(records / most) * 100}%`} height="10" rx="2" />
          <rect class="status-bar-errors" width={`${(errors / most) * 100}%`} height="10" rx="2" />
        </svg>
      </td>
      <td class="status-number">
        {errors === 0 ? (
          '0'
        ) : (
          <AppLink change={{ ...range, query: `${query} level:>=error` }}>
            {formatCount(errors)} ({Math.max(1, Math.round((errors / records) * 100))} %)
          </AppLink>
        )}
      </td>
    </tr>
  );
}

function Partitions({ partitions }: { readonly partitions: readonly PartitionStatus[] }) {
  const behind = partitions.filter((each) => each.lag_records > 0).length;
  return (
    <details class="status-partitions">
      <summary>
        Partitions of the queue ({behind === 0 ? 'none is behind' : `${behind} of ${partitions.length} behind`})
      </summary>
      <div class="status-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Topic</th>
              <th scope="col" class="status-number">
                Partition
              </th>
              <th scope="col" class="status-number">
                Waiting records
              </th>
              <th scope="col" class="status-number">
                Waiting since
              </th>
            </tr>
          </thead>
          <tbody>
            {partitions.map((each) => (
              <tr key={`${each.topic} ${each.partition}`}>
                <th scope="row">{each.topic}</th>
                <td class="status-number">{each.partition}</td>
                <td class="status-number">{formatCount(each.lag_records)}</td>
                <td class="status-number">
                  {each.lag_seconds === null
                    ? 'unknown'
                    : each.lag_records === 0
                      ? '-'
                      : formatDuration(each.lag_seconds * 1_000)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
