import { settingRows } from './config-table.ts';
import type { Environment } from './load-config.ts';
import { keyValues } from './value-type.ts';

/** A scheme of the header `Authorization`; what comes behind it is secret without it, too. */
const SCHEME = /^(?:basic|bearer|apikey) +/i;

/** What the secret settings of the environment hold, for those who must not show it: as it was given, and each header of several alone. */
export function secretValues(env: Environment): readonly string[] {
  return settingRows().flatMap(({ row }) => {
    const value = row.secret === true ? env[row.key]?.trim() : undefined;
    if (value === undefined || value === '') return [];
    return row.type === keyValues ? [value, ...headerValues(value)] : [value];
  });
}

function headerValues(headers: string): readonly string[] {
  const parsed = keyValues.parse(headers);
  if (!parsed.ok) return [];
  return Object.values(parsed.value).flatMap((value) => [...new Set([value, value.replace(SCHEME, '')])]);
}
