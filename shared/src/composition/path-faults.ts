import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { settingRows } from '../config/config-table.ts';
import type { Environment } from '../config/load-config.ts';
import type { AnySetting, Service } from '../config/setting.ts';

/** All labels that OpenSSL takes, such as `TRUSTED CERTIFICATE`. */
const CERTIFICATE = /^-----BEGIN (?:[A-Z0-9]+ )?CERTIFICATE-----/m;

/**
 * Tries the directories and files that settings of a service name, and says which of them cannot be used: one sentence each. A directory
 * that has to be made is for this user only: what is written there may hold what users sent.
 */
export function pathFaults(service: Service, env: Environment): readonly string[] {
  return settingRows().flatMap(({ row }) => {
    const path = env[row.key]?.trim() ?? '';
    if (row.path === undefined || !row.services.includes(service) || path === '' || !row.type.parse(path).ok) return [];
    const fault = FAULTS[row.path](path);
    return fault === undefined ? [] : [`${row.key}=${path}: ${fault}`];
  });
}

/** What keeps a path from being used, for each thing that a setting's path may be. */
const FAULTS: Readonly<Record<NonNullable<AnySetting['path']>, (path: string) => string | undefined>> = {
  'writable directory': (directory) =>
    whyNot('the directory cannot be written to', () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      accessSync(directory, constants.W_OK | constants.X_OK);
    }),
  certificates: (file) => {
    let pem = '';
    const unreadable = whyNot('the file cannot be read', () => {
      pem = readFileSync(file, 'utf8');
    });
    if (unreadable !== undefined) return unreadable;
    return CERTIFICATE.test(pem) ? undefined : 'the file holds no certificate in PEM form';
  },
};

function whyNot(what: string, attempt: () => void): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return `${what} (${error instanceof Error ? error.message : String(error)})`;
  }
}
