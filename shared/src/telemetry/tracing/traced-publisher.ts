import type { DependencyState, Publisher, PublishOutcome, QueueMessage } from '../../ports/queue.ts';
import { systemName } from './system-name.ts';
import type { Tracing } from './tracing.ts';
import { WorkContexts } from './work-contexts.ts';

/**
 * Decorates a publisher with a span for each call that carries messages of sampled requests: they bear their context as a header, all
 * others have none. The span belongs to the first of the requests that share the call and links to the others.
 */
export class TracedPublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #tracing: Tracing;

  constructor(inner: Publisher, tracing: Tracing) {
    this.#inner = inner;
    this.#tracing = tracing;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    const contexts = contextsOf(messages);
    return contexts === undefined
      ? this.#inner.publish(topic, messages)
      : this.#publishTraced(topic, messages, contexts);
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  state(): DependencyState {
    return this.#inner.state();
  }

  async #publishTraced(
    topic: string,
    messages: readonly QueueMessage[],
    contexts: NonNullable<WorkContexts['parentAndLinks']>,
  ): Promise<PublishOutcome> {
    const span = this.#tracing.startSpan(`send ${topic}`, {
      kind: 'client',
      ...contexts,
      attributes: {
        'messaging.system': systemName(this.#inner.state().name),
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages.length,
      },
    });
    try {
      const outcome = await this.#inner.publish(topic, messages);
      if (outcome.status !== 'stored') span.fail(outcome.reason);
      return outcome;
    } finally {
      span.end();
    }
  }
}

function contextsOf(messages: readonly QueueMessage[]): WorkContexts['parentAndLinks'] {
  let contexts: WorkContexts | undefined;
  for (const { headers } of messages) {
    const traceparent = headers?.['traceparent'];
    if (traceparent !== undefined) (contexts ??= new WorkContexts()).add(traceparent);
  }
  return contexts?.parentAndLinks;
}
