/** Whether a value of the answer is wanted, by the names that lead to it. */
export type PathFilter = (path: readonly string[]) => boolean;

const ALL: PathFilter = () => true;

/** `*` stands for any part of a name. */
function nameMatches(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  const [head = '', ...parts] = pattern.split('*');
  const tail = parts.pop();
  if (tail === undefined || !name.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - at >= tail.length && name.endsWith(tail);
}

/** Whether the pattern names the value at `path` or something around it; `**` stands for any number of names. */
function covers(pattern: readonly string[], path: readonly string[], p = 0, n = 0): boolean {
  const name = pattern[p];
  if (name === undefined) return true;
  if (name === '**') return covers(pattern, path, p + 1, n) || (n < path.length && covers(pattern, path, p, n + 1));
  const at = path[n];
  return at !== undefined && nameMatches(name, at) && covers(pattern, path, p + 1, n + 1);
}

/**
 * Reads `filter_path` (Elasticsearch's "common options"): comma separated patterns of dotted names, those behind a minus sign
 * exclude. Absent or empty: everything is wanted.
 */
export function pathFilter(filterPath: string | null): PathFilter {
  const patterns = (filterPath ?? '').split(',').filter((pattern) => pattern !== '');
  if (patterns.length === 0) return ALL;
  const included = patterns.filter((pattern) => !pattern.startsWith('-')).map((pattern) => pattern.split('.'));
  const excluded = patterns.filter((pattern) => pattern.startsWith('-')).map((pattern) => pattern.slice(1).split('.'));
  return (path) =>
    (included.length === 0 || included.some((pattern) => covers(pattern, path))) &&
    !excluded.some((pattern) => covers(pattern, path));
}
