import { createHash, randomBytes } from 'node:crypto';

/** Makes ids that no other process makes. */
export type IdMint = () => string;

/**
 * Ids of this process: time in base 36 first, so that ids of one time lie side by side in the store's term dictionary, then 80
 * random bits for the process, then a counter. About 30 characters of [0-9a-z].
 */
export function createIdMint(now: () => number): IdMint {
  const process = BigInt(`0x${randomBytes(10).toString('hex')}`)
    .toString(36)
    .padStart(16, '0');
  let counter = 0;
  return () => {
    counter += 1;
    return `${now().toString(36)}${process}${counter.toString(36)}`;
  };
}

/**
 * Ids of a request that carries an `Idempotency-Key`: the same key and position give the same id, in whatever process, so that a
 * retry is recognised. 128 bits of SHA-256 over data set and key.
 */
export function createKeyedIds(dataSet: string, idempotencyKey: string): (index: number) => string {
  const digest = createHash('sha256').update(`${dataSet}\0${idempotencyKey}`).digest('base64url').slice(0, 22);
  return (index) => `${digest}-${index}`;
}
