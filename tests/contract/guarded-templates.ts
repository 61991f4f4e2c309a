import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A node as somebody sees it who may read index templates (`monitor`) and not manage them. */
export interface GuardedTemplates extends AsyncDisposable {
  readonly url: string;
  /** What was refused: method and path. */
  readonly refused: readonly string[];
}

/**
 * Stands in front of a node without security, and refuses what needs `manage_index_templates` with the answer of one with security:
 * everything about templates but looking at them by name. All else is the node's own.
 */
export async function guardTemplates(nodeUrl: string): Promise<GuardedTemplates> {
  const refused: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const isLook = method === 'GET' || method === 'HEAD';
    if (!url.startsWith('/_index_template') || isLook) {
      pass(nodeUrl, request, response);
      return;
    }
    refused.push(`${method} ${url}`);
    request.resume();
    const reason = `action [indices:admin/index_template/put] is unauthorized for user [paylog]`;
    response.writeHead(403, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end(JSON.stringify({ error: { type: 'security_exception', reason }, status: 403 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(nodeUrl: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const onward = forward(new URL(url ?? '/', nodeUrl), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
