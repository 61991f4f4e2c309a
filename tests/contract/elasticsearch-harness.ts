import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import type { ElasticsearchWriterOptions } from '@paylog/shared/elasticsearch/options';
import type { Logger } from '@paylog/shared/ports/logger';
import type { StoreHarness, StoreHarnessOptions } from '@paylog/shared/testing/store-harness';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { uniqueName } from '../stack/unique-name.ts';

/** Says nothing: what the adapter does is seen by its outcomes. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A prefix of index names of one's own: the node may be shared. */
export function ownPrefix(): string {
  return uniqueName('plt');
}

/** Options for tests; nothing is retried and little is waited for. */
export function writerOptions(
  url: string,
  indexPrefix: string,
  rest: Partial<ElasticsearchWriterOptions> = {},
): ElasticsearchWriterOptions {
  const windows = { daysPast: 400, daysFuture: 2, retentionDays: 0 };
  return {
    url,
    indexPrefix,
    timeoutMs: 60_000,
    installTemplate: true,
    shards: 1,
    replicas: 0,
    refreshMs: 1000,
    ...windows,
    ...rest,
  };
}

/** One request to the node beside the adapter; the answer's JSON, whatever its status. */
export async function callNode(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const content =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url + path, { method, ...content });
  return response.json();
}

/** Removes the indices and the template of a prefix. */
export async function removePrefix(url: string, prefix: string): Promise<void> {
  const found = (await callNode(url, 'GET', `/${prefix}-*/_settings?filter_path=*.settings.index.uuid`)) as object;
  for (const name of Object.keys(found)) await callNode(url, 'DELETE', `/${name}`);
  await callNode(url, 'DELETE', `/_index_template/paylog-${prefix}`);
}

/** The adapter on a node, with indices of its own. It can be killed when the node can. */
export async function elasticsearchHarness(
  node: ElasticsearchNode,
  { retentionDays }: StoreHarnessOptions,
): Promise<StoreHarness> {
  const prefix = ownPrefix();
  const options = writerOptions(node.url, prefix, { retentionDays });
  let writer = createElasticsearchWriter(options, silentLogger);
  let searcher = createElasticsearchSearcher(options, silentLogger);
  const start = async (): Promise<void> => {
    await writer.start();
    await searcher.start();
  };
  const stop = async (): Promise<void> => {
    await writer.stop();
    await searcher.stop();
  };
  const kill = async (): Promise<void> => {
    await node.kill();
    await node.start();
    await callNode(node.url, 'GET', '/_cluster/health?wait_for_status=yellow&timeout=60s');
  };
  await start();
  return {
    get writer() {
      return writer;
    },
    get searcher() {
      return searcher;
    },
    kill: node.kind === 'external' ? undefined : kill,
    refresh: async () => {
      await callNode(node.url, 'POST', `/paylog-${prefix}/_refresh?ignore_unavailable=true`);
    },
    restart: async () => {
      await stop();
      writer = createElasticsearchWriter(options, silentLogger);
      searcher = createElasticsearchSearcher(options, silentLogger);
      await start();
    },
    stop: async () => {
      await stop();
      await removePrefix(node.url, prefix);
    },
  };
}
