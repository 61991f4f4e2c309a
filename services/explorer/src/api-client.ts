import { ApiProblem, problemOf } from './api-problem.ts';
import { parseExactly } from './exact-json.ts';
import type {
  Context,
  Facets,
  Fields,
  Filter,
  Histogram,
  LogRecord,
  LogsPage,
  Payment,
  ServerSettings,
  Trace,
} from './api-types.ts';

/** Ends a request that nobody waits for any more; the store stops working on it, too. */
export interface Cancel {
  readonly signal?: AbortSignal;
}

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Records of a filter, a page at a time. */
export interface LogsRequest extends Filter {
  readonly limit?: number;
  readonly order?: 'asc' | 'desc';
  readonly cursor?: string;
}

/** Counts over time. */
export interface HistogramRequest extends Filter {
  readonly interval?: string;
  readonly buckets?: number;
  readonly time_zone?: string;
  readonly split?: string;
  readonly split_limit?: number;
}

/** Most frequent values of fields. */
export interface FacetsRequest extends Filter {
  readonly fields: string;
  readonly limit?: number;
}

/** Where a download comes from. */
export interface ExportRequest extends Filter {
  readonly format: 'ndjson' | 'csv';
  readonly columns?: string;
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
}

/** Where a live tail listens. */
export interface TailRequest extends Filter {
  readonly max_per_second?: number;
}

/** `/path?name=value` of what is given: absent and empty parameters are left out, since the API refuses empty ones. */
function apiUrl(path: string, parameters: object = {}): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters as Parameters)) {
    if (value !== undefined && value !== '') said.set(name, String(value));
  }
  const text = said.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** GET of JSON. Rejects with an `ApiProblem`, or with an `AbortError` when the signal ends it. */
async function getJson<T>(path: string, parameters: object, { signal }: Cancel): Promise<T> {
  const response = await send(apiUrl(path, parameters), { ...(signal && { signal }) });
  return parseExactly(await response.text()) as T;
}

/** A request of this server. Rejects with an `ApiProblem` when there is no answer or one that is none of success. */
async function send(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'unreachable', 'the server does not answer');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export function searchLogs(request: LogsRequest, cancel: Cancel = {}): Promise<LogsPage> {
  return getJson('/api/v1/logs', request, cancel);
}

export function getLog(id: string, cancel: Cancel = {}): Promise<LogRecord> {
  return getJson(`/api/v1/logs/${encodeURIComponent(id)}`, {}, cancel);
}

export function getHistogram(request: HistogramRequest, cancel: Cancel = {}): Promise<Histogram> {
  return getJson('/api/v1/histogram', request, cancel);
}

export function getFacets(request: FacetsRequest, cancel: Cancel = {}): Promise<Facets> {
  return getJson('/api/v1/facets', request, cancel);
}

export function getFields(request: Filter, cancel: Cancel = {}): Promise<Fields> {
  return getJson('/api/v1/fields', request, cancel);
}

export function getContext(
  id: string,
  request: { readonly by?: 'service' | 'trace'; readonly before?: number; readonly after?: number },
  cancel: Cancel = {},
): Promise<Context> {
  return getJson(`/api/v1/context/${encodeURIComponent(id)}`, request, cancel);
}

export function getTrace(traceId: string, cancel: Cancel = {}): Promise<Trace> {
  return getJson(`/api/v1/traces/${encodeURIComponent(traceId)}`, {}, cancel);
}

export function getPayment(paymentId: string, cancel: Cancel = {}): Promise<Payment> {
  return getJson(`/api/v1/payments/${encodeURIComponent(paymentId)}`, {}, cancel);
}

/** The answer of `GET /api/v1/status`; its shape is the caller's, since the status view alone reads it. */
export function getStatus<T>(cancel: Cancel = {}): Promise<T> {
  return getJson('/api/v1/status', {}, cancel);
}

export function getSettings(cancel: Cancel = {}): Promise<ServerSettings> {
  return getJson('/api/v1/settings', {}, cancel);
}

/** For `new EventSource(...)`. */
export function tailUrl(request: TailRequest): string {
  return apiUrl('/api/v1/tail', request);
}

/** For a link with `download`. */
export function exportUrl(request: ExportRequest): string {
  return apiUrl('/api/v1/export', request);
}

/** Sends records, as any other client does. */
export async function sendLogs(records: readonly object[], { signal }: Cancel = {}): Promise<void> {
  await send('/api/v1/logs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(records),
    ...(signal && { signal }),
  });
}
