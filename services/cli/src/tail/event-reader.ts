/** An event of a stream; without a name and data it only moves the position on. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  /** `id` of this event, or of the last one that had one. */
  readonly id: string;
}

/** No event of ours comes near: a record has at most some MB. */
const MAX_EVENT = 64 * 1024 * 1024;

const LINE_END = /\r\n|\n|\r/;

/** Takes a stream of server-sent events apart (https://html.spec.whatwg.org/multipage/server-sent-events.html), as it comes. */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let [event, data, id] = ['', [] as string[], ''];
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MAX_EVENT) throw new Error('the stream has a line without end');
    // The line feed of a last carriage return may come in the next piece.
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - held.length).split(LINE_END);
    rest = (lines.pop() ?? '') + held;
    for (const line of lines) {
      if (line === '') {
        yield { event: data.length === 0 ? '' : event || 'message', data: data.join('\n'), id };
        [event, data] = ['', []];
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
      else if (name === 'id' && !value.includes('\0')) id = value;
    }
  }
}
