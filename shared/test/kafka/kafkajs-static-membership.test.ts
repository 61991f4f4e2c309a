import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import { describe, it } from 'mocha';
import { makeMemberStatic } from '../../src/kafka/kafkajs-static-membership.ts';

interface Made {
  readonly request: { encode(): Promise<{ readonly buffer: Buffer }> };
}
interface FakeCoordinator {
  lookupRequest: (apiKey: number, definition: unknown) => (fields: object) => Made;
  leaveGroup: () => Promise<void>;
}

const { requests, lookup } = createRequire(import.meta.url)('kafkajs/src/protocol/requests/index.js') as {
  requests: Record<string, unknown>;
  lookup: (versions: object) => FakeCoordinator['lookupRequest'];
};

const NOW = { maxVersion: 99 };

/** The coordinator that a static member of `group` gets for `asked`, of brokers that know these versions. */
async function coordinator(versions: object = { 11: NOW, 12: NOW, 13: NOW, 14: NOW }, asked = 'group') {
  const sent: string[] = [];
  const broker: FakeCoordinator = {
    lookupRequest: lookup(versions),
    leaveGroup: () => {
      sent.push('leave');
      return Promise.resolve();
    },
  };
  const key = Symbol('private:Kafka:createCluster');
  const kafka = { [key]: () => ({ findGroupCoordinator: () => Promise.resolve(broker) }) };
  makeMemberStatic(kafka as unknown as Kafka, { groupId: 'group', groupInstanceId: 'pod-7' });
  const cluster = kafka[key]() as { findGroupCoordinator(group: object): Promise<FakeCoordinator> };
  return { found: await cluster.findGroupCoordinator({ groupId: asked }), sent };
}

const FIELDS = {
  groupId: 'group',
  memberId: 'member',
  sessionTimeout: 1,
  rebalanceTimeout: 1,
  protocolType: 'consumer',
  groupProtocols: [],
  groupGenerationId: 1,
  generationId: 1,
  groupAssignment: [],
};

const CARRIERS = [
  [11, 'JoinGroup', 4],
  [12, 'Heartbeat', 2],
  [14, 'SyncGroup', 2],
] as const;

describe('static membership of kafkajs', () => {
  for (const [apiKey, name, last] of CARRIERS) {
    it(`writes the id into ${name}`, async () => {
      const { found } = await coordinator();
      const { buffer } = await found.lookupRequest(apiKey, requests[name])(FIELDS).request.encode();
      assert.ok(buffer.includes('pod-7'));
    });

    it(`says that brokers are too old which have no id in ${name}`, async () => {
      const { found } = await coordinator({ [apiKey]: { maxVersion: last } });
      assert.throws(() => found.lookupRequest(apiKey, requests[name])(FIELDS), /Kafka 2\.3 or later/);
    });
  }

  it('does not leave the group', async () => {
    const { found, sent } = await coordinator();
    await found.leaveGroup();
    assert.deepEqual(sent, []);
  });

  it('leaves the members of other groups as they are', async () => {
    const { found, sent } = await coordinator(undefined, 'other');
    const { buffer } = await found.lookupRequest(12, requests['Heartbeat'])(FIELDS).request.encode();
    assert.ok(!buffer.includes('pod-7'));
    await found.leaveGroup();
    assert.deepEqual(sent, ['leave']);
  });

  it('refuses a client that is another one inside', () => {
    const other: unknown = {};
    assert.throws(() => {
      makeMemberStatic(other as Kafka, { groupId: 'group', groupInstanceId: 'pod-7' });
    }, /needs kafkajs 2\.2\.4/);
  });
});
