import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** As much of S3 as a Terraform backend uses, with conditional writes. Buckets and signatures are not looked at. */
export class S3Server {
  readonly objects = new Map<string, Buffer>();
  /** `PUT key` and `DELETE key`, in order. */
  readonly changes: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(([status, body = '']) => {
      // Without the length the SDK asks for the next part for ever.
      response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<readonly [status: number, body?: string | Buffer]> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const body = await buffer(request);
    const stored = this.objects.get(key);
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        if (key === '') return [200, this.#list(url.searchParams.get('prefix') ?? '')];
        return stored === undefined ? [404, fault('NoSuchKey')] : [200, stored];
      case 'PUT':
        if (request.headers['if-none-match'] === '*' && stored !== undefined) {
          return [412, fault('PreconditionFailed')];
        }
        this.objects.set(key, contentOf(request, body));
        this.changes.push(`PUT ${key}`);
        return [200];
      case 'DELETE':
        this.objects.delete(key);
        this.changes.push(`DELETE ${key}`);
        return [204];
      default:
        return [501, fault('NotImplemented')];
    }
  }

  #list(prefix: string): string {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return `<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>${String(keys.length)}</KeyCount>${contents}</ListBucketResult>`;
  }
}

/** The SDK may send chunks, each behind a line with its length in hexadecimal digits. */
function contentOf({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (!String(headers['content-encoding']).includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (end === -1 || !(length > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

function fault(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}
