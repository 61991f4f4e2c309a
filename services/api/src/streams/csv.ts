import {
  decodeString,
  type JsonNode,
  type JsonObjectNode,
  lastMember,
  parseJsonTree,
} from '@paylog/shared/record/json-tree';

/**
 * Beginnings that make a spreadsheet take a text for a formula (OWASP, "CSV Injection"), the full-width forms included. White space in
 * front is skipped by some of them.
 */
const FORMULA = /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** A plain number is no formula, whatever its sign. */
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What has to stand in quotes (RFC 4180), and what other readers take for a separator or cut off. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

/** Stored records are bounded more narrowly when they come in; these bounds only stop what is no record. */
const LIMITS = { maxDepth: 1000, maxKeys: 1_000_000 };

/** One cell: a text that a spreadsheet would run gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line with its end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** The columns of a record, given as JSON: texts as they are, numbers as they were sent, everything nested as JSON. */
export function csvRecord(record: string, columns: readonly (readonly string[])[]): string {
  const root = parseJsonTree(record, LIMITS);
  const cells = columns.map((path) => {
    const node = root.kind === 'object' ? find(record, root, path) : undefined;
    return node === undefined ? '' : textOf(record, node);
  });
  return csvLine(cells);
}

/** A value by its path; names may hold dots, so that `a.b` is a member `a.b`, or `b` in `a`. */
function find(text: string, node: JsonObjectNode, path: readonly string[]): JsonNode | undefined {
  for (let taken = path.length; taken > 0; taken -= 1) {
    const value = lastMember(node, path.slice(0, taken).join('.'))?.value;
    if (value === undefined) continue;
    if (taken === path.length) return value;
    const found = value.kind === 'object' ? find(text, value, path.slice(taken)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(text: string, node: JsonNode): string {
  if (node.kind === 'string') return decodeString(text, node);
  const raw = text.slice(node.start, node.end);
  return raw === 'null' ? '' : raw;
}
