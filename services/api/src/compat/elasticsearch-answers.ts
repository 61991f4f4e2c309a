/**
 * What clients of Elasticsearch ask before they write, and the answers that let them start. Nothing here is stored: indices,
 * templates, retention and pipelines are the server's own affair.
 */
import type { DependencyState } from '@paylog/shared/ports/queue';

/**
 * The version that we speak. Clients refuse servers older than themselves, and those of 8.x newer majors: so the last minor
 * version of 8.
 */
const VERSION = '8.19.4';

const NAME = 'paylog';
const ID = 'paylog-aggregator-0001';
const BUILD = {
  build_flavor: 'default',
  build_type: 'docker',
  build_hash: 'paylog',
  build_date: '2026-01-01T00:00:00.000Z',
};

/** `GET /`: the product check of Elastic's clients. */
export const INFO = {
  name: NAME,
  cluster_name: NAME,
  cluster_uuid: ID,
  version: {
    number: VERSION,
    ...BUILD,
    build_snapshot: false,
    lucene_version: '9.12.2',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
};

const LICENSE = { uid: '00000000-0000-0000-0000-000000000000', type: 'basic', mode: 'basic', status: 'active' };

/** `GET /_license`: Beats and Logstash want an active one. */
export const LICENSE_INFO = {
  license: { ...LICENSE, issued_to: NAME, issuer: NAME, max_nodes: 1000, start_date_in_millis: -1 },
};

/** `GET /_xpack`: what Beats and Logstash could set up is not there, so that they leave it. */
export const XPACK = {
  build: { hash: BUILD.build_hash, date: BUILD.build_date },
  license: LICENSE,
  features: Object.fromEntries(
    ['ilm', 'security', 'monitoring', 'watcher', 'ml'].map((name) => [name, { available: false, enabled: false }]),
  ),
  tagline: INFO.tagline,
};

/** `_refresh`: records are found about a second after they were stored, whoever asks for it. */
export const REFRESHED = { _shards: { total: 1, successful: 1, failed: 0 } };

type Status = 'green' | 'red';

/** Whether documents are taken: the queue decides. */
export const statusOf = ({ state }: DependencyState): Status => (state === 'up' ? 'green' : 'red');

/** `GET /_cluster/health`. `timed_out` when the client asked for a better status: nothing is waited for. */
export function clusterHealth(status: Status, timedOut: boolean): object {
  const shards = status === 'green' ? 1 : 0;
  return {
    cluster_name: NAME,
    status,
    timed_out: timedOut,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: shards,
    active_shards: shards,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 1 - shards,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: shards * 100,
  };
}

/** `GET /_cat/health`: what rsyslog asks before it sends. */
export function catHealth(status: Status, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(11, 19);
  const shards = status === 'green' ? 1 : 0;
  return `${Math.floor(nowMs / 1000)} ${time} ${NAME} ${status} 1 1 ${shards} ${shards} 0 0 ${1 - shards} 0 - ${shards * 100}.0%\n`;
}

/** `GET /_nodes`: one node, at the address that the client used. */
export function nodes(address: string): object {
  const http = { bound_address: [address], publish_address: address, max_content_length_in_bytes: 104_857_600 };
  const node = { name: NAME, host: NAME, version: VERSION, ...BUILD, roles: ['data', 'ingest', 'master'], http };
  return { _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: NAME, nodes: { [ID]: node } };
}

/**
 * What clients look for and create when they do not find it, by the first part of its path. To a look it is there; what is sent in its
 * place is acknowledged and has no effect.
 */
export const RESOURCES: Readonly<Record<string, (name: string) => object>> = {
  '_index_template/:name': (name) => ({
    index_templates: [{ name, index_template: { index_patterns: [name], composed_of: [], data_stream: {} } }],
  }),
  '_component_template/:name': (name) => ({
    component_templates: [{ name, component_template: { template: {} } }],
  }),
  '_template/:name': (name) => ({ [name]: { index_patterns: [name], settings: {}, mappings: {}, aliases: {} } }),
  '_ilm/policy/:name': (name) => ({ [name]: { version: 1, policy: { phases: {} } } }),
  '_ingest/pipeline/:name': (name) => ({ [name]: { description: 'not needed here', processors: [] } }),
  '_data_stream/:name': (name) => ({
    data_streams: [{ name, timestamp_field: { name: '@timestamp' }, indices: [], generation: 1, status: 'GREEN' }],
  }),
};
