import type { ApiClient } from '../api/api-client.ts';
import { problemText } from '../api/problem-text.ts';
import { queryRefusal } from '../api/query-refusal.ts';
import { type RetryOptions, untilAnswered } from '../api/until-answered.ts';
import { CliError } from '../cli-error.ts';
import { readSearchAnswer, type SearchPage } from './search-answer.ts';

/** Members of a search request (`docs/search.md`). */
export type SearchParameters = Readonly<Record<string, string | number | readonly string[]>>;

/** Most records of one page. */
const MAX_PAGE = 1000;

/** One page. Throws `CliError`. */
async function searchPage(client: ApiClient, parameters: SearchParameters, retry: RetryOptions): Promise<SearchPage> {
  const answer = await untilAnswered(
    client,
    {
      method: 'POST',
      path: '/api/v1/logs/search',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
    },
    retry,
  );
  if (answer.status !== 200) {
    const refusal = queryRefusal(client.url, answer, parameters['query']);
    throw refusal ?? new CliError('failed', `${client.url}: ${problemText(answer)}`);
  }
  const page = readSearchAnswer(answer.text);
  if (page === undefined)
    throw new CliError('failed', `${client.url}: the answer is not that of a search; is this the API?`);
  return page;
}

/** Page after page, at most `limit` records in all. */
export async function* searchPages(
  client: ApiClient,
  parameters: SearchParameters,
  limit: number,
  retry: RetryOptions,
): AsyncGenerator<SearchPage> {
  let left = limit;
  let cursor: string | null | undefined;
  while (left > 0 && cursor !== null) {
    const page = await searchPage(
      client,
      { ...parameters, limit: Math.min(left, MAX_PAGE), ...(cursor !== undefined && { cursor }) },
      retry,
    );
    left -= page.records.length;
    cursor = page.nextCursor;
    yield page;
  }
}
