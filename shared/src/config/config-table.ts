import { logSettings, profileSettings } from './log-settings.ts';
import { consumerSettings, embeddedSettings, kafkaSettings, topicSettings } from './queue-settings.ts';
import { httpSettings, limitSettings, pipelineSettings, timeoutSettings } from './service-settings.ts';
import type { AnySetting, DefaultText, Service, Setting } from './setting.ts';
import { elasticsearchSettings, indexerSettings, indexSettings } from './store-settings.ts';
import { tracingSettings } from './tracing-settings.ts';

/** Every setting there is, by group. The configuration's type, its loader and `docs/config.md` come from this table. */
export const CONFIG_TABLE = {
  log: logSettings,
  tracing: tracingSettings,
  pipeline: pipelineSettings,
  http: httpSettings,
  timeouts: timeoutSettings,
  limits: limitSettings,
  kafka: kafkaSettings,
  topics: topicSettings,
  consumer: consumerSettings,
  elasticsearch: elasticsearchSettings,
  index: indexSettings,
  indexer: indexerSettings,
  embedded: embeddedSettings,
  profile: profileSettings,
} as const;

/** Titles of the groups, for documentation. */
export const GROUP_TITLES: Readonly<Record<keyof typeof CONFIG_TABLE, string>> = {
  log: 'Own log',
  tracing: 'Tracing',
  pipeline: 'Pipeline',
  http: 'HTTP server',
  timeouts: 'Times',
  limits: 'Limits',
  kafka: 'Kafka connection',
  topics: 'Topics',
  consumer: 'Consumer group',
  elasticsearch: 'Elasticsearch connection',
  index: 'Indices and retention',
  indexer: 'Indexer',
  embedded: 'Embedded queue and store',
  profile: 'Profiling',
};

type Value<D extends DefaultText, T, S extends Service> = D extends string
  ? T
  : D extends Readonly<Record<S, string>>
    ? T
    : T | undefined;

/** Whether every service of `S` reads the setting (not distributed over a union). */
type Reads<U extends Service, S extends Service> = [S] extends [U] ? true : false;

type FieldOf<F, S extends Service> =
  F extends Setting<infer T, infer D, infer U> ? (Reads<U, S> extends true ? Value<D, T, S> : never) : never;

type GroupOf<G, S extends Service> = {
  readonly [K in keyof G as [FieldOf<G[K], S>] extends [never] ? never : K]: FieldOf<G[K], S>;
};

/** The values of the table for one service, as parsed, before the choice of queue and store. */
export type TableValues<S extends Service> = {
  readonly [G in keyof typeof CONFIG_TABLE]: GroupOf<(typeof CONFIG_TABLE)[G], S>;
};

/** One row with its place. */
export interface PlacedSetting {
  readonly group: keyof typeof CONFIG_TABLE;
  readonly field: string;
  readonly row: AnySetting;
}

/** All rows, in the order of the documentation. */
export function settingRows(): readonly PlacedSetting[] {
  return Object.entries(CONFIG_TABLE).flatMap(([group, fields]) =>
    Object.entries(fields).map(([field, row]) => ({
      group: group as keyof typeof CONFIG_TABLE,
      field,
      row: row as AnySetting,
    })),
  );
}
