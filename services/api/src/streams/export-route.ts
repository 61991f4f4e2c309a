import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Request, Response, Router } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { SearchHit, StoreSearcher } from '@paylog/shared/ports/store';
import { recordForReader } from '@paylog/shared/record/envelope';
import { isoMillis } from '@paylog/shared/record/timestamp';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import { allowMethods } from '../http/allow-methods.ts';
import { ClientGoneError } from '../http/client-gone-error.ts';
import { logFieldsOf, rememberRequest, requestOf } from '../http/request-trace.ts';
import { valuesOfUrl } from '../search/given-values.ts';
import { counted, failsMidway } from '../search/measured.ts';
import { readParameters, refuseFaults } from '../search/read-parameters.ts';
import { csvLine, csvRecord } from './csv.ts';
import { columnPath, DEFAULT_COLUMNS } from './export-columns.ts';
import { EXPORT_PARAMETERS, type ExportFormat } from './export-parameters.ts';
import { recordPages } from './record-pages.ts';

/** What exports work with. */
export interface ExportDeps {
  readonly searcher: StoreSearcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'exports' | 'exportsLimit' | 'exportedRecords' | 'searchRequests'>;
  /** Exports under way at once. */
  readonly maxExports: number;
}

/** A connection on which nothing moves for so long is given up. Longer than the store may take for a page. */
const STALL_MS = 180_000;

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** Adds `/export`. */
export function addExportRoute(router: Router, deps: ExportDeps): void {
  const { clock, metrics, maxExports } = deps;
  let running = 0;
  metrics.exports.child({}).readFrom(() => running);
  metrics.exportsLimit.set({}, maxExports);

  const handle = async (request: Request, response: Response): Promise<void> => {
    const given = valuesOfUrl(request.originalUrl, EXPORT_PARAMETERS);
    const { values, faults } = readParameters(EXPORT_PARAMETERS, given, clock.now());
    const { format = 'ndjson', columns, order = 'desc', limit = Number.POSITIVE_INFINITY, ...filter } = values;
    const misplaced = columns !== undefined && format !== 'csv';
    refuseFaults([...faults, ...(misplaced ? [{ field: 'columns', message: 'expected format=csv beside it' }] : [])]);
    const writer = writerOf(format, columns ?? DEFAULT_COLUMNS);
    if (request.method === 'HEAD') {
      setHeaders(response, format, clock.now());
      response.end();
      return;
    }
    if (running >= maxExports) {
      throw new ProblemError('too_many_streams', `${maxExports} exports are under way (MAX_EXPORTS)`);
    }
    running += 1;
    try {
      await send(deps, { filter, order, limit }, { format, ...writer }, request, response);
    } finally {
      running -= 1;
    }
  };

  router.route('/export').all(counted(deps, '/api/v1/export')).get(handle).all(allowMethods('GET', 'HEAD'));
}

interface RecordWriter {
  readonly head: string;
  readonly line: (record: string) => string;
}

function writerOf(format: ExportFormat, columns: readonly string[]): RecordWriter {
  // White space between the tokens of a record may hold a carriage return, which some readers of lines take for an end.
  if (format === 'ndjson') return { head: '', line: (record) => `${record.replaceAll('\r', ' ')}\n` };
  const paths = columns.map(columnPath);
  return { head: csvLine(columns), line: (record) => csvRecord(record, paths) };
}

async function send(
  { searcher, clock, logger, metrics }: ExportDeps,
  wanted: Parameters<typeof recordPages>[1],
  { format, head, line }: RecordWriter & { readonly format: ExportFormat },
  request: Request,
  response: Response,
): Promise<void> {
  const gone = new AbortController();
  const trace = requestOf(response);
  if (trace) rememberRequest(gone.signal, trace);
  const onClose = (): void => {
    gone.abort();
  };
  response.once('close', onClose);
  try {
    if (response.destroyed) throw new ClientGoneError();
    const startedMs = clock.now();
    const pages = recordPages(searcher, wanted, gone.signal);
    // Before the answer begins, so that a store that is away is told in the status.
    const first = await pages.next();
    setHeaders(response, format, startedMs);
    response.setTimeout(STALL_MS, () => response.destroy());
    const counter = metrics.exportedRecords.child({ format });
    let records = 0;
    const text = (hits: readonly SearchHit[]): string => {
      counter.add(hits.length);
      records += hits.length;
      trace?.span?.set({ 'paylog.export.records': records });
      return hits.map(({ source }) => line(recordForReader(source))).join('');
    };
    const lines = async function* (): AsyncGenerator<string> {
      if (head !== '') yield head;
      if (first.done !== true) yield text(first.value);
      try {
        for await (const hits of pages) yield text(hits);
      } catch (error) {
        // The connection is cut, so that nobody takes a part for the whole.
        if (!gone.signal.aborted) {
          logger.error('export failed midway', { ...logFieldsOf(response), error });
          // Before the connection is cut, which would look as if the client had left.
          failsMidway(response, error);
          if (trace?.span) endFailed(trace.span, error);
        }
        throw error;
      }
    };
    const source = Readable.from(lines(), { objectMode: true, highWaterMark: 1 });
    const zip = acceptsGzip(request) ? createGzip({ level: constants.Z_BEST_SPEED }) : undefined;
    if (zip !== undefined) response.setHeader('content-encoding', 'gzip');
    response.flushHeaders();
    await (zip === undefined ? pipeline(source, response) : pipeline(source, zip, response));
    response.setTimeout(0);
  } catch (error) {
    throw gone.signal.aborted ? new ClientGoneError() : error;
  } finally {
    response.off('close', onClose);
    gone.abort();
  }
}

function endFailed(span: TracedSpan, error: unknown): void {
  span.fail(error instanceof StoreUnavailableError ? error.code : 'internal');
  span.set({ 'http.response.status_code': 200 });
  span.end();
}

function setHeaders(response: Response, format: ExportFormat, startedMs: number): void {
  const time = isoMillis(startedMs).replace(/[-:]|\.\d+/g, '');
  response.statusCode = 200;
  response.setHeader('content-type', MEDIA_TYPES[format]);
  response.setHeader('content-disposition', `attachment; filename="paylog-${time}.${format}"`);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('vary', 'accept-encoding');
}

/** Whether `Accept-Encoding` names gzip, and does not rule it out by `q=0` (RFC 9110 section 12.5.3). */
function acceptsGzip(request: Request): boolean {
  const given = request.headers['accept-encoding'];
  return (Array.isArray(given) ? given.join(',') : (given ?? ''))
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .some((part) => /^(?:gzip|x-gzip|\*)(?:\s*;\s*q=(?!0(?:\.0*)?$).*)?$/.test(part));
}
