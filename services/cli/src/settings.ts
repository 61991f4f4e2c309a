import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { durationMs, integer, serverUrl, text, type ValueType } from '@paylog/shared/config/value-type';
import type { Environment } from '@paylog/shared/config/load-config';
import { CliError, describeError, hasCode } from './cli-error.ts';

/** A setting that may come from a flag, the environment or the configuration file, in this order. */
export interface Setting<T> {
  /** Flag of the command line; absent for secrets, which would show in the list of processes. */
  readonly flag?: string;
  readonly env: string;
  readonly type: ValueType<T>;
  readonly default?: string;
  readonly description: string;
}

const HOUR = 3_600_000;

/** Every setting of `paylog` by its name in the configuration file. The flag has the same name in kebab case. */
export const SETTINGS = {
  url: setting({
    flag: '--url <url>',
    env: 'PAYLOG_URL',
    type: serverUrl,
    default: 'http://localhost:8000',
    description: 'address of the API',
  }),
  apiKey: setting({
    env: 'PAYLOG_API_KEY',
    type: text('1 to 4096 visible ASCII characters', /^[\x21-\x7e]{1,4096}$/),
    description:
      'sent as "Authorization: Bearer ..." for a gateway in front of the API; never shown, and no flag, since flags show in the list of processes',
  }),
  timeout: setting({
    flag: '--timeout <time>',
    env: 'PAYLOG_TIMEOUT',
    type: durationMs({ min: 100, max: HOUR }),
    default: '30s',
    description: 'time for one request',
  }),
  service: setting({
    flag: '--service <name>',
    env: 'PAYLOG_SERVICE',
    type: text('1 to 256 characters', /^[^]{1,256}$/),
    description: 'service of plain lines, and of records that name none',
  }),
  concurrency: setting({
    flag: '--concurrency <n>',
    env: 'PAYLOG_CONCURRENCY',
    type: integer({ min: 1, max: 64 }),
    default: '4',
    description: 'requests under way at once',
  }),
  batch: setting({
    flag: '--batch <n>',
    env: 'PAYLOG_BATCH',
    type: integer({ min: 1, max: 10_000 }),
    default: '1000',
    description: 'most lines of one request (and never more than 1 MiB)',
  }),
  retryFor: setting({
    flag: '--retry-for <time>',
    env: 'PAYLOG_RETRY_FOR',
    type: durationMs({ min: 0, max: 7 * 24 * HOUR }),
    default: '10m',
    description: 'go on trying for this long when the server answers 429 or 5xx, or not at all',
  }),
} as const;

/** Names of the settings. */
export type SettingName = keyof typeof SETTINGS;

type ValueOf<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;

/** The settings that were asked for; undefined where nobody gives a value and there is no default. */
export type Settings<N extends SettingName> = {
  readonly [Name in N]:
    ValueOf<Name> | ((typeof SETTINGS)[Name] extends { readonly default: string } ? never : undefined);
};

/** Where values come from. */
export interface SettingSources {
  /** Values of flags by the name of the setting; `config` names the file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Environment;
  readonly homeDirectory: string;
}

/** Flag and environment variable that name the configuration file. */
export const CONFIG_FLAG = '--config <file>';
export const CONFIG_ENV = 'PAYLOG_CONFIG';

function setting<T, const D extends { readonly default?: string }>(
  definition: Omit<Setting<T>, 'default'> & D,
): Omit<Setting<T>, 'default'> & D {
  return definition;
}

/** Reads the given settings. Throws a usage error that names every value that cannot be used, never a secret one. */
export async function readSettings<N extends SettingName>(
  names: readonly N[],
  sources: SettingSources,
): Promise<Settings<N>> {
  const file = await readConfigFile(sources);
  const values: Record<string, unknown> = {};
  const faults: string[] = [...file.faults];
  for (const name of names) {
    const definition: Setting<unknown> = SETTINGS[name];
    const given = find(name, definition, sources, file);
    if (given === undefined) continue;
    const parsed = definition.type.parse(given.value);
    if (parsed.ok) values[name] = parsed.value;
    else faults.push(`${given.from}: expected ${parsed.expected}`);
  }
  if (faults.length > 0) throw new CliError('usage', faults.join('; '));
  // Filled from the same table that the type is computed from.
  return values as Settings<N>;
}

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

function find(
  name: SettingName,
  definition: Setting<unknown>,
  { flags, env }: SettingSources,
  file: ConfigFile,
): { readonly value: string; readonly from: string } | undefined {
  const flag = flags[name];
  if (typeof flag === 'string') return { value: flag, from: definition.flag?.split(' ')[0] ?? name };
  const fromEnv = env[definition.env];
  if (fromEnv !== undefined && fromEnv !== '') return { value: fromEnv, from: definition.env };
  const fromFile = file.values[name];
  if (fromFile !== undefined) return { value: fromFile, from: `"${name}" in ${file.path}` };
  return definition.default === undefined ? undefined : { value: definition.default, from: name };
}

/** The configuration file; one that nobody named need not exist. */
async function readConfigFile({ flags, env, homeDirectory }: SettingSources): Promise<ConfigFile> {
  const fromFlag = flags['config'];
  const fromEnv = env[CONFIG_ENV];
  const named = typeof fromFlag === 'string' ? fromFlag : fromEnv === '' ? undefined : fromEnv;
  const file = named ?? defaultConfigFile(env, homeDirectory);
  try {
    return { path: file, ...configValues(file, await readFile(file, 'utf8')) };
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (named === undefined && hasCode(error, 'ENOENT')) return { path: file, values: {}, faults: [] };
    throw new CliError('usage', `the configuration file cannot be read: ${describeError(error)}`);
  }
}

/** `$XDG_CONFIG_HOME/paylog/config.json`, else below `~/.config`. */
function defaultConfigFile(env: Environment, homeDirectory: string): string {
  const base = env['XDG_CONFIG_HOME'];
  return path.join(
    base === undefined || base === '' ? path.join(homeDirectory, '.config') : base,
    'paylog',
    'config.json',
  );
}

function configValues(file: string, content: string): Pick<ConfigFile, 'values' | 'faults'> {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (const [name, value] of Object.entries(parseObject(file, content))) {
    if (!Object.hasOwn(SETTINGS, name)) {
      faults.push(`"${name}" in ${file}: not a setting; there are ${Object.keys(SETTINGS).join(', ')}`);
    } else if (typeof value === 'string' || typeof value === 'number') values[name] = String(value);
    else faults.push(`"${name}" in ${file}: expected a text or a number`);
  }
  return { values, faults };
}

function parseObject(file: string, content: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    // The reason that the parser gives may quote the content, and with it a key.
    throw new CliError('usage', `${file}: not valid JSON`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new CliError('usage', `${file}: expected a JSON object`);
}
