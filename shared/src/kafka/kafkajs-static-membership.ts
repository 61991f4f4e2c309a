import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import { type GroupCoordinator, joinAsStatic, type JoinFields } from './kafkajs-restarted-leader.ts';

/** Which member of which group a client is, for good. */
export interface StaticMember {
  readonly groupId: string;
  /** `group.instance.id`: one process of the group at a time has it. */
  readonly groupInstanceId: string;
}

type RequestMaker = (fields: object) => { readonly request: { readonly apiVersion: number } };
type Lookup = (apiKey: number, definition: unknown) => RequestMaker;
interface Coordinator extends GroupCoordinator {
  readonly lookupRequest: Lookup;
}
interface Cluster {
  findGroupCoordinator: (group: { readonly groupId: string }) => Promise<Coordinator>;
}
type CreateCluster = (options: object) => Cluster;

/** What {@link makeMemberStatic} reaches into. */
interface Internals {
  readonly requests: Readonly<Record<string, { protocol(at: { version: number }): RequestMaker } | undefined>>;
  readonly clusterPrototype: Readonly<Record<string, unknown>>;
  readonly brokerPrototype: Readonly<Record<string, unknown>>;
}

/** Requests of a member that carry the instance id, and the version of each that was the first to (KIP-345, Kafka 2.3). */
const CARRIERS = [
  { name: 'JoinGroup', apiKey: 11, version: 5 },
  { name: 'Heartbeat', apiKey: 12, version: 3 },
  { name: 'SyncGroup', apiKey: 14, version: 3 },
] as const;

/** Methods of a broker that are called, or kept from being called. */
const METHODS = ['joinGroup', 'leaveGroup', 'describeGroups', 'metadata'] as const;

/**
 * Makes the consumers of a kafkajs client static members of a group: they keep their partitions while they are away for less than the
 * session timeout, and the others notice nothing.
 *
 * kafkajs 2.2.4, its last version, can write the instance id into every request that needs it, but has no option for it and never does. The
 * id is added where the group's coordinator makes its requests, and the request to leave the group, by which partitions would go to others
 * at once, is not sent. Commits carry no id: the coordinator knows a member by its member id too, which nobody has who was fenced.
 *
 * @throws Error when kafkajs is another version inside than this was made for. Else the member would not be static, and nobody would know.
 */
export function makeMemberStatic(kafka: Kafka, { groupId, groupInstanceId }: StaticMember): void {
  const key = checkedKey(kafka);
  const createCluster = Reflect.get(kafka, key) as CreateCluster;
  // Each consumer makes its cluster by this. The coordinators that a cluster finds are its own.
  const create: CreateCluster = (options) => {
    const cluster = createCluster(options);
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      const coordinator = await find(group);
      return group.groupId === groupId ? withInstanceId(coordinator, groupInstanceId) : coordinator;
    };
    return cluster;
  };
  Reflect.set(kafka, key, create);
}

function withInstanceId(coordinator: Coordinator, groupInstanceId: string): Coordinator {
  const carrier = new Proxy(coordinator, {
    get(target, name, receiver) {
      if (name === 'lookupRequest') return carrying(target.lookupRequest, groupInstanceId);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return new Proxy(carrier, {
    get(target, name, receiver) {
      if (name === 'leaveGroup') return () => Promise.resolve();
      if (name === 'joinGroup') return (fields: JoinFields) => joinAsStatic(carrier, fields, groupInstanceId);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

/** Like `lookup`, but the requests of a member carry the id. */
function carrying(lookup: Lookup, groupInstanceId: string): Lookup {
  return (apiKey, definition) => {
    const make = lookup(apiKey, definition);
    const carrier = CARRIERS.find((entry) => entry.apiKey === apiKey);
    if (carrier === undefined) return make;
    return (fields) => {
      const made = make({ ...fields, groupInstanceId });
      if (made.request.apiVersion < carrier.version)
        throw new Error('the brokers have no static members: Kafka 2.3 or later is needed for a group instance id');
      return made;
    };
  };
}

/** The key by which the client makes clusters, after a look at everything that is relied upon. */
function checkedKey(kafka: Kafka): symbol {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  try {
    const { requests, clusterPrototype, brokerPrototype } = internals();
    const isFound =
      typeof clusterPrototype['findGroupCoordinator'] === 'function' &&
      METHODS.every((name) => typeof brokerPrototype[name] === 'function') &&
      CARRIERS.every(({ name, version }) => readsInstanceId(requests[name]?.protocol({ version })));
    if (key !== undefined && typeof Reflect.get(kafka, key) === 'function' && isFound) return key;
  } catch (cause) {
    throw new Error(UNKNOWN_INSIDE, { cause });
  }
  throw new Error(UNKNOWN_INSIDE);
}

const UNKNOWN_INSIDE =
  'static membership (a group instance id) needs kafkajs 2.2.4; this version is another one inside';

function internals(): Internals {
  const require = createRequire(import.meta.url);
  const prototypeOf = (file: string): Readonly<Record<string, unknown>> =>
    (require(file) as { prototype: Readonly<Record<string, unknown>> }).prototype;
  return {
    requests: (require('kafkajs/src/protocol/requests/index.js') as Pick<Internals, 'requests'>).requests,
    clusterPrototype: prototypeOf('kafkajs/src/cluster/index.js'),
    brokerPrototype: prototypeOf('kafkajs/src/broker/index.js'),
  };
}

function readsInstanceId(make: RequestMaker | undefined): boolean {
  let isRead = false;
  make?.({
    get groupInstanceId() {
      isRead = true;
      return 'any';
    },
  });
  return isRead;
}
