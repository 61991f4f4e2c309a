import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { levelFromOtelNumber, LEVELS, levelsFrom, parseLevel } from '../../src/record/level.ts';

const NAMES: Readonly<Record<string, string>> = {
  trace: 'trace silly verbose finest finer',
  debug: 'debug dbg fine config',
  info: 'info information informational notice default log',
  warn: 'warn warning',
  error: 'error err severe failure',
  fatal: 'fatal critical crit alert emergency emerg panic off',
};

describe('parseLevel', () => {
  it('knows the names that loggers, syslog and clouds use, in any case', () => {
    for (const [level, names] of Object.entries(NAMES)) {
      for (const name of names.split(' ')) {
        for (const form of [name, name.toUpperCase(), ` ${name} `, name.charAt(0).toUpperCase() + name.slice(1)]) {
          assert.equal(parseLevel(form), level, form);
        }
      }
    }
  });

  it('reads numbers as pino, then syslog, then OpenTelemetry', () => {
    const expected: Readonly<Record<number, string>> = {
      // syslog severities
      ...{ 0: 'fatal', 1: 'fatal', 2: 'fatal', 3: 'error', 4: 'warn', 5: 'info', 6: 'info', 7: 'debug' },
      // what only OpenTelemetry uses; 10 and 20 are pino's
      ...{ 8: 'debug', 9: 'info', 10: 'trace', 11: 'info', 12: 'info', 13: 'warn', 16: 'warn', 17: 'error' },
      ...{ 18: 'error', 19: 'error', 20: 'debug', 21: 'fatal', 24: 'fatal' },
      ...{ 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' },
    };
    for (const [number, level] of Object.entries(expected)) {
      assert.equal(parseLevel(Number(number)), level, number);
      assert.equal(parseLevel(number), level, `"${number}"`);
    }
  });

  it('refuses everything else', () => {
    for (const value of ['', 'loud', 'warnings', '999', '-1', '1.5', 'constructor', '__proto__', 'toString'])
      assert.equal(parseLevel(value), undefined, value);
    for (const value of [-1, 25, 35, 61, 70, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(parseLevel(value), undefined, String(value));
  });
});

describe('levelFromOtelNumber', () => {
  it('follows the table of the log data model', () => {
    const levels = Array.from({ length: 24 }, (_, index) => levelFromOtelNumber(index + 1));
    assert.deepEqual(
      levels,
      LEVELS.flatMap((level) => [level, level, level, level]),
    );
    for (const value of [0, 25, -1, 1.5]) assert.equal(levelFromOtelNumber(value), undefined);
  });
});

describe('levelsFrom', () => {
  it('lists the levels at least as severe', () => {
    assert.deepEqual(levelsFrom('warn'), ['warn', 'error', 'fatal']);
    assert.deepEqual(levelsFrom('trace'), LEVELS);
    assert.deepEqual(levelsFrom('fatal'), ['fatal']);
  });
});
