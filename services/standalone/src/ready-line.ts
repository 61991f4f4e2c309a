import type { Config } from '@paylog/shared/config/config';

/** Addresses that mean every interface: no browser opens them, but localhost is one of them. */
const EVERY_INTERFACE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The one line that a person sees when the all-in-one process is ready. `port` is the one that is listened on. */
export function readyLine(config: Pick<Config, 'http' | 'queue' | 'store' | 'embedded'>, port: number): string {
  const { host } = config.http;
  const name = EVERY_INTERFACE.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${String(port)}`;
  return `Pay Log Aggregator is ready: ${url} (docs ${url}/docs) - ${sides(config)}`;
}

function sides({ queue, store, embedded }: Pick<Config, 'queue' | 'store' | 'embedded'>): string {
  if (queue.kind === 'embedded' && store.kind === 'embedded') return `embedded queue and store in ${embedded.dataDir}`;
  const left = queue.kind === 'kafka' ? `Kafka at ${queue.brokers.join(',')}` : `embedded queue in ${embedded.dataDir}`;
  const right = store.kind === 'embedded' ? `embedded store in ${embedded.dataDir}` : `Elasticsearch at ${store.url}`;
  return `${left}, ${right}`;
}
