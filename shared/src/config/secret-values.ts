import { settingRows } from './config-table.ts';
import type { Environment } from './load-config.ts';

/** What the secret settings of the environment hold, for those who must not show it. */
export function secretValues(env: Environment): readonly string[] {
  return settingRows().flatMap(({ row }) => {
    const value = row.secret === true ? env[row.key]?.trim() : undefined;
    return value === undefined || value === '' ? [] : [value];
  });
}
