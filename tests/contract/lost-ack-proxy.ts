import { createServer, connect, type Server, type Socket } from 'node:net';

/** `PRODUCE`: https://kafka.apache.org/protocol.html#protocol_api_keys */
const PRODUCE = 0;

/** Splits a Kafka stream into frames: an int32 length, then as many bytes. */
class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Whole frames with their length prefix; an incomplete one waits for its rest. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#rest.length < 4) return;
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) return;
      yield this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/**
 * A TCP proxy that speaks enough Kafka to lose acknowledgements: chosen produce requests reach the broker, which stores
 * them, but their answer is swallowed and the client's connection is cut. The broker must advertise the proxy's port.
 */
export class LostAckProxy {
  readonly #brokerPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #chance = 0;
  #lost = 0;
  #produced = 0;

  constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((client) => {
      this.#serve(client);
    });
  }

  /** Acknowledgements that were swallowed. */
  get lost(): number {
    return this.#lost;
  }

  /** Produce requests that were forwarded. */
  get produced(): number {
    return this.#produced;
  }

  /** From now on each produce request loses its acknowledgement with this probability (0 to 1). */
  loseAcks(chance: number): void {
    this.#chance = chance;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        resolve();
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #serve(client: Socket): void {
    const broker = connect(this.#brokerPort, '127.0.0.1');
    const doomed = new Set<number>();
    const cut = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    const requests = new FrameReader();
    client.on('data', (chunk: Buffer) => {
      for (const frame of requests.push(chunk)) {
        if (frame.readInt16BE(4) === PRODUCE) {
          this.#produced += 1;
          if (Math.random() < this.#chance) doomed.add(frame.readInt32BE(8));
        }
        broker.write(frame);
      }
    });
    const answers = new FrameReader();
    broker.on('data', (chunk: Buffer) => {
      for (const frame of answers.push(chunk)) {
        if (doomed.has(frame.readInt32BE(4))) {
          this.#lost += 1;
          cut();
          return;
        }
        client.write(frame);
      }
    });
  }
}
