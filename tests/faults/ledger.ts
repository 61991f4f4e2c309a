import assert from 'node:assert/strict';
import type { ConsumedMessage } from '@paylog/shared/ports/queue';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { searchAll } from '../e2e/api-client.ts';
import type { Deployment } from '../e2e/deployment.ts';
import type { LoadProducer } from './load-producer.ts';

/** Rounds of each kill: a short form by default. */
export const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 2);

/** What a search or a dead letter says of a record. */
export interface Entry {
  readonly id: string;
  readonly message: string;
}

interface Letter {
  readonly error: { readonly type: string };
  readonly record: string;
}

/**
 * The account of a load on Kafka and Elasticsearch, at its end: waits until the group has no lag, then asserts that
 * acknowledged = stored + dead-lettered and that nothing is there twice.
 */
export async function settleAccounts(load: LoadProducer, here: Deployment, url: string): Promise<void> {
  await here.waitForNoLag();
  const count = await here.countStored();
  const stored = await waitForStored(url, here.dataSet, count);
  assert.equal(stored.length, count, 'the store counts as many as the search finds');
  assertBalanced(load, stored, (await here.read(here.topics.deadLetters)).map(readLetter));
}

/** The record in a dead letter. The load has one reason for dead letters: two records with the same id. */
export function readLetter({ value }: ConsumedMessage): Entry {
  const { error, record } = JSON.parse(String(value)) as Letter;
  assert.equal(error.type, 'id_conflict');
  return JSON.parse(record) as Entry;
}

/** Every record of a service, once there are at least `count`. */
export async function waitForStored(url: string, service: string, count: number): Promise<Entry[]> {
  let stored: Entry[] = [];
  await waitUntil(
    async () => {
      stored = (await searchAll(url, { service })) as unknown as Entry[];
      return stored.length >= count;
    },
    60_000,
    () => `${count} records to be found, have ${stored.length}`,
  );
  return stored;
}

/** Acknowledged = stored + dead-lettered; no id is stored twice; nothing is there that was not sent so. */
export function assertBalanced(load: LoadProducer, stored: readonly Entry[], buried: readonly Entry[]): void {
  assert.ok(load.acknowledged.size > 0);
  assert.equal(new Set(stored.map(({ id }) => id)).size, stored.length, 'no id is stored twice');
  const found = new Set([...stored, ...buried].map(({ message }) => message));
  const lost = [...load.acknowledged].filter((message) => !found.has(message));
  assert.deepEqual(lost, [], 'what was acknowledged is stored or dead-lettered');
  const foreign = [...stored, ...buried].filter(({ id, message }) => load.sent.get(message) !== id);
  assert.deepEqual(foreign, [], 'nothing is there that was not sent');
  const innocent = buried.filter(({ id }) => !load.contested.has(id));
  assert.deepEqual(innocent, [], 'only one of two records with the same id is a dead letter');
  assert.equal(load.hung, 0, 'no request hangs');
  console.log(`      ${load.summary()}; ${stored.length} stored, ${buried.length} dead letters`);
}
