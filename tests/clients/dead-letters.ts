import type { Deployed } from './harness.ts';

/** A dead letter, in short. */
export interface ShortLetter {
  readonly type: string;
  readonly field?: string;
  /** The record as text; bytes that are no UTF-8 as Latin-1. */
  readonly record: string;
}

interface Letter {
  readonly record: string;
  readonly encoding: 'utf8' | 'base64';
  readonly error: { readonly type: string; readonly field?: string };
}

/** The dead letters whose record holds the marker. For producers that write to Kafka themselves: nothing else tells of them. */
export async function deadLettersWith({ kafka }: Deployed, marker: string): Promise<ShortLetter[]> {
  if (kafka === undefined) throw new Error('there are no dead letters to read on the embedded queue');
  const letters = (await kafka.read(kafka.topics.deadLetters)).map(({ value }) => {
    const { record, encoding, error } = JSON.parse(String(value)) as Letter;
    return { ...error, record: encoding === 'base64' ? Buffer.from(record, 'base64').toString('latin1') : record };
  });
  return letters
    .filter(({ record }) => record.includes(marker))
    .map(({ type, field, record }) => ({ type, ...(field !== undefined && { field }), record }));
}
