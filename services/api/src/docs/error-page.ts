import { type ProblemDefinition, PROBLEMS } from '@paylog/shared/errors/problem-codes';
import { RECORD_ERRORS } from '@paylog/shared/errors/record-error-codes';

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>');
}

function row(id: string, cells: readonly string[]): string {
  return `<tr id="${id}">${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

const anchor = (code: string): string => code.replaceAll('_', '-');

/** The page that the `type` of a problem document leads to. No scripts. */
export function errorPage(): string {
  const problems = Object.entries<ProblemDefinition>(PROBLEMS).map(([code, { status, retryable, title, remedy }]) =>
    row(anchor(code), [
      `<code>${code}</code>`,
      String(status),
      retryable ? 'yes' : 'no',
      escape(title),
      escape(remedy),
    ]),
  );
  const records = Object.entries(RECORD_ERRORS).map(([code, { title, remedy }]) =>
    row(`record-${anchor(code)}`, [`<code>${code}</code>`, escape(title), escape(remedy)]),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors - Pay Log Aggregator</title>
<link rel="stylesheet" href="/docs/assets/errors.css">
</head>
<body>
<main>
<h1>Errors</h1>
<p>Failures are answered with problem details (RFC 9457, <code>application/problem+json</code>). Branch on <code>code</code> or on the status. <a href="/docs">All routes</a></p>
<h2>Whole requests</h2>
${table(['Code', 'Status', 'Retry', 'Meaning', 'What to do'], problems)}
<h2>Single records</h2>
<p>In <code>errors[].code</code> of an ingest answer, and as the type of a dead letter. Other records of the same request are not affected.</p>
${table(['Code', 'Meaning', 'What to do'], records)}
</main>
</body>
</html>
`;
}
