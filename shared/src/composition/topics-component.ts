import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import { QueueUnavailableError } from '../errors/queue-unavailable-error.ts';
import type { Component } from '../flow/lifecycle.ts';
import { retryUntilDone } from '../flow/retry-until-done.ts';
import type { Logger } from '../ports/logger.ts';
import type { TopicAdmin } from '../ports/queue.ts';
import { topicSettingsFrom } from './topic-settings-from.ts';

/** Waits between two attempts to reach the brokers. */
const BACKOFF = { minMs: 250, maxMs: 5000 } as const;

/** The step of a start that makes sure of the topics. */
export interface TopicsComponent extends Component {
  /** For readiness: what is not there yet; undefined when the topics are. */
  missing(): string | undefined;
}

/**
 * The step of a start that makes sure of the topics: waits for brokers that are down, and ends the start when a topic is
 * missing and cannot be made.
 */
export function createTopicsComponent(
  admin: TopicAdmin,
  config: Pick<Config<Service>, 'topics'>,
  logger: Logger,
): TopicsComponent {
  const stopping = new AbortController();
  let isSure = false;
  return {
    name: 'topics',
    missing: () => (isSure ? undefined : 'the topics have not been made sure of'),
    start: () =>
      retryUntilDone(
        async () => {
          await admin.ensureTopics(topicSettingsFrom(config), config.topics.create);
          isSure = true;
        },
        {
          ...BACKOFF,
          what: 'queue',
          signal: stopping.signal,
          isTransient: (error) => error instanceof QueueUnavailableError,
        },
        logger,
      ),
    stop: () => {
      stopping.abort();
      return Promise.resolve();
    },
  };
}
