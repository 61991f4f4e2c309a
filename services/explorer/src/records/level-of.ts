import { type Level, parseLevel } from '@paylog/shared/record/level';

/** The level of a record; one that says none is of level info, as the API counts it. */
export function levelOf(level: string | number | undefined): Level {
  return (level === undefined ? undefined : parseLevel(level)) ?? 'info';
}
