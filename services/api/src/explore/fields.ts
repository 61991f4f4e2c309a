import type { RecordFilter } from '@paylog/shared/ports/store';
import { FILTER_PARAMETERS } from '../search/filter-parameters.ts';
import type { ExploreRequest, ExploreRoute } from './explore-route.ts';
import { FieldSample } from './field-sample.ts';

/** Records that are looked at: the newest ones. */
const SAMPLE = 1000;
/** Characters of them that are parsed at most, so that very large records do not keep the process from other work. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** `GET /api/v1/fields` */
export const FIELDS_ROUTE: ExploreRoute = { path: '/fields', parameters: FILTER_PARAMETERS, answer: answerFields };

async function answerFields({ values, searcher, signal, tookMs }: ExploreRequest<RecordFilter>): Promise<string> {
  const request = { ...values, order: 'desc', limit: SAMPLE, countUpTo: 1 } as const;
  const { hits } = await searcher.search(request, { signal });
  const sample = new FieldSample();
  let characters = 0;
  for (const { source } of hits) {
    if (characters > MAX_CHARACTERS) break;
    characters += source.length;
    sample.add(source);
  }
  return JSON.stringify({ fields: sample.fields(), sampled: sample.size, took_ms: tookMs() });
}
