import { allOf, anyOf, EVERY, NOTHING, type Match } from './match.ts';

/** What the index can say of a query: every record that it holds for is `possible`, it holds for every `certain` record. */
export interface Bounds {
  readonly possible: Match;
  /** The same object when the index decides alone. */
  readonly certain: Match;
}

/** The index says nothing. */
export const UNKNOWN: Bounds = { possible: EVERY, certain: NOTHING };

/** Bounds that the index knows exactly. */
export function exactly(match: Match): Bounds {
  return { possible: match, certain: match };
}

/** Bounds of what holds when any of these does. */
export function eitherOf(parts: readonly Bounds[]): Bounds {
  return combined(parts, anyOf);
}

/** Bounds of what holds when all of these do. */
export function bothOf(parts: readonly Bounds[]): Bounds {
  return combined(parts, allOf);
}

function combined(parts: readonly Bounds[], combine: (matches: readonly Match[]) => Match): Bounds {
  const possible = combine(parts.map((part) => part.possible));
  if (parts.every((part) => part.possible === part.certain)) return exactly(possible);
  return { possible, certain: combine(parts.map((part) => part.certain)) };
}
