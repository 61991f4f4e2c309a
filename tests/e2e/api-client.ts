import { gzipSync } from 'node:zlib';

/** The answer to an ingest request; `text` is the body as it came. */
export interface IngestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { readonly index: number; readonly code: string; readonly field?: string }[];
  readonly ids?: readonly (string | null)[];
  readonly code?: string;
}

export interface IngestOptions {
  readonly gzip?: boolean;
  readonly key?: string;
  /** `?ids=true&service=x`, without the question mark. */
  readonly query?: string;
  readonly contentType?: string;
}

/** Sends lines as NDJSON. */
export async function ingest(
  url: string,
  lines: readonly (string | Buffer)[],
  { gzip = false, key, query, contentType = 'application/x-ndjson' }: IngestOptions = {},
): Promise<IngestAnswer> {
  const text = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
  const response = await fetch(`${url}/api/v1/logs${query === undefined ? '' : `?${query}`}`, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      ...(gzip && { 'content-encoding': 'gzip' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: gzip ? gzipSync(text) : text,
    signal: AbortSignal.timeout(60_000),
  });
  const answer = (await response.json()) as Omit<IngestAnswer, 'status' | 'headers'>;
  return { ...answer, status: response.status, headers: response.headers };
}

/** A record as a search gives it back. */
export interface FoundLog extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly timestamp?: string;
}

interface Page {
  readonly logs: readonly FoundLog[];
  readonly next_cursor: string | null;
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
}

/** One page of a search. */
export async function searchPage(url: string, parameters: Readonly<Record<string, string>>): Promise<Page> {
  const response = await fetch(`${url}/api/v1/logs?${new URLSearchParams(parameters).toString()}`);
  const page = (await response.json()) as Page;
  if (response.status !== 200) throw new Error(`search answered ${String(response.status)}: ${JSON.stringify(page)}`);
  return page;
}

/** Every hit, page by page; `between` runs after each page. */
export async function searchAll(
  url: string,
  parameters: Readonly<Record<string, string>>,
  between: (pages: number) => Promise<void> = () => Promise.resolve(),
): Promise<FoundLog[]> {
  const found: FoundLog[] = [];
  let cursor: string | null | undefined;
  for (let pages = 1; cursor !== null; pages += 1) {
    const page: Page = await searchPage(url, { limit: '1000', ...parameters, ...(cursor !== undefined && { cursor }) });
    found.push(...page.logs);
    cursor = page.next_cursor;
    await between(pages);
  }
  return found;
}

/** The ids of all hits, sorted; repeated ones would show. */
export async function searchIds(url: string, parameters: Readonly<Record<string, string>>): Promise<string[]> {
  return (await searchAll(url, parameters)).map(({ id }) => id).sort();
}
