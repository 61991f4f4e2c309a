import { type PlacedSetting, settingRows, type TableValues } from './config-table.ts';
import type { Config, ElasticsearchConnection, Embedded, KafkaConnection } from './config.ts';
import { misspelledKeys } from './misspelled-keys.ts';
import { RELATIONS } from './relations.ts';
import { type AnySetting, defaultTextFor, type Service } from './setting.ts';

/** A configuration, or everything that is wrong with the environment: one sentence each, secrets masked. */
export type LoadedConfig<S extends Service> =
  { readonly ok: true; readonly config: Config<S> } | { readonly ok: false; readonly faults: readonly string[] };

/** Environment variables; an empty text counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Reading {
  readonly values: Map<string, unknown>;
  readonly faults: Map<string, string>;
}

/**
 * Reads the environment once. Finds every fault before it answers: values that cannot be read, numbers out of range,
 * relations that cannot hold, and names that look like a misspelled setting. Never throws, never reads files.
 */
export function loadConfig<S extends Service>(service: S, env: Environment): LoadedConfig<S> {
  const placed = settingRows();
  const rows = placed.filter(({ row }) => row.services.includes(service));
  const reading = readAll(service, rows, env);
  const faults = [
    ...reading.faults.values(),
    ...brokenRelations(reading),
    ...misspelledKeys(
      env,
      placed.map(({ row }) => row.key),
    ),
  ];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, config: assemble(service, rows, reading.values) };
}

function readAll(service: Service, rows: readonly PlacedSetting[], env: Environment): Reading {
  const reading: Reading = { values: new Map(), faults: new Map() };
  for (const { row } of rows) {
    const given = env[row.key]?.trim();
    const text = given === undefined || given === '' ? defaultText(row, service, reading) : given;
    if (text === undefined) continue;
    const parsed = row.type.parse(text);
    if (parsed.ok) reading.values.set(row.key, parsed.value);
    else
      reading.faults.set(
        row.key,
        `${row.key}=${row.secret === true ? '***' : shown(text)}: expected ${parsed.expected}`,
      );
  }
  return reading;
}

/** Defaults may name settings that stand before them in the table; without a value of those there is no default either. */
function defaultText(row: AnySetting, service: Service, reading: Reading): string | undefined {
  const text = defaultTextFor(row, service);
  const named = [...(text ?? '').matchAll(/<([A-Z_]+)>/g)].map(([, key = '']) => reading.values.get(key));
  if (!named.every((value) => typeof value === 'string')) return undefined;
  return text?.replace(/<[A-Z_]+>/g, () => named.shift() ?? '');
}

/** A URL may hold credentials although it must not: they are masked before the value is shown. */
function shown(text: string): string {
  const masked = text.replace(/\/\/[^/@]*@/g, '//***@');
  return masked.length > 200 ? `${masked.slice(0, 200)}...` : masked;
}

function brokenRelations({ values, faults }: Reading): string[] {
  return RELATIONS.filter(
    ({ keys, others = [] }) => keys.every((key) => values.has(key)) && !others.some((key) => faults.has(key)),
  ).flatMap(({ check }) => check(values) ?? []);
}

function assemble<S extends Service>(
  service: S,
  rows: readonly PlacedSetting[],
  values: ReadonlyMap<string, unknown>,
): Config<S> {
  const groups: Record<string, Record<string, unknown>> = {};
  for (const { group, field, row } of rows) {
    const value = values.get(row.key);
    if (value !== undefined) (groups[group] ??= {})[field] = Array.isArray(value) ? Object.freeze(value) : value;
  }
  for (const group of Object.values(groups)) Object.freeze(group);
  // The table is the type: both are computed from the same rows, which the compiler cannot follow through a loop.
  const typed = groups as unknown as TableValues<'standalone'>;
  const { kafka, elasticsearch, ...others } = typed;
  const config = { ...others, service, queue: queueOf(kafka), store: storeOf(elasticsearch) };
  return Object.freeze(config) as unknown as Config<S>;
}

function queueOf(kafka: TableValues<'standalone'>['kafka']): KafkaConnection | Embedded {
  const { brokers, client, ssl, sslCaFile, saslMechanism, saslUsername, saslPassword } = kafka;
  if (brokers === undefined) return Object.freeze({ kind: 'embedded' });
  return Object.freeze({
    kind: 'kafka',
    brokers,
    client,
    ...(ssl && { ssl: Object.freeze(sslCaFile === undefined ? {} : { caFile: sslCaFile }) }),
    ...(saslMechanism !== undefined &&
      saslUsername !== undefined &&
      saslPassword !== undefined && {
        sasl: Object.freeze({ mechanism: saslMechanism, username: saslUsername, password: saslPassword }),
      }),
  });
}

function storeOf(elasticsearch: TableValues<'standalone'>['elasticsearch']): ElasticsearchConnection | Embedded {
  const { url, username, password, apiKey, caFile, timeoutMs } = elasticsearch;
  if (url === undefined) return Object.freeze({ kind: 'embedded' });
  const login = username !== undefined && password !== undefined ? { username, password } : undefined;
  const auth = apiKey === undefined ? login : { apiKey };
  return Object.freeze({
    kind: 'elasticsearch',
    url,
    timeoutMs,
    ...(auth && { auth: Object.freeze(auth) }),
    ...(caFile !== undefined && { caFile }),
  });
}
