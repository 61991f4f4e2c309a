import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readEvents, type StreamEvent } from '../../src/tail/event-reader.ts';

async function eventsOf(bytes: Uint8Array, size: number): Promise<StreamEvent[]> {
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const events: StreamEvent[] = [];
  for await (const event of readEvents(chunks())) events.push(event);
  return events;
}

describe('readEvents', () => {
  const text =
    'retry: 2000\n\n: comment\nid: 0\n\nevent: log\ndata: {"m":"ünï 💳"}\nid: 1\n\r\ndata:no space\r\ndata\r\n\r\nevent: left-out\rdata: {}\r\rdata: never ended';

  it('takes a stream apart, wherever it was cut', async () => {
    const expected = [
      { event: '', data: '', id: '' },
      { event: '', data: '', id: '0' },
      { event: 'log', data: '{"m":"ünï 💳"}', id: '1' },
      { event: 'message', data: 'no space\n', id: '1' },
      { event: 'left-out', data: '{}', id: '1' },
    ];
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, 1000]) {
      assert.deepEqual(await eventsOf(bytes, size), expected, `pieces of ${String(size)}`);
    }
  });
});
