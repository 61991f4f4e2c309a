import type { Level } from '@paylog/shared/record/level';
import type { Style, StyleName } from '../output/style.ts';
import { visible } from '../output/visible.ts';
import type { RecordView } from './record-view.ts';

const STYLES: Readonly<Record<Level, StyleName>> = {
  trace: 'quiet',
  debug: 'quiet',
  info: 'good',
  warn: 'warning',
  error: 'bad',
  fatal: 'worst',
};

const TIME_WIDTH = 24;
const LEVEL_WIDTH = 5;

/** Names of the columns, above records with services of this width. */
export function recordHead(style: Style, serviceWidth: number): string {
  return style(
    'strong',
    `${'TIME'.padEnd(TIME_WIDTH)} ${'LEVEL'.padEnd(LEVEL_WIDTH)} ${'SERVICE'.padEnd(serviceWidth)} MESSAGE`,
  );
}

/** One record on one line. */
export function recordLine({ time, level, service, message }: RecordView, style: Style, serviceWidth: number): string {
  return [
    style('quiet', time.padEnd(TIME_WIDTH)),
    style(STYLES[level], level.padEnd(LEVEL_WIDTH)),
    visible(service).padEnd(serviceWidth),
    visible(message),
  ].join(' ');
}

/** Width of the column of services: that of the widest, within reason. */
export function serviceWidthOf(views: readonly RecordView[]): number {
  return Math.max(7, ...views.map(({ service }) => Math.min(24, service.length)));
}
