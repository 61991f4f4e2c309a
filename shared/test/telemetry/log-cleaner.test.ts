import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'mocha';
import { createLogCleaner } from '../../src/telemetry/log-cleaner.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const PAN = '4111111111111111';

describe('createLogCleaner', () => {
  const clean = createLogCleaner(['s3cr/et "x"', 'abc']);

  it('masks secret settings in every notation', () => {
    for (const text of [
      'login s3cr/et "x" refused',
      `at ${encodeURIComponent('s3cr/et "x"')}`,
      `in ${JSON.stringify({ it: 's3cr/et "x"' })}`,
      `as ${Buffer.from('s3cr/et "x"').toString('base64')}`,
    ]) {
      assert.match(clean(text), /^\S+ .*\*\*\*/);
      assert.doesNotMatch(clean(text), /s3cr|czNjci9ldC|c2VjcmV0/);
    }
    assert.equal(clean('abc stays: too short to be told from a word'), 'abc stays: too short to be told from a word');
  });

  it('masks what the words around it call a secret', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['GET https://elastic:p@ss@node:9200/_bulk', 'GET https://***@node:9200/_bulk'],
      ['redis://user@host/0', 'redis://***@host/0'],
      ['Authorization: Basic ZWxhc3RpYzpjaGFuZ2VtZQ==', 'Authorization: Basic ***'],
      ['sent Bearer eyJhbGciOi.abc123.x', 'sent Bearer ***'],
      ['sasl failed: password=hunter22, user=u', 'sasl failed: password=***, user=u'],
      ['{"api_key": "a b c", "n": 1}', '{"api_key": ***, "n": 1}'],
      [String.raw`{\"password\":\"hunter2\"} refused`, String.raw`{\"password\":***} refused`],
    ];
    for (const [text, expected] of cases) {
      assert.equal(clean(text), expected);
      assert.equal(clean(expected), expected);
    }
  });

  it('takes time in proportion to the text, whatever it says', () => {
    // 64 KiB of words that might each begin a URL: with the square of that the process would stand still for a second.
    const text = `${'a.'.repeat(32_000)}@`;
    const since = process.cpuUsage();
    assert.equal(clean(text), text);
    const { user } = process.cpuUsage(since);
    assert.ok(user < 400_000, `${String(user)} us`);
  });

  it('masks card data', () => {
    assert.equal(clean(`card ${PAN} cvv 123`), 'card 411111******1111 cvv [REDACTED]');
  });

  it('leaves other texts alone', () => {
    for (const text of [
      'basic authentication failed',
      'connect ECONNREFUSED 127.0.0.1:9092',
      'mail me@example.com about https://example.com/a?b=c@d',
      'Unexpected token } in JSON at position 17',
      'topic logs-2026.11.23, offset 1763919960000',
    ]) {
      assert.equal(clean(text), text);
    }
  });
});

describe('createLogger, redacting', () => {
  it('shows no card data and no secret, wherever it stands', () => {
    const destination = new PassThrough();
    const logger = createLogger({ level: 'debug', service: 'x', destination, secrets: ['hunter2hunter2'] });
    const root = new Error(`upstream said: card ${PAN}, cvv: 123`);
    logger.error(`message with ${PAN}`, {
      error: new Error('connect https://elastic:changeme@node:9200 failed', { cause: root }),
      number: Number(PAN),
      big: BigInt(PAN),
      cvv: 123,
      nested: { card: { security_code: '999' }, list: [`x ${PAN}`] },
      [`key ${PAN}`]: 1,
      text: `${'y'.repeat(4090)} ${PAN}`,
      sasl: 'hunter2hunter2',
    });
    const text = String(destination.read());
    assert.doesNotMatch(text, /4111111111|changeme|hunter2|"999"|cvv: 123|"cvv":123/);
    assert.match(text, /411111\*{6}1111/);
    assert.ok(JSON.parse(text));
  });
});
