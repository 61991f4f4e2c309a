import { EXPLORE_ROUTES } from '@paylog/api/explore/explore-router';
import { FILTER_PARAMETERS } from '@paylog/api/search/filter-parameters';
import type { Parameter } from '@paylog/api/search/parameter';
import { SEARCH_PARAMETERS } from '@paylog/api/search/search-parameters';
import { generatedFrom, table } from './markdown.ts';
import { EXPLORE_SECTIONS } from './search-page-explore.ts';

const INTRODUCTION = `\`GET /api/v1/logs\` takes the parameters in the URL, \`POST /api/v1/logs/search\` as members of a JSON object (better for long
lists and for texts that should not stand in access logs). \`GET /api/v1/logs/{id}\` reads one record. All given conditions
must hold. \`query\` is in the [query language](query-language.md).

\`\`\`sh
curl -G http://localhost:8000/api/v1/logs -d from=-15m --data-urlencode 'query=level:error "card declined" duration_ms:>500'
curl 'http://localhost:8000/api/v1/logs?q=declined&level=%3E%3Dwarn&service=checkout,refunds&from=-15m'
curl http://localhost:8000/api/v1/logs/search -H 'Content-Type: application/json' \\
  -d '{"query": "payment.status:declined -timeout", "service": ["checkout", "refunds"], "from": "-15m"}'
curl http://localhost:8000/api/v1/logs/evt-8f14e45f
\`\`\`

The other routes count and tell stories: [histogram](#histogram), [facets](#facets), [fields](#fields), [context](#context),
[traces](#traces), [payments](#payments).`;

const VALUES = `- In a URL several values are separated by commas or given by repeating the parameter. In a body they are an array, and a
  comma is an ordinary character.
- In a body, null is the same as absent. In a URL an empty value is refused, since a filter that was meant and is not there
  finds too much.
- Unknown parameters and values that cannot be read get 400; all faults of a request are listed in \`errors\`, each with its
  field and what would be right. A query that cannot be read has the code \`invalid_query\`, with the \`position\` in its text
  (from 0), the \`length\` of what is wrong there, and \`advice\`.`;

const ANSWER = `\`\`\`json
{
  "logs": [{ "message": "payment declined", "service": "checkout", "id": "evt-8f14e45f", "received_at": "2026-11-20T08:00:00.456Z" }],
  "next_cursor": null,
  "total": { "value": 1, "relation": "eq" },
  "took_ms": 12
}
\`\`\`

- Records come back as they were sent, with \`id\` and \`received_at\`; the bytes of numbers are kept, so that 2^53+1 and 1e400
  are still there for a parser that can hold them. Card data was redacted before it was stored.
- \`total\` is exact up to 10,000; beyond it \`relation\` is \`gte\`.
- \`next_cursor\` is null on the last page. Pass it as \`cursor\` with the same filters and order; \`limit\` may change. Pages
  neither repeat nor skip records while new ones arrive, and relative times, also those in the query, keep the meaning they had
  on the first page.
- The order is by event time (nanoseconds), then by id.`;

const LIMITS = `Whatever takes longer than \`SEARCH_TIMEOUT_MS\` gets 504, and the work in the store ends; it ends as well when the client closes the
connection. When the store is gone the answer is 503 with \`Retry-After\`. Ingest goes on meanwhile: records wait in the queue.

A request to the store that takes at least \`SEARCH_SLOW_MS\` is logged as \`Slow search\`: its kind, its duration, what came of it, and
the shape of its query, such as \`level:? AND duration_ms:>?\`. Values are not logged, since they may be personal.`;

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, description, expected, list }) => [
    `\`${name}\``,
    description,
    expected,
    list ? 'yes' : 'no',
  ]);
  return table(['Name', 'Meaning', 'Value', 'Several'], rows);
}

const isFilter = ({ name }: Parameter): boolean => FILTER_PARAMETERS.some((filter) => filter.name === name);

/** docs/search.md */
export function searchPage(): string {
  const sections = EXPLORE_ROUTES.flatMap(({ path, parameters }) => {
    const { title, text } = EXPLORE_SECTIONS[path] ?? { title: path, text: '' };
    const own = parameters.filter((parameter) => !isFilter(parameter));
    const filters = parameters.filter(isFilter).map(({ name }) => `\`${name}\``);
    const all = filters.length === FILTER_PARAMETERS.length;
    return [
      `## ${title}`,
      text,
      `Filters: ${all ? 'all of [those above](#filters)' : filters.join(', ')}.`,
      ...(own.length > 0 ? [parameterTable(own)] : []),
    ];
  });
  return [
    generatedFrom(
      'services/api/src/search/filter-parameters.ts, the tables in services/api/src/explore and scripts/docs/search-page*.ts',
    ),
    '# Search',
    INTRODUCTION,
    '## Filters',
    'Which records. They hold on every route that reads, where they make sense.',
    parameterTable(FILTER_PARAMETERS),
    VALUES,
    '## Pages of records',
    parameterTable(SEARCH_PARAMETERS.filter((parameter) => !isFilter(parameter))),
    ANSWER,
    ...sections,
    '## Limits',
    LIMITS,
    '',
  ].join('\n\n');
}
