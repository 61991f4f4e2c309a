import type { PhraseQuery, Query, RangeQuery, TimeQuery } from '../ports/query.ts';
import { messageWords } from './message-words.ts';
import { hasValue, knownValue, rangedNumber, textsOf, type JsonObject } from './record-values.ts';

/** A record that may match. */
export interface Candidate {
  readonly timestamp: string;
  readonly record: JsonObject;
}

/** Whether a query holds for a record. */
export type RecordTest = (candidate: Candidate) => boolean;

/** The query as a function: what the index cannot decide is looked up in the record itself. */
export function testOf(query: Query): RecordTest {
  switch (query.op) {
    case 'all':
      return () => true;
    case 'and': {
      const tests = query.of.map(testOf);
      return (candidate) => tests.every((test) => test(candidate));
    }
    case 'or': {
      const tests = query.of.map(testOf);
      return (candidate) => tests.some((test) => test(candidate));
    }
    case 'not': {
      const test = testOf(query.of);
      return (candidate) => !test(candidate);
    }
    case 'phrase':
      return phraseTest(query);
    case 'equals': {
      const { field } = query;
      const value = field.type === 'keyword' && field.name === 'level' ? query.value.toLowerCase() : query.value;
      return ({ record }) => textsOf(record, field).has(value);
    }
    case 'prefix': {
      const { field } = query;
      const value = field.type === 'keyword' && field.name === 'level' ? query.value.toLowerCase() : query.value;
      return ({ record }) => {
        for (const text of textsOf(record, field)) if (text.startsWith(value)) return true;
        return false;
      };
    }
    case 'exists':
      return ({ record }) => hasValue(record, query.field);
    case 'range':
      return rangeTest(query);
    case 'time':
      return timeTest(query);
  }
}

function phraseTest({ field, text, prefix }: PhraseQuery): RecordTest {
  const sought = messageWords(text);
  const last = sought.length - 1;
  if (last < 0) return () => false;
  return ({ record }) => {
    const value = knownValue(record, field.name);
    if (typeof value !== 'string') return false;
    const words = messageWords(value);
    for (let start = 0; start + last < words.length; start += 1) {
      const fits = sought.every((word, index) =>
        prefix && index === last ? words[start + index]?.startsWith(word) : words[start + index] === word,
      );
      if (fits) return true;
    }
    return false;
  };
}

function rangeTest({ field, gt, gte, lt, lte }: RangeQuery): RecordTest {
  return ({ record }) => {
    const value = rangedNumber(record, field);
    return (
      value !== undefined &&
      (gt === undefined || value > gt) &&
      (gte === undefined || value >= gte) &&
      (lt === undefined || value < lt) &&
      (lte === undefined || value <= lte)
    );
  };
}

function timeTest({ field, from, to }: TimeQuery): RecordTest {
  return ({ timestamp, record }) => {
    const time = field.name === 'timestamp' ? timestamp : receivedAt(record);
    return time !== undefined && (from === undefined || time >= from) && (to === undefined || time < to);
  };
}

/** In the 30-character form. */
function receivedAt(record: JsonObject): string | undefined {
  const value = record['received_at'];
  return typeof value === 'string' ? `${value.slice(0, -1)}000000Z` : undefined;
}
