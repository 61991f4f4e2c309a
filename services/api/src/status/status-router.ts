import { type Request, type Response, Router } from 'express';
import type { Clock } from '@paylog/shared/ports/clock';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { readVersion } from '@paylog/shared/telemetry/version';
import { allowMethods } from '../http/allow-methods.ts';
import { nameRoute } from '../http/request-trace.ts';
import { sendJson } from '../http/send.ts';
import { valuesOfUrl } from '../search/given-values.ts';
import { readParameters, refuseFaults } from '../search/read-parameters.ts';
import type { Look } from './cached-look.ts';
import { type IngestRate, RATE_SECONDS } from './ingest-rate.ts';
import type { PartitionStatus, QueueWatch } from './queue-watch.ts';
import { type ServiceVolumes, VOLUME_MINUTES } from './service-volumes.ts';

/** What a status is made of. */
export interface StatusDeps {
  readonly clock: Clock;
  readonly rate: IngestRate;
  readonly watch: QueueWatch;
  readonly volumes: ServiceVolumes;
  readonly queue: () => DependencyState;
  readonly store: () => DependencyState;
}

/** `/status`, below `/api/v1`: how the pipeline does. What cannot be known is null, with a reason beside it. */
export function createStatusRouter(deps: StatusDeps): Router {
  const { clock, watch, volumes } = deps;
  const status = async (request: Request, response: Response): Promise<void> => {
    nameRoute(response, '/api/v1/status');
    refuseFaults(readParameters([], valuesOfUrl(request.originalUrl, []), clock.now()).faults);
    const [lag, deadLetters, services] = await Promise.all([watch.lag(), watch.deadLetters(), volumes.get()]);
    const document = {
      now: timeOf(clock.now()),
      version: readVersion(),
      ingest: ingestOf(deps.rate),
      queue: { ...stateOf(deps.queue()), ...lagOf(lag) },
      dead_letters: deadLetters.ok ? { count: deadLetters.value } : { count: null, reason: deadLetters.reason },
      store: stateOf(deps.store()),
      services_minutes: VOLUME_MINUTES,
      services: services.ok ? services.value : null,
      ...(!services.ok && { services_reason: services.reason }),
    };
    sendJson(response, 200, JSON.stringify(document));
  };
  const router = Router({ caseSensitive: true, strict: true });
  router.route('/status').get(status).all(allowMethods('GET', 'HEAD'));
  return router;
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function stateOf({ name, state, sinceMs, reason }: DependencyState): object {
  return { name, state, since: timeOf(sinceMs), ...(reason !== undefined && { reason }) };
}

function ingestOf(rate: IngestRate): object {
  return {
    accepted_per_second: rate.perSecond('accepted'),
    rejected_per_second: rate.perSecond('rejected'),
    refused_per_second: rate.perSecond('refused'),
    window_seconds: RATE_SECONDS,
  };
}

function lagOf(look: Look<readonly PartitionStatus[]>): object {
  if (!look.ok) return { lag_records: null, lag_seconds: null, partitions: null, lag_reason: look.reason };
  const seconds = look.value.map(({ lagSeconds }) => lagSeconds);
  const isKnown = seconds.every((each) => each !== undefined);
  return {
    lag_records: look.value.reduce((sum, { lagRecords }) => sum + lagRecords, 0),
    lag_seconds: isKnown ? Math.max(0, ...seconds) : null,
    ...(!isKnown && { lag_reason: 'the oldest record that waits was there before the first look' }),
    partitions: look.value.map(({ topic, partition, lagRecords, lagSeconds }) => ({
      topic,
      partition,
      lag_records: lagRecords,
      lag_seconds: lagSeconds ?? null,
    })),
  };
}
