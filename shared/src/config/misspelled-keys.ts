/**
 * Variables that are not settings but look like one with a slip of the pen (`KAFKA_BROKER`): same first word, at most two
 * letters off. Without this a misspelled limit or retention would silently leave the default in force.
 */
export function misspelledKeys(env: Readonly<Record<string, string | undefined>>, known: readonly string[]): string[] {
  const names = Object.keys(env).filter((name) => env[name] !== '' && env[name] !== undefined && !known.includes(name));
  return names.flatMap((name) => {
    const meant = known.find((key) => sameFirstWord(key, name) && distance(key, name) <= 2);
    return meant === undefined ? [] : [`${name} is not a setting: did you mean ${meant}?`];
  });
}

function sameFirstWord(key: string, name: string): boolean {
  const end = key.indexOf('_') + 1;
  return end > 0 && name.startsWith(key.slice(0, end));
}

/** Levenshtein distance; more than 2 is as good as infinite. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
