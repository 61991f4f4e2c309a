import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  SearchHit,
  SearchRequest,
  SearchResult,
} from '../ports/store.ts';
import { QueryCompiler } from './compile-query.ts';
import { countIntervals } from './count-intervals.ts';
import { countRecords } from './count-records.ts';
import { countValues } from './count-values.ts';
import { FieldIndex } from './field-index.ts';
import { queryOf, timeOnly } from './filter-query.ts';
import { countByTime, findByPlan, findByTime, pageRange } from './find-records.ts';
import { MatchReader, type Breathe, type Found } from './match-reader.ts';
import type { ReadAnswer, ReadQuestion } from './read-question.ts';
import { planOf } from './search-plan.ts';
import type { Sql, SqlDatabase } from './sqlite.ts';
import { openStore } from './store-layout.ts';
import type { StoreWorkerData } from './store-ops.ts';
import { Vocabulary } from './vocabulary.ts';

const CACHE_BYTES = 32 * 1024 * 1024;
/** Hits whose records are read between two breaths. */
const READ_ROWS = 200;

/** The reading half of the store. Lives in the store's reader worker. */
export class StoreReadDatabase {
  readonly #db: SqlDatabase;
  readonly #vocabulary: Vocabulary;
  readonly #statements = new Map<string, Sql>();

  constructor({ path }: StoreWorkerData) {
    this.#db = openStore(path, CACHE_BYTES);
    this.#db.exec('PRAGMA query_only=1');
    this.#vocabulary = new Vocabulary(this.#db);
  }

  /** `breathe` is called between bounded steps. */
  async answer(question: ReadQuestion, breathe: Breathe): Promise<ReadAnswer> {
    const reader = new MatchReader(this.#db, this.#statements, breathe);
    switch (question.op) {
      case 'search':
        return { op: 'search', result: await this.#search(reader, question.request) };
      case 'histogram':
        return { op: 'histogram', result: await this.#histogram(reader, question.request) };
      case 'facets':
        return { op: 'facets', result: await this.#facets(reader, question.request) };
    }
  }

  get(id: string): SearchHit | undefined {
    const row = this.#db
      .sql('SELECT timestamp, source FROM log WHERE id = ? ORDER BY timestamp DESC, data_set LIMIT 1')
      .first(Buffer.from(id, 'utf8'));
    return row === undefined
      ? undefined
      : { id, timestamp: String(row[0]), source: (row[1] as Buffer).toString('utf8') };
  }

  probe(): void {
    this.#db.sql('SELECT max(key) FROM log').all();
  }

  close(): void {
    this.#db.close();
  }

  async #search(reader: MatchReader, request: SearchRequest): Promise<SearchResult> {
    const bound = request.countUpTo + 1;
    const times = timeOnly(request);
    if (times !== undefined) {
      const hits = await readHits(reader, findByTime(reader, request, times));
      await reader.breathe();
      return resultOf(hits, countByTime(reader, times, bound), request);
    }
    const { query } = queryOf(request);
    const compiler = new QueryCompiler(new FieldIndex(this.#vocabulary));
    const range = reader.range();
    const page = planOf(query, pageRange(range, request), compiler);
    const hits = await readHits(reader, await findByPlan(reader, page, request));
    const all = request.after === undefined ? page : planOf(query, range, compiler);
    return resultOf(hits, await countRecords(reader, all, bound), request);
  }

  #histogram(reader: MatchReader, request: HistogramRequest): Promise<readonly HistogramBucket[]> {
    return countIntervals(reader, request, new FieldIndex(this.#vocabulary));
  }

  #facets(reader: MatchReader, { filter, fields, limit }: FacetsRequest): Promise<readonly Facet[]> {
    const index = new FieldIndex(this.#vocabulary);
    const plan = planOf(queryOf(filter).query, reader.range(), new QueryCompiler(index));
    return countValues(reader, plan, fields, limit, index);
  }
}

function resultOf(hits: readonly SearchHit[], count: number, { countUpTo }: SearchRequest): SearchResult {
  const over = count > countUpTo;
  return { hits, total: { value: over ? countUpTo : count, relation: over ? 'gte' : 'eq' } };
}

async function readHits(reader: MatchReader, found: readonly Found[]): Promise<SearchHit[]> {
  const hits: SearchHit[] = [];
  for (const [index, { key, timestamp, id }] of found.entries()) {
    if (index % READ_ROWS === 0) await reader.breathe();
    const source = reader.source(key);
    // Gone meanwhile: retention removed it.
    if (source !== undefined) hits.push({ timestamp, id, source: source.toString('utf8') });
  }
  return hits;
}
