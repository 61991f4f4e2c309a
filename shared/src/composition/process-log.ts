import type { Writable } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/load-config.ts';
import { secretValues } from '../config/secret-values.ts';
import type { Service } from '../config/setting.ts';
import type { Component } from '../flow/lifecycle.ts';
import type { Logger } from '../ports/logger.ts';
import type { Publisher } from '../ports/queue.ts';
import type { LogSink } from '../telemetry/log-entry.ts';
import { createLogger, type LoggerOptions } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { OwnLogs } from '../telemetry/own-logs.ts';
import { RotatingLogFile } from '../telemetry/rotating-log-file.ts';

/** The own log of a process: standard output, files if they are asked for, and the product itself. */
export interface ProcessLog {
  readonly logger: Logger;
  /** The same without the product itself: for what own logs pass through, so that its faults do not make more of them. */
  readonly local: Logger;
  /**
   * Sends what was logged through the product; nothing when that is off. Belongs in front of what uses the queue, so that it stops last.
   *
   * @param publisher makes a publisher of its own, which logs to {@link local}
   */
  components(publisher: () => Publisher): readonly Component[];
}

/** What a process log needs besides its configuration. */
export interface ProcessLogHooks {
  /** `paylog-api`, `paylog-indexer` or `paylog`. */
  readonly service: string;
  /** For the values that must not be shown. */
  readonly env: Environment;
  readonly metrics: Metrics;
  /** Where lines go; standard output when absent. */
  readonly destination?: Writable;
}

/** Puts the own log together; opens nothing. */
export function processLogFrom(
  config: Pick<Config<Service>, 'log' | 'topics' | 'limits'>,
  { service, env, metrics, destination }: ProcessLogHooks,
): ProcessLog {
  const { log, topics, limits } = config;
  const base: LoggerOptions = { level: log.level, service, destination, secrets: secretValues(env) };
  const plain = createLogger(base);
  const files: LogSink[] = [];
  if (log.directory !== undefined) {
    const { directory, maxFileBytes: maxBytes, maxFiles, level } = log;
    const onFault = (error: unknown): void => {
      plain.warn('the own log cannot be written to its file, trying again every 10 seconds', { directory, error });
    };
    files.push(new RotatingLogFile({ level, directory, name: service, maxBytes, maxFiles, onFault }));
  }
  const local = createLogger({ ...base, sinks: files });
  if (!log.own) return { logger: local, local, components: () => [] };
  const own = new OwnLogs({
    level: log.ownLevel,
    topic: topics.records,
    limits: { maxBytes: limits.maxRecordBytes, maxDepth: limits.maxRecordDepth, maxKeys: limits.maxRecordKeys },
    clock: Date,
    count: (outcome) => {
      metrics.ownLogs.add({ outcome });
    },
    logger: local,
  });
  return {
    logger: createLogger({ ...base, sinks: [...files, own] }),
    local,
    components: (publisher) => [{ name: own.name, start: () => own.start(publisher()), stop: () => own.stop() }],
  };
}
