import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { after, before, describe } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { Deployment } from './deployment.ts';
import { Service } from './service.ts';
import { uniqueName } from '../stack/unique-name.ts';

/** A running pipeline, from the door to the store. */
export interface Pipeline {
  /** Takes records, and answers. */
  readonly api: Service;
  /** Stores records; the same process as `api` where everything is in one. */
  readonly indexer: Service;
  /** A word that no other run uses, for names of services. */
  readonly tag: string;
  /** What stands between API and store; undefined where they are one process. */
  readonly wire: StoreWire | undefined;
}

/** The way from the API to its store, which can be cut: connections break, and new ones are refused. */
export class StoreWire implements AsyncDisposable {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(url: string) {
    this.#target = new URL(url);
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Opens it, at the same address as before. */
  async open(): Promise<void> {
    const server = createServer((socket) => {
      const upstream = connect(Number(this.#target.port), this.#target.hostname);
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => {
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cut();
  }
}

/**
 * The same cases for both pipelines: all in one process, and API and indexer between a real Kafka and a real Elasticsearch. `isSplit` says
 * that these are processes of their own, one of which can be away without the other.
 */
export function describePipelines(title: string, cases: (pipeline: () => Pipeline, isSplit: boolean) => void): void {
  describe(`${title}, all in one process`, function () {
    this.timeout(240_000);
    let pipeline: Pipeline | undefined;
    let directory = '';
    before(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'paylog-pipeline-'));
      const api = await Service.create('standalone', {
        DATA_DIR: path.join(directory, 'data'),
        DRAIN_TIMEOUT_MS: '6000',
      });
      pipeline = { api, indexer: api, tag: uniqueName('t'), wire: undefined };
      await api.start();
    });
    after(async () => {
      await pipeline?.api[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    });
    cases(() => existing(pipeline), false);
  });

  describe(`${title}, with Kafka and Elasticsearch`, function () {
    this.timeout(240_000);
    let pipeline: Pipeline | undefined;
    let deployment: Deployment | undefined;
    let wire: StoreWire | undefined;
    before(async function () {
      this.timeout(300_000);
      const kafka = orSkip(this, await acquireKafka());
      const elasticsearch = orSkip(this, await acquireElasticsearch());
      deployment = new Deployment(kafka.brokers, elasticsearch.url);
      wire = new StoreWire(elasticsearch.url);
      await wire.open();
      const api = await deployment.add('api', { ELASTICSEARCH_URL: wire.url });
      const indexer = await deployment.add('indexer');
      pipeline = { api, indexer, tag: deployment.dataSet, wire };
      await Promise.all([api.start(), indexer.start()]);
    });
    after(async () => {
      await deployment?.[Symbol.asyncDispose]();
      await wire?.[Symbol.asyncDispose]();
    });
    cases(() => existing(pipeline), true);
  });
}

function existing(pipeline: Pipeline | undefined): Pipeline {
  if (pipeline === undefined) throw new Error('it has not been started');
  return pipeline;
}
