/** An event as a client sees it. */
export interface SeenEvent {
  readonly event: string;
  readonly data: string;
}

/** A client of a stream of server-sent events, as the specification has it, that keeps what it saw. */
export class EventClient implements AsyncDisposable {
  readonly events: SeenEvent[] = [];
  readonly comments: string[] = [];
  readonly response: Response;
  /** How the stream ended: by the server, or cut. */
  readonly ended: Promise<'end' | 'cut'>;
  lastEventId = '';
  retryMs: number | undefined;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read().then(
      () => 'end',
      () => 'cut',
    );
  }

  /** Resolves when the headers are there. */
  static async open(url: string, lastEventId = ''): Promise<EventClient> {
    const abort = new AbortController();
    const headers = { accept: 'text/event-stream', ...(lastEventId !== '' && { 'last-event-id': lastEventId }) };
    return new EventClient(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  /** The data of all events of a name. */
  dataOf(event: string): readonly Readonly<Record<string, unknown>>[] {
    return this.events
      .filter((each) => each.event === event)
      .map(({ data }) => JSON.parse(data) as Readonly<Record<string, unknown>>);
  }

  /** Ids of the records that came. */
  get ids(): readonly string[] {
    return this.dataOf('log').map(({ id }) => String(id));
  }

  /** Records that were left out. */
  get leftOut(): number {
    return this.dataOf('left-out').reduce((sum, { count }) => sum + Number(count), 0);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(): Promise<void> {
    if (this.response.body === null) return;
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.response.body) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let event = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === '') this.comments.push(value);
      else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
      else if (name === 'id') this.lastEventId = value;
      else if (name === 'retry') this.retryMs = Number(value);
    }
    if (data.length > 0) this.events.push({ event, data: data.join('\n') });
  }
}
