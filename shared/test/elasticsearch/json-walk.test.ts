import assert from 'node:assert/strict';
import { skipValue, walkArray, walkObject } from '../../src/elasticsearch/json-walk.ts';
import { readSearchAnswer } from '../../src/elasticsearch/search-answer.ts';

describe('walking JSON text', () => {
  const values = [
    '1', '-1.5e400', 'true', 'null', '""', '"a"', String.raw`"\""`, String.raw`"\\"`, String.raw`"a\\\"}]"`, '{}', '[]',
    '{"a":[1,{"b":"}"}],"c":"]"}', '[[[]],{"a":{}},"[",2]', '{ "a" : [ 1 , 2 ] , "b" : "x" }', '"💳 \u2028"',
  ]; // prettier-ignore

  it('steps over any value', () => {
    for (const value of values) {
      for (const rest of ['', ',1', ']', '}', ' ,']) {
        const end = skipValue(value + rest, 0);
        assert.equal((value + rest).slice(0, end).trimEnd(), value);
      }
    }
  });

  it('steps through members and items as they stand', () => {
    const names = values.map((_, n) => `n${n}`);
    const text = `{ ${names.map((name, n) => `"${name}" : ${values[n] ?? ''}`).join(' , ')} }`;
    const members: [string, string][] = [];
    const end = walkObject(text, 0, (name, at) => {
      const valueEnd = skipValue(text, at);
      members.push([name, text.slice(at, valueEnd).trimEnd()]);
      return valueEnd;
    });
    assert.equal(end, text.length);
    assert.deepEqual(members, names.map((name, n) => [name, values[n]])); // prettier-ignore
    const array = `[${values.join(',')}]`;
    const items: string[] = [];
    walkArray(array, 0, (at) => {
      const itemEnd = skipValue(array, at);
      items.push(array.slice(at, itemEnd));
      return itemEnd;
    });
    assert.deepEqual(items, values);
  });

  it('ends with an error where the text was cut off', () => {
    const whole = `{"took":1,"hits":{"total":{"value":1,"relation":"eq"},"hits":[{"_source":{"a":[1,"x"]},"sort":["2026-11-20T00:00:00.5Z","i"]}]}}`;
    const source = '{"a":[1,"x"]}';
    assert.deepEqual(readSearchAnswer(whole).hits, [{ timestamp: '2026-11-20T00:00:00.500000000Z', id: 'i', source }]);
    for (let length = 0; length < whole.length; length += 1) {
      assert.throws(() => readSearchAnswer(whole.slice(0, length)), SyntaxError, whole.slice(0, length));
    }
  });
});
