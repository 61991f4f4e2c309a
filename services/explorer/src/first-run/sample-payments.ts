import { SamplePayment, type SampleRecord } from './sample-payment.ts';
import { SampleRandom } from './sample-random.ts';
import { STORIES, TRANSFERS } from './sample-stories.ts';
import { MERCHANTS, PROVIDERS } from './sample-world.ts';

/** Samples begin this long before their anchor, and the last of them a minute before it. */
const WINDOW_MS = 55 * 60_000;
const LAST_MS = 60_000;
const ANCHOR_MS = 5 * 60_000;

/** The end of the samples' time: the last full five minutes. The same anchor makes the same records, to the byte. */
export function sampleAnchor(nowMs: number): number {
  return Math.floor(nowMs / ANCHOR_MS) * ANCHOR_MS;
}

/**
 * Records of some 25 payments over the 55 minutes before `anchorMs`, oldest first. Sending them twice changes nothing, since ids and
 * contents follow from the anchor. Each is marked by `attributes.sample`.
 */
export function samplePayments(anchorMs: number): readonly SampleRecord[] {
  const random = new SampleRandom(anchorMs / ANCHOR_MS);
  const batch = (anchorMs / ANCHOR_MS).toString(36);
  const records = STORIES.flatMap((story, index) => {
    const merchant = random.of(MERCHANTS);
    const share = index / (STORIES.length - 1);
    const payment = new SamplePayment(random, {
      id: `pay_${batch}${letters(index)}`,
      merchant,
      provider: random.of(PROVIDERS),
      method: TRANSFERS.has(story) ? 'transfer' : random.of(['card', 'card', 'card', 'wallet']),
      startMs: anchorMs - WINDOW_MS + share * (WINDOW_MS - LAST_MS) + random.between(0, 20_000),
    });
    story(payment);
    return payment.records;
  });
  // What would lie in the future at the moment of sending has not happened yet.
  return records
    .filter((record) => Date.parse(record.timestamp) <= anchorMs)
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
}

/** `aa`, `ab`, ...: a name without digits. */
function letters(index: number): string {
  return String.fromCharCode(97 + Math.floor(index / 26)) + String.fromCharCode(97 + (index % 26));
}
