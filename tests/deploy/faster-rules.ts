/** Shorter windows would miss a scrape on a busy machine. */
const SHORTEST_WINDOW_S = 10;

/** What becomes of the minute that an accepted record has to be settled in before it counts as late: a machine is not 60 times as fast. */
const SLACK_S = 10;

/** Seconds for each unit: a minute is one. */
const SECONDS: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

/** Rules whose minutes are seconds, in every `for` and every window, and in nothing else: thresholds are those of the file. */
export function fasterRules(text: string): string {
  const seconds = (count: string, unit = 'm'): number => Number(count) * (SECONDS[unit] ?? 1);
  const window = (count: string, unit?: string): number => Math.max(SHORTEST_WINDOW_S, seconds(count, unit));
  return (
    text
      .replaceAll(' offset 1m', ` offset ${SLACK_S}s`)
      // What is settled is looked at for this minute longer.
      .replaceAll(
        /(paylog_records_settled_total)\[(\d+)m\]/g,
        (_, name: string, count: string) => `${name}[${window(String(Number(count) - 1)) + SLACK_S}s]`,
      )
      .replaceAll(/\[(\d+)([mhd])\]/g, (_, count: string, unit: string) => `[${window(count, unit)}s]`)
      .replaceAll(
        /^(\s+(?:for|keep_firing_for): )(\d+)([mhd])$/gm,
        (_, key: string, count: string, unit: string) => `${key}${seconds(count, unit)}s`,
      )
  );
}
