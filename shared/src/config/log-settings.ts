import { ALL_SERVICES, setting } from './setting.ts';
import { boolean, bytes, durationMs, integer, oneOf, text } from './value-type.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MINUTE = 60_000;

const directory = text('a path to a directory', /^[^\0]{1,4096}$/);

const LEVEL_SYNONYMS = { warning: 'warn', err: 'error', critical: 'error', fatal: 'error' } as const;

export const logSettings = {
  level: setting({
    key: 'LOG_LEVEL',
    type: oneOf(['debug', 'info', 'warn', 'error'], { ...LEVEL_SYNONYMS, trace: 'debug' }),
    default: 'info',
    services: ALL_SERVICES,
    description:
      "Least severe level of the service's own log. Case does not matter; `warning` is taken as `warn`, `trace` as `debug`, `fatal` as `error`.",
  }),
  directory: setting({
    key: 'LOG_DIR',
    type: directory,
    default: null,
    services: ALL_SERVICES,
    path: 'writable directory',
    description:
      'Directory, on a local disk, for a copy of the own log in files (`<service>.log`, older ones `<service>.1.log` ...). Absent: standard output only.',
  }),
  maxFileBytes: setting({
    key: 'LOG_MAX_FILE_BYTES',
    type: bytes({ min: 4 * KIB, max: GIB }),
    default: '10MiB',
    services: ALL_SERVICES,
    description: 'A file that would become larger is put aside and a new one begun.',
  }),
  maxFiles: setting({
    key: 'LOG_MAX_FILES',
    type: integer({ min: 1, max: 1000 }),
    default: '10',
    services: ALL_SERVICES,
    description: 'Files altogether, the current one counted; the oldest is removed.',
  }),
  own: setting({
    key: 'OWN_LOGS',
    type: boolean,
    default: 'true',
    services: ALL_SERVICES,
    description:
      'Whether the own log is also kept in the product itself, as records of data set `paylog` ([own logs](own-logs.md)).',
  }),
  ownLevel: setting({
    key: 'OWN_LOGS_LEVEL',
    type: oneOf(['info', 'warn', 'error'], LEVEL_SYNONYMS),
    default: 'info',
    services: ALL_SERVICES,
    description: 'Least severe level of what is kept there, whatever LOG_LEVEL is.',
  }),
};

export const profileSettings = {
  directory: setting({
    key: 'PROFILE_DIR',
    type: directory,
    default: null,
    services: ALL_SERVICES,
    path: 'writable directory',
    description:
      'Directory for CPU profiles and heap snapshots ([profiling](profiling.md)). Absent: none are taken, whoever asks.',
  }),
  port: setting({
    key: 'PROFILE_PORT',
    type: integer({ min: 0, max: 65_535 }),
    default: null,
    services: ALL_SERVICES,
    description:
      'Port, on 127.0.0.1 only, of the routes that take profiles and heap snapshots; 0 takes any free one. Absent: the signal SIGUSR2 alone takes CPU profiles.',
  }),
  durationMs: setting({
    key: 'PROFILE_DURATION_MS',
    type: durationMs({ min: 100, max: 5 * MINUTE }),
    default: '30s',
    services: ALL_SERVICES,
    description: 'How long a CPU profile takes, when the request does not say.',
  }),
  maxFiles: setting({
    key: 'PROFILE_MAX_FILES',
    type: integer({ min: 1, max: 100 }),
    default: '5',
    services: ALL_SERVICES,
    description: 'CPU profiles, and heap snapshots, that are kept for each service; the oldest are removed.',
  }),
};
