import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import type { Component } from '../flow/lifecycle.ts';
import type { Logger } from '../ports/logger.ts';
import { ProfileFiles } from '../profiling/profile-files.ts';
import { ProfileServer } from '../profiling/profile-server.ts';
import { Profiler } from '../profiling/profiler.ts';

/** The part of `process` that is needed to be asked for a profile. */
export interface ProfilingHooks {
  on(signal: 'SIGUSR2', listener: () => void): unknown;
}

/**
 * Profiles on demand: SIGUSR2 takes a CPU profile, and a port on 127.0.0.1, if one is set, takes either kind. Without a directory
 * nothing is taken, and the signal, which would end the process, is answered in the log.
 *
 * @param service part of the files' names
 */
export function profilingFrom(
  { profile }: Pick<Config<Service>, 'profile'>,
  service: string,
  hooks: ProfilingHooks,
  logger: Logger,
): Component {
  const { directory, port, durationMs, maxFiles } = profile;
  if (directory === undefined) {
    const start = (): Promise<void> => {
      hooks.on('SIGUSR2', () => {
        logger.warn('profiling is off: PROFILE_DIR is not set');
      });
      return Promise.resolve();
    };
    return { name: 'profiling', start, stop: () => Promise.resolve() };
  }
  const profiler = new Profiler(new ProfileFiles({ directory, service, maxFiles }), Date, logger);
  const server = port === undefined ? undefined : new ProfileServer(profiler, { port, durationMs });
  return {
    name: 'profiling',
    start: async () => {
      hooks.on('SIGUSR2', () => {
        void profiler.cpu(durationMs).then(({ status }) => {
          if (status === 'busy') logger.warn('a profile is being taken already');
        });
      });
      if (server) logger.info('profiles can be asked for', { host: '127.0.0.1', port: await server.start() });
    },
    stop: async () => {
      await profiler.stop();
      await server?.stop();
    },
  };
}
