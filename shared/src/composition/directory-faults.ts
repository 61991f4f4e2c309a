import { accessSync, constants, mkdirSync } from 'node:fs';
import { settingRows } from '../config/config-table.ts';
import type { Environment } from '../config/load-config.ts';
import type { Service } from '../config/setting.ts';

/**
 * Makes the directories that settings of a service name for being written to, and says which of them cannot be used: one sentence each.
 * A directory that has to be made is for this user only: what is written there may hold what users sent.
 */
export function directoryFaults(service: Service, env: Environment): readonly string[] {
  return settingRows().flatMap(({ row }) => {
    const directory = env[row.key]?.trim() ?? '';
    const isAsked = row.isWritableDirectory === true && row.services.includes(service) && directory !== '';
    if (!isAsked || !row.type.parse(directory).ok) return [];
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      accessSync(directory, constants.W_OK | constants.X_OK);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`${row.key}=${directory}: the directory cannot be written to (${reason})`];
    }
  });
}
