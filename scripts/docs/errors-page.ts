import { type ProblemDefinition, PROBLEMS } from '@paylog/shared/errors/problem-codes';
import { RECORD_ERRORS } from '@paylog/shared/errors/record-error-codes';
import { generatedFrom, table } from './markdown.ts';

const REQUESTS = `A request that fails as a whole gets a problem document (RFC 9457, \`application/problem+json\`):

\`\`\`json
{
  "type": "/docs/errors#invalid-parameter",
  "title": "A parameter has a value that is not allowed",
  "status": 400,
  "detail": "limit: expected an integer from 1 to 1000",
  "code": "invalid_parameter",
  "retryable": false,
  "field": "limit",
  "errors": [{ "field": "limit", "message": "expected an integer from 1 to 1000" }],
  "request_id": "0b6e3c2f5a7d4d0c9e8f7a6b5c4d3e2f"
}
\`\`\`

Branch on \`code\` or \`status\`; \`title\` and \`detail\` are for people and may change. \`retryable\` says whether the same request
may succeed later; with status 429 and 503 wait for the seconds in \`Retry-After\`. \`field\` and \`errors\` are there when the
fault is in a parameter, header or field; all faults of a request are listed at once.`;

const RECORDS = `One bad record does not spoil its neighbors. The answer to an ingest request lists rejected records by their position
(\`errors[].index\`, from 0) with one of these codes. Records of direct Kafka producers that fail the same checks go to the
dead-letter topic with the same code as their error type. Sending such a record again unchanged never helps.`;

/** docs/errors.md */
export function errorsPage(): string {
  const problems = Object.entries<ProblemDefinition>(PROBLEMS).map(([code, { status, retryable, title, remedy }]) => [
    `<a id="${code.replaceAll('_', '-')}"></a>\`${code}\``,
    String(status),
    retryable ? 'yes' : 'no',
    title,
    remedy,
  ]);
  const records = Object.entries(RECORD_ERRORS).map(([code, { title, remedy }]) => [
    `<a id="record-${code.replaceAll('_', '-')}"></a>\`${code}\``,
    title,
    remedy,
  ]);
  return [
    generatedFrom('shared/src/errors/'),
    '# Errors',
    '## Whole requests',
    REQUESTS,
    table(['Code', 'Status', 'Retry', 'Meaning', 'What to do'], problems),
    '## Single records',
    RECORDS,
    table(['Code', 'Meaning', 'What to do'], records),
    '',
  ].join('\n\n');
}
