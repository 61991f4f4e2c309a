import { clock, count, size } from '../output/numbers.ts';

/** How far a send has come, at one moment. */
export interface ProgressSnapshot {
  /** Bytes of the input that are done, and all; undefined when that is not known. */
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly lines: number;
  readonly rejected: number;
  /** Of the last seconds. */
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Why nothing moves. */
  readonly waiting: string | undefined;
}

const MAX_BAR = 30;
const MIN_BAR = 10;

/** Seconds until the end at the current rate; undefined when nobody can know. */
export function secondsLeft({ doneBytes, totalBytes, bytesPerSecond }: ProgressSnapshot): number | undefined {
  if (totalBytes === undefined || bytesPerSecond <= 0) return undefined;
  return Math.max(0, totalBytes - doneBytes) / bytesPerSecond;
}

/** `43%  430,000 lines  12,345 lines/s  5.1 MB/s  ETA 0:12  3 rejected` */
export function progressText(snapshot: ProgressSnapshot): string {
  const { doneBytes, totalBytes, lines, rejected, linesPerSecond, bytesPerSecond, waiting } = snapshot;
  const left = secondsLeft(snapshot);
  return [
    ...(totalBytes === undefined ? [] : [`${Math.floor((totalBytes === 0 ? 1 : doneBytes / totalBytes) * 100)}%`]),
    `${count(lines)} lines`,
    `${count(linesPerSecond)} lines/s`,
    `${size(Math.round(bytesPerSecond))}/s`,
    ...(left === undefined ? [] : [`ETA ${clock(left)}`]),
    ...(rejected === 0 ? [] : [`${count(rejected)} rejected`]),
    ...(waiting === undefined ? [] : [waiting]),
  ].join('  ');
}

/** The same with a bar in front, never longer than the terminal is wide. */
export function progressBar(snapshot: ProgressSnapshot, columns: number): string {
  const text = progressText(snapshot);
  const { doneBytes, totalBytes } = snapshot;
  const room = Math.min(MAX_BAR, columns - text.length - 5);
  if (totalBytes === undefined || totalBytes === 0 || room < MIN_BAR) return text.slice(0, Math.max(1, columns - 1));
  const filled = Math.min(room, Math.floor((doneBytes / totalBytes) * room));
  const head = filled < room ? '>' : '';
  return `[${`${'='.repeat(filled)}${head}`.slice(0, room).padEnd(room)}]  ${text}`;
}
