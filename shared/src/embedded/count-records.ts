import type { MatchReader } from './match-reader.ts';
import type { SearchPlan } from './search-plan.ts';
import { verifiedMatches } from './verify-matches.ts';

/** Number of records that match, at most `bound`; the newest are counted first. */
export async function countRecords(reader: MatchReader, plan: SearchPlan, bound: number): Promise<number> {
  let count = 0;
  for (const piece of plan.pieces.toReversed()) {
    if (count >= bound) break;
    if (piece.certain.op !== 'none') count += await reader.count(piece.certain, piece, bound - count);
    if (piece.uncertain.op === 'none' || count >= bound) continue;
    const rest = verifiedMatches(reader, piece.uncertain, piece, 'desc', plan.test);
    while (count < bound && (await rest.next()).done !== true) count += 1;
  }
  return count;
}
