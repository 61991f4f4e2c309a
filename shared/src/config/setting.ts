import type { ValueType } from './value-type.ts';

/** The processes that read a configuration. `standalone` is API and indexer in one. */
export type Service = 'api' | 'indexer' | 'standalone';

export const ALL_SERVICES = ['api', 'indexer', 'standalone'] as const;
export const API = ['api', 'standalone'] as const;
export const INDEXER = ['indexer', 'standalone'] as const;
export const STANDALONE = ['standalone'] as const;

/**
 * The value when the variable is absent, written as an operator would write it: one text for every service, one for some
 * of them, or null for none. `<KEY>` in it is replaced by the value of that other setting.
 */
export type DefaultText = string | Readonly<Partial<Record<Service, string>>> | null;

/** One row of the configuration table. */
export interface Setting<T, D extends DefaultText, S extends Service> {
  /** Name of the environment variable. */
  readonly key: string;
  readonly type: ValueType<T>;
  readonly default: D;
  /** Who reads it; for the others it does not exist. */
  readonly services: readonly S[];
  /** One or two sentences for `docs/config.md`. */
  readonly description: string;
  /** Never shown, not even in a fault. */
  readonly secret?: boolean;
  /** What stands at this path, which is tried at start: a directory (made when it is missing), or a file with certificates in PEM. */
  readonly path?: 'writable directory' | 'certificates';
}

/** Any row, for code that walks the table. */
export type AnySetting = Setting<unknown, DefaultText, Service>;

/** Fixes the types of a row as they are written, so that the type of the configuration can be computed from them. */
export function setting<T, const D extends DefaultText, S extends Service>(row: Setting<T, D, S>): Setting<T, D, S> {
  return row;
}

/** The default's text for one service; undefined when it has none there. */
export function defaultTextFor(row: AnySetting, service: Service): string | undefined {
  if (row.default === null) return undefined;
  return typeof row.default === 'string' ? row.default : row.default[service];
}
