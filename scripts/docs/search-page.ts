import { SEARCH_PARAMETERS } from '@paylog/api/search/search-parameters';
import { generatedFrom, table } from './markdown.ts';

const INTRODUCTION = `\`GET /api/v1/logs\` takes the parameters in the URL, \`POST /api/v1/logs/search\` as members of a JSON object (better for long
lists and for texts that should not stand in access logs). \`GET /api/v1/logs/{id}\` reads one record. All given conditions
must hold.

\`\`\`sh
curl 'http://localhost:8000/api/v1/logs?q=declined&level=%3E%3Dwarn&service=checkout,refunds&from=-15m'
curl http://localhost:8000/api/v1/logs/search -H 'Content-Type: application/json' \\
  -d '{"q": "declined", "level": ">=warn", "service": ["checkout", "refunds"], "from": "-15m"}'
\`\`\``;

const VALUES = `- In a URL several values are separated by commas or given by repeating the parameter. In a body they are an array, and a
  comma is an ordinary character.
- In a body, null is the same as absent. In a URL an empty value is refused, since a filter that was meant and is not there
  finds too much.
- Unknown parameters and values that cannot be read get 400; all faults of a request are listed in \`errors\`, each with its
  field and what would be right.`;

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
  neither repeat nor skip records while new ones arrive, and relative times keep the meaning they had on the first page.
- The order is by event time (nanoseconds), then by id.

A search that takes longer than \`SEARCH_TIMEOUT_MS\` gets 504; when the store is gone the answer is 503 with \`Retry-After\`.
Ingest goes on meanwhile: records wait in the queue.`;

/** docs/search.md */
export function searchPage(): string {
  const rows = SEARCH_PARAMETERS.map(({ name, description, expected, list }) => [
    `\`${name}\``,
    description,
    `${expected[0]?.toUpperCase() ?? ''}${expected.slice(1)}`,
    list ? 'yes' : 'no',
  ]);
  return [
    generatedFrom('services/api/src/search/search-parameters.ts and scripts/docs/search-page.ts'),
    '# Search',
    INTRODUCTION,
    '## Parameters',
    table(['Name', 'Meaning', 'Value', 'Several'], rows),
    VALUES,
    '## Answer',
    ANSWER,
    '',
  ].join('\n\n');
}
