/** A time range as the address has it: both ends as typed, empty for open. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** A range that a person picks by name. */
export interface TimePreset extends TimeRange {
  readonly label: string;
}

const last = (from: string, label: string): TimePreset => ({ from, to: '', label: `Last ${label}` });

export const TIME_PRESETS: readonly TimePreset[] = [
  last('-5m', '5 minutes'),
  last('-15m', '15 minutes'),
  last('-30m', '30 minutes'),
  last('-1h', '1 hour'),
  last('-4h', '4 hours'),
  last('-12h', '12 hours'),
  last('-24h', '24 hours'),
  last('-2d', '2 days'),
  last('-7d', '7 days'),
  last('-30d', '30 days'),
  last('-90d', '90 days'),
  { from: '', to: '', label: 'All time' },
];

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const UNIT_NAMES: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };
const RELATIVE = /^(?:now|(?:now)?-((?:\d{1,9}[smhdw])+))$/;

/** Milliseconds before now that a relative time means; undefined for any other text. */
function relativeBackMs(text: string): number | undefined {
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const parts = (match[1] ?? '').match(/\d+[smhdw]/g) ?? [];
  return parts.reduce((sum, part) => sum + Number(part.slice(0, -1)) * (UNIT_MS[part.slice(-1)] ?? 0), 0);
}

/** Whether this is a time before now such as `-15m`, `-1h30m` or `now`. */
export function isRelative(text: string): boolean {
  return RELATIVE.test(text);
}

/** A point in time in epoch milliseconds; undefined when it is empty or cannot be read. */
export function timeToMs(text: string, nowMs: number): number | undefined {
  const backMs = relativeBackMs(text);
  if (backMs !== undefined) return nowMs - backMs;
  const ms = Date.parse(text);
  return text === '' || Number.isNaN(ms) ? undefined : ms;
}

/** Which zone times are shown in: the browser's, or UTC. */
export type ZoneName = 'local' | 'utc';

/** The name of a zone for people and for the API: `Europe/Berlin`. */
export function zoneId(zone: ZoneName): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A zone with its distance from UTC, as a person reads it: `Europe/Berlin (UTC+1)`. */
export function zonedName(zone: ZoneName): string {
  if (zone === 'utc') return 'UTC';
  const minutes = -new Date().getTimezoneOffset();
  const hours = String(Math.floor(Math.abs(minutes) / 60));
  const rest = minutes % 60 === 0 ? '' : `:${two(Math.abs(minutes % 60))}`;
  return `${zoneId(zone)} (UTC${minutes < 0 ? '-' : '+'}${hours}${rest})`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-23 17:28:01.123`; without milliseconds when they are zero and `short` is set. */
export function formatTime(ms: number, zone: ZoneName, { short = false } = {}): string {
  const date = new Date(zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
  const text = date.toISOString().replace('T', ' ').slice(0, -1);
  return short ? text.replace(/\.000$/, '').replace(/:00$/, '') : text;
}

/**
 * What a person typed into a field of time: relative (`-15m`), with an offset, or a date with or without a time, which is then in
 * the zone that is shown. Gives what goes into the address; undefined when it cannot be read.
 */
export function readTyped(typed: string, zone: ZoneName): string | undefined {
  const text = typed.trim();
  if (text === '' || isRelative(text)) return text;
  const plain = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?$/.exec(text);
  if (plain === null) {
    const ms = /(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  }
  const day = plain[1] ?? '';
  const ms = Date.parse(`${day}T${plain[2] ?? '00:00'}${zone === 'utc' ? 'Z' : ''}`);
  // 30 February would roll over.
  return Number.isNaN(ms) || !formatTime(ms, zone).startsWith(day) ? undefined : new Date(ms).toISOString();
}

/** A range in words: `Last 15 minutes`, `2026-11-23 10:00 to 11:30`. */
export function describeRange({ from, to }: TimeRange, zone: ZoneName): string {
  if (to === '') {
    const preset = TIME_PRESETS.find((each) => each.from === from && each.to === '');
    if (preset) return preset.label;
    const single = /^(?:now)?-(\d+)([smhdw])$/.exec(from);
    if (single) return `Last ${single[1] ?? ''} ${UNIT_NAMES[single[2] ?? ''] ?? ''}${single[1] === '1' ? '' : 's'}`;
  }
  const [begin, end] = [describeTime(from, zone), describeTime(to, zone)];
  if (from === '') return `Until ${end}`;
  if (to === '') return `Since ${begin}`;
  const sameDay = begin.slice(0, 10) === end.slice(0, 10) && begin.length > 10;
  return `${begin} to ${sameDay ? end.slice(11) : end}`;
}

function describeTime(text: string, zone: ZoneName): string {
  if (isRelative(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : formatTime(ms, zone, { short: true });
}

/** Twice as long around the same middle, but not beyond now. `span` is what the range covers at the moment. */
export function zoomedOut(span: { readonly fromMs: number; readonly toMs: number }, nowMs: number): TimeRange {
  const width = Math.max(span.toMs - span.fromMs, 1000);
  const toMs = span.toMs + width / 2;
  const fromMs = span.fromMs - width / 2 - Math.max(0, toMs - nowMs);
  return { from: new Date(Math.max(0, fromMs)).toISOString(), to: toMs >= nowMs ? '' : new Date(toMs).toISOString() };
}

/** A range from two points of the histogram, whichever was first. */
export function rangeBetween(aMs: number, bMs: number): TimeRange {
  const [fromMs, toMs] = aMs <= bMs ? [aMs, bMs] : [bMs, aMs];
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
