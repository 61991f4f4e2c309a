import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A store far away: every byte of an answer arrives so much later. What one indexer moves is bounded by that and not by the
 * processor, so that a test can say how many indexers a load needs on any machine.
 */
export class FarStore implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: URL, delayMs: number) {
    this.#server = createServer((socket) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
      socket.pipe(upstream);
      upstream.on('data', (chunk: Buffer) => {
        setTimeout(() => socket.write(chunk), delayMs);
      });
    });
  }

  static async open(url: string, delayMs: number): Promise<FarStore> {
    const store = new FarStore(new URL(url), delayMs);
    await new Promise<void>((resolve) => {
      store.#server.listen(0, '127.0.0.1', resolve);
    });
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
