import type { DependencyState, Publisher, PublishOutcome, QueueMessage } from '../ports/queue.ts';

/** Bounds of {@link CoalescingPublisher}. */
export interface CoalescingOptions {
  /** Sends under way at a time for each topic; what comes meanwhile shares the next one. */
  readonly maxSendsInFlight: number;
  /** A shared send takes no more waiting calls once it has this many bytes of values. */
  readonly maxSendBytes: number;
  /**
   * Every call is answered within this time, waiting for earlier sends included: the inner publisher's own time-out begins
   * only when it is handed a send.
   */
  readonly callTimeoutMs: number;
}

interface Waiting {
  readonly messages: readonly QueueMessage[];
  /** Answers the call; only the first answer counts. */
  readonly resolve: (outcome: PublishOutcome) => void;
}

/** What is in the queue nevertheless is harmless: the caller sends again, and addresses are deterministic. */
const TOO_LATE: PublishOutcome = {
  status: 'retryable',
  reason: 'unavailable',
  message: 'the queue did not acknowledge in time',
};

interface TopicLane {
  readonly topic: string;
  readonly waiting: Waiting[];
  sendsInFlight: number;
  isScheduled: boolean;
}

const bytesOf = (messages: readonly QueueMessage[]): number =>
  messages.reduce((sum, message) => sum + message.value.length, 0);

/**
 * Decorates a publisher: concurrent calls for one topic share sends, because one large batch costs a fraction of many small ones.
 * A call that finds the lane idle leaves in the same turn of the event loop, so nothing waits for company. Memory is bounded by
 * whoever calls: every waiting call is a request in flight.
 */
export class CoalescingPublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #options: CoalescingOptions;
  readonly #lanes = new Map<string, TopicLane>();

  constructor(inner: Publisher, options: CoalescingOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      const lane = this.#lane(topic);
      const call: Waiting = {
        messages,
        resolve: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      const timer = setTimeout(() => {
        this.#giveUp(lane, call);
      }, this.#options.callTimeoutMs);
      lane.waiting.push(call);
      this.#schedule(lane);
    });
  }

  /** Sends what waits, then stops the inner publisher, which waits for what is under way. */
  async stop(): Promise<void> {
    for (const lane of this.#lanes.values()) while (lane.waiting.length > 0) this.#send(lane);
    await this.#inner.stop();
  }

  state(): DependencyState {
    return this.#inner.state();
  }

  #lane(topic: string): TopicLane {
    let lane = this.#lanes.get(topic);
    if (!lane) {
      lane = { topic, waiting: [], sendsInFlight: 0, isScheduled: false };
      this.#lanes.set(topic, lane);
    }
    return lane;
  }

  /** A call that still waits is not sent any more: its bytes are no longer counted by whoever called. */
  #giveUp(lane: TopicLane, call: Waiting): void {
    const at = lane.waiting.indexOf(call);
    if (at >= 0) lane.waiting.splice(at, 1);
    call.resolve(TOO_LATE);
  }

  #schedule(lane: TopicLane): void {
    if (lane.isScheduled || lane.sendsInFlight >= this.#options.maxSendsInFlight) return;
    lane.isScheduled = true;
    // After the sockets of this turn were read, so that requests which arrived together leave together.
    setImmediate(() => {
      lane.isScheduled = false;
      while (lane.waiting.length > 0 && lane.sendsInFlight < this.#options.maxSendsInFlight) this.#send(lane);
    });
  }

  #send(lane: TopicLane): void {
    const calls = this.#takeCalls(lane);
    lane.sendsInFlight += 1;
    void this.#publishTogether(lane.topic, calls).finally(() => {
      lane.sendsInFlight -= 1;
      if (lane.waiting.length > 0) this.#schedule(lane);
    });
  }

  #takeCalls(lane: TopicLane): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < lane.waiting.length && (count === 0 || bytes < this.#options.maxSendBytes)) {
      bytes += bytesOf(lane.waiting[count]?.messages ?? []);
      count += 1;
    }
    return lane.waiting.splice(0, count);
  }

  async #publishTogether(topic: string, calls: readonly Waiting[]): Promise<void> {
    const outcome = await this.#publishOne(
      topic,
      calls.flatMap((call) => call.messages),
    );
    if (outcome.status !== 'rejected' || calls.length === 1) {
      for (const call of calls) call.resolve(outcome);
      return;
    }
    // One call's message is at fault: the others must not suffer for the company they were in. A queue that is gone meanwhile is
    // asked once, not once for each.
    let gone: PublishOutcome | undefined;
    for (const call of calls) {
      const own = gone ?? (await this.#publishOne(topic, call.messages));
      if (own.status === 'retryable') gone = own;
      call.resolve(own);
    }
  }

  /** A publisher that throws is a bug in it; its callers still get an answer that lets them retry. */
  async #publishOne(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    try {
      return await this.#inner.publish(topic, messages);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: 'retryable', reason: 'unavailable', message };
    }
  }
}
