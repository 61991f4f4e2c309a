import type { RecordFilter } from '@paylog/shared/ports/store';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';
import { FieldSample } from './field-sample.ts';
import { readHits, type ReadPage } from './read-hits.ts';

/** Records that are looked at: the newest ones. */
const SAMPLE = 1000;
/** Characters of them that are read at most, so that very large records do not keep the process from other work. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** `GET /api/v1/fields` */
export const FIELDS_ROUTE: ExploreRoute = { path: '/fields', parameters: FILTER_PARAMETERS, answer: answerFields };

async function answerFields({ values, searcher, signal, tookMs }: ExploreRequest<RecordFilter>): Promise<string> {
  const readPage: ReadPage = (count, after) =>
    searcher.search({ ...values, order: 'desc', limit: count, countUpTo: 1, ...(after && { after }) }, { signal });
  const sample = new FieldSample();
  const hits = await readHits(readPage, { count: SAMPLE, maxCharacters: MAX_CHARACTERS });
  for (const { source } of hits) sample.add(source);
  return JSON.stringify({ fields: sample.fields(), sampled: sample.size, took_ms: tookMs() });
}
