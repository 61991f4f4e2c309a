import { endOf, SHAPE_MARK } from './index-terms.ts';
import type { Sql, SqlDatabase } from './sqlite.ts';

/** Most occurrences that are read at once when one term after another is looked up. */
const MAX_READ = 256;

/**
 * The terms of the index in their order. FTS5 lists the occurrences of terms and cannot skip to the next term by itself, so each
 * term is looked up anew: the cost does not depend on how often it occurs (some 70 us), nor on the size of the index.
 */
export class Vocabulary {
  readonly #occurrences: Sql;

  constructor(db: SqlDatabase) {
    this.#occurrences = db.sql('SELECT term FROM occurrence WHERE term >= ? AND term <= ? LIMIT ?');
  }

  /** Terms from `first` to `last`, both included; at most `limit`. */
  between(first: string, last: string, limit: number): string[] {
    const terms: string[] = [];
    let from = first;
    // Terms that occur once stand side by side: reading several pays as long as all of them differ.
    let read = 1;
    while (terms.length < limit) {
      const rows = this.#occurrences.all(from, last, read);
      let previous = terms.at(-1);
      let differing = 0;
      for (const [row] of rows) {
        const term = String(row);
        if (term === previous) continue;
        differing += 1;
        previous = term;
        terms.push(term);
      }
      if (rows.length < read || previous === undefined) break;
      // No term has a control character, so nothing lies between this and the next one.
      from = `${previous}\u0001`;
      read = differing === rows.length ? Math.min(MAX_READ, read * 2) : 1;
    }
    return terms.slice(0, limit);
  }

  /** Whether there is any. */
  hasBetween(first: string, last: string): boolean {
    // Not `first`: libsql 0.5 answers nothing when the statement was used by `all` before.
    return this.#occurrences.all(first, last, 1).length > 0;
  }
}

/** The shapes of records that the index holds; at most `limit`. */
export function listShapes(db: SqlDatabase, limit: number): string[] {
  return new Vocabulary(db).between(SHAPE_MARK, endOf(SHAPE_MARK), limit);
}
