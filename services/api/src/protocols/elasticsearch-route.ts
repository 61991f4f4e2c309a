/** Where the Elasticsearch-compatible routes stand; the base URL that clients are given. */
const PREFIX = '/elasticsearch/';

/** What a path below the prefix asks to write. */
export type ElasticsearchTarget =
  | { readonly kind: 'bulk'; readonly index?: string }
  | { readonly kind: 'document'; readonly index: string; readonly id?: string };

const isWrite = (method: string): boolean => method === 'POST' || method === 'PUT';

/** Names that begin with an underscore are Elasticsearch's own (`_data_stream`, `_ilm`, ...). */
const isIndexName = (name: string): boolean => name !== '' && !name.startsWith('_');

function decoded(path: string): string[] | undefined {
  try {
    return path.slice(PREFIX.length).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Reads method and path; undefined when they write no document. */
export function elasticsearchTarget(method: string, path: string): ElasticsearchTarget | undefined {
  if (!isWrite(method) || !path.startsWith(PREFIX)) return undefined;
  const [first = '', second, id, ...rest] = decoded(path) ?? [];
  if (rest.length > 0) return undefined;
  if (second === undefined) return first === '_bulk' ? { kind: 'bulk' } : undefined;
  if (!isIndexName(first)) return undefined;
  if (id === undefined) {
    if (second === '_bulk') return { kind: 'bulk', index: first };
    return second === '_doc' && method === 'POST' ? { kind: 'document', index: first } : undefined;
  }
  return id !== '' && (second === '_doc' || second === '_create') ? { kind: 'document', index: first, id } : undefined;
}
