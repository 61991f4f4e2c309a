import {
  ConnectionPool,
  ResponseError,
  Writer,
  metadataV9,
  type Broker,
  type Connection,
  type ConnectionOptions,
} from '@platformatic/kafka';
import type { QueueMessage } from '../ports/queue.ts';
import { KafkaAnswerError } from './kafka-error.ts';
import type { KafkaPublisherOptions } from './kafka-options.ts';
import type { ProduceClient } from './produce-client.ts';
import {
  PRODUCE_API_KEY,
  PRODUCE_API_VERSION,
  encodeProduceRequest,
  readProduceError,
  type PartitionBatch,
} from './produce-request.ts';
import { measureBatch } from './record-batch.ts';
import type { MessageSlice } from './slice-messages.ts';

/** A partition that has a leader. */
interface Route {
  readonly partition: number;
  readonly leader: Broker;
}

/** Leaders of a topic; `next` goes round over them. */
interface TopicRoutes {
  readonly routes: readonly Route[];
  next: number;
}

type Metadata = Awaited<ReturnType<typeof metadataV9.api.async>>;

const MAX_CONNECT_TIMEOUT_MS = 2000;
/** Requests on one connection at a time; the broker works them off one after the other. */
const MAX_IN_FLIGHT_REQUESTS = 5;
/** Leaders are learned anew after this time even when nothing failed: partitions may have been added. */
const METADATA_MAX_AGE_MS = 30_000;

/**
 * Sends record batches that we encode ourselves through the connections of @platformatic/kafka (which does sockets, TLS,
 * SASL, framing and correlation). The library's own producer spends most of its time on one object tree per message.
 */
export class PlatformaticProduceClient implements ProduceClient {
  readonly maxMessagesPerBatch = Number.MAX_SAFE_INTEGER;
  readonly #bootstrap: readonly Broker[];
  readonly #pool: ConnectionPool;
  readonly #topics = new Map<string, TopicRoutes>();
  #refreshing: Promise<void> | undefined;
  #refreshedMs = 0;

  constructor(options: KafkaPublisherOptions) {
    this.#bootstrap = options.brokers.map(parseBroker);
    this.#pool = new ConnectionPool(options.clientId, connectionOptions(options));
    // A connection that fails twice would throw out of an emitter that has only the pool's `once` listener.
    this.#pool.on('connecting', ({ connection }) => connection.on('error', () => undefined));
  }

  refresh(): Promise<void> {
    // Concurrent publishes that failed together ask once.
    this.#refreshing ??= this.#learn([...this.#topics.keys()])
      .then(() => undefined)
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  partitions(topic: string): number {
    return Math.max(1, this.#topics.get(topic)?.routes.length ?? 1);
  }

  async produce(
    topic: string,
    messages: readonly QueueMessage[],
    slices: readonly MessageSlice[],
    deadlineMs: number,
  ): Promise<void> {
    const known = this.#topics.get(topic) ?? (await this.#routesOf(topic));
    const perLeader = new Map<Broker, PartitionBatch[]>();
    for (const { start, end } of slices) {
      const route = known.routes[known.next % known.routes.length];
      if (route === undefined) break; // never: a topic without routes is not kept
      known.next = (known.next + 1) % known.routes.length;
      const batch = { partition: route.partition, batch: measureBatch(messages, start, end) };
      const batches = perLeader.get(route.leader);
      if (batches === undefined) perLeader.set(route.leader, [batch]);
      else batches.push(batch);
    }
    const requests: Promise<void>[] = [];
    for (const [leader, batches] of perLeader) requests.push(this.#send(leader, topic, batches, deadlineMs));
    if (requests.length === 1) await requests[0];
    else await Promise.all(requests);
    if (Date.now() - this.#refreshedMs > METADATA_MAX_AGE_MS) void this.refresh().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #send(leader: Broker, topic: string, batches: readonly PartitionBatch[], deadlineMs: number): Promise<void> {
    const connection = this.#pool.getEstablishedConnection(leader);
    const ready = connection?.isConnected() === true ? connection : await this.#pool.get(leader);
    const now = Date.now();
    const timeoutMs = Math.max(1, deadlineMs - now);
    const body = encodeProduceRequest(topic, batches, timeoutMs, now);
    const error = await exchange(ready, body, timeoutMs);
    if (error !== 0)
      throw new KafkaAnswerError(error, `the broker refused a batch for ${topic} with error ${String(error)}`);
  }

  async #routesOf(topic: string): Promise<TopicRoutes> {
    const error = (await this.#learn([topic])).get(topic) ?? 0;
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    throw new KafkaAnswerError(error, `topic ${topic} has no partition with a leader (error ${String(error)})`);
  }

  /** Learns the leaders; resolves with the error codes of topics that have one. */
  async #learn(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const connection = await this.#pool.getFirstAvailable(this.#candidates());
    const metadata = await fetchMetadata(connection, topics);
    this.#refreshedMs = Date.now();
    // One object for each broker: batches are grouped by it.
    const brokers = new Map(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    const errors = new Map<string, number>();
    for (const { name, errorCode, partitions } of metadata.topics) {
      if (typeof name !== 'string') continue;
      const routes: Route[] = [];
      for (const { partitionIndex, leaderId } of partitions) {
        const leader = brokers.get(leaderId);
        if (leader !== undefined) routes.push({ partition: partitionIndex, leader });
      }
      const next = this.#topics.get(name)?.next ?? Math.floor(Math.random() * 1024);
      if (errorCode !== 0) errors.set(name, errorCode);
      if (routes.length > 0) this.#topics.set(name, { routes, next });
      else this.#topics.delete(name);
    }
    return errors;
  }

  /** Leaders in use first: they are probably connected, and bootstrap addresses may be long gone. */
  #candidates(): Broker[] {
    const leaders = new Set<Broker>();
    for (const { routes } of this.#topics.values()) for (const { leader } of routes) leaders.add(leader);
    return [...leaders, ...this.#bootstrap];
  }
}

/** Sends a produce request and resolves with the first error code of its answer. */
function exchange(connection: Connection, body: Buffer, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // A request without an answer blocks those behind it, and the library loses track of the stream when a late answer
    // comes after its own timeout: the connection ends here.
    const timer = setTimeout(() => connection.socket.destroy(), timeoutMs);
    connection.send<number>(
      PRODUCE_API_KEY,
      PRODUCE_API_VERSION,
      () => Writer.create().append(body),
      (_correlationId, _apiKey, _apiVersion, reader) => readProduceError(reader),
      false,
      false,
      (error, answer) => {
        clearTimeout(timer);
        if (error === null && answer !== undefined) resolve(answer);
        else reject(error ?? new Error('an empty answer'));
      },
    );
  });
}

async function fetchMetadata(connection: Connection, topics: readonly string[]): Promise<Metadata> {
  try {
    return await metadataV9.api.async(connection, [...topics], false, false);
  } catch (error) {
    // The library throws when one partition has no leader or one topic is missing; the others are still good to know.
    if (error instanceof ResponseError && error['response'] !== undefined) return error['response'] as Metadata;
    throw error;
  }
}

function connectionOptions(options: KafkaPublisherOptions): ConnectionOptions {
  const { publishTimeoutMs, ssl, sasl } = options;
  const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;
  return {
    connectTimeout: Math.min(publishTimeoutMs, MAX_CONNECT_TIMEOUT_MS),
    // Behind our own limit, which closes the connection (see `exchange`).
    requestTimeout: publishTimeoutMs * 2,
    maxInflights: MAX_IN_FLIGHT_REQUESTS,
    ...(ssl === undefined ? {} : { tls: { ...ssl }, tlsServerName: true }),
    ...(sasl === undefined
      ? {}
      : { sasl: { mechanism: mechanisms[sasl.mechanism], username: sasl.username, password: sasl.password } }),
  };
}

function parseBroker(address: string): Broker {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
