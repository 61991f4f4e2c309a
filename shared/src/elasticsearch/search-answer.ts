import type { SearchHit, SearchResult } from '../ports/store.ts';
import { skipValue, walkArray, walkObject } from './json-walk.ts';

/** What an answer to `_search` says. */
export interface SearchAnswer extends SearchResult {
  /** The server's own time limit was met: the hits are not all there is. */
  readonly timedOut: boolean;
}

/** Reads an answer to `_search`; documents are cut out as they stand, only what Elasticsearch adds is parsed. */
export function readSearchAnswer(text: string): SearchAnswer {
  const hits: SearchHit[] = [];
  let total: SearchResult['total'] = { value: 0, relation: 'gte' };
  let timedOut = false;
  walkObject(text, 0, (name, at) => {
    if (name === 'timed_out') timedOut = text.startsWith('true', at);
    if (name !== 'hits') return skipValue(text, at);
    return walkObject(text, at, (member, valueAt) => {
      if (member === 'hits') return walkArray(text, valueAt, (hitAt) => readHit(text, hitAt, hits));
      const end = skipValue(text, valueAt);
      if (member === 'total') total = JSON.parse(text.slice(valueAt, end)) as SearchResult['total'];
      return end;
    });
  });
  return { hits, total, timedOut };
}

/** What an answer to `_search` with aggregations says. */
export interface AggregationsAnswer {
  readonly timedOut: boolean;
  /** Empty when there is no index. */
  readonly aggregations: Readonly<Record<string, unknown>>;
}

/** Reads an answer that has no documents. */
export function readAggregations(text: string): AggregationsAnswer {
  const { timed_out: timedOut, aggregations = {} } = JSON.parse(text) as {
    readonly timed_out?: boolean;
    readonly aggregations?: Readonly<Record<string, unknown>>;
  };
  return { timedOut: timedOut === true, aggregations };
}

function readHit(text: string, hitAt: number, hits: SearchHit[]): number {
  let source = '';
  let sort: readonly unknown[] = [];
  const end = walkObject(text, hitAt, (name, at) => {
    const valueEnd = skipValue(text, at);
    if (name === '_source') source = text.slice(at, valueEnd);
    else if (name === 'sort') sort = JSON.parse(text.slice(at, valueEnd)) as readonly unknown[];
    return valueEnd;
  });
  const [timestamp, id] = sort;
  hits.push({ timestamp: nineDigits(String(timestamp)), id: String(id), source });
  return end;
}

/** Elasticsearch leaves out zeros at the end of the fraction. */
function nineDigits(timestamp: string): string {
  const [seconds = '', fraction = ''] = timestamp.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
}
