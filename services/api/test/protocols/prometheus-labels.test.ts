import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseLabels } from '../../src/protocols/prometheus-labels.ts';
import { Random } from '../../../../shared/test/record/support.ts';

const parsed = (text: string): Record<string, string> | undefined => {
  const labels = parseLabels(text);
  return labels && Object.fromEntries(labels);
};

describe('labels of a stream', () => {
  it('are read as Prometheus and Loki write them', () => {
    assert.deepEqual(parsed('{}'), {});
    assert.deepEqual(parsed('{job="api"}'), { job: 'api' });
    assert.deepEqual(parsed(' { job = "api" , env="prod", } '), { job: 'api', env: 'prod' });
    assert.deepEqual(parsed('{path="C:\\\\logs", say="\\"hi\\"", lines="a\\nb\\tc"}'), {
      path: 'C:\\logs',
      say: '"hi"',
      lines: 'a\nb\tc',
    });
    assert.deepEqual(parsed('{u="\\u00e9\\U0001F600\\x41\\101", utf8="日本", empty=""}'), {
      u: 'é😀AA',
      utf8: '日本',
      empty: '',
    });
    assert.deepEqual(parsed('{re=`a\\d"b`, "quoted.name"="x"}'), { re: 'a\\d"b', 'quoted.name': 'x' });
    assert.deepEqual(parsed('{a="1",a="2"}'), { a: '2' }, 'the last of equal names');
    assert.deepEqual(parsed('{braces="{},=",comma=","}'), { braces: '{},=', comma: ',' });
  });

  it('are nothing else', () => {
    const wrong = [
      '',
      'job="api"',
      '{job="api"',
      '{job="api"} x',
      '{job=api}',
      '{job:"api"}',
      '{="x"}',
      '{a="1" b="2"}',
    ];
    const escapes = ['{a="\\q"}', '{a="\\x4"}', '{a="\\xff"}', '{a="\\ud800"}', '{a="\\U00110000"}', '{a="\\377"}'];
    for (const text of [...wrong, ...escapes, '{a="line\nfeed"}', '{a="say "hi""}', '{,}', '{a="1",,b="2"}']) {
      assert.equal(parsed(text), undefined, text);
    }
  });

  it('come back as they were, whatever they hold', () => {
    const random = new Random(4);
    const character = (): string =>
      random.pick(['a', '"', '\\', '\n', '\t', '{', '}', ',', '=', 'é', '😀', '\u0001', "'"]);
    for (let round = 0; round < 2000; round += 1) {
      const pairs = random.times(random.below(4), () => [
        `n${random.below(9)}`,
        random.times(random.below(8), character).join(''),
      ]);
      // JSON's escapes are a part of Go's.
      const text = `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
      assert.deepEqual(parsed(text), Object.fromEntries(pairs), text);
    }
  });

  it('are read in linear time, whatever they are', () => {
    for (const part of ['\\"', '"', '{', ' ', 'a="', '`', '\\x', '\\u0041,', 'a="b",']) {
      const started = performance.now();
      parseLabels(`{a="${part.repeat(200_000)}`);
      parseLabels(`{${part.repeat(200_000)}`);
      assert.ok(performance.now() - started < 2000, part);
    }
  });
});
