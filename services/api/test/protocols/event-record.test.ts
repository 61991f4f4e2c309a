import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseJsonTree } from '@paylog/shared/record/json-tree';
import { RecordPreparer, recordContext } from '@paylog/shared/record/prepare';
import { randomJson, serialize } from '../../../../shared/test/record/random-json.ts';
import { Random } from '../../../../shared/test/record/support.ts';
import { eventRecord, membersOf, plainRecord, type Known } from '../../src/protocols/event-record.ts';

const LIMITS = { maxDepth: 100, maxKeys: 10_000 };
const NOTHING: Known = { fields: new Map(), attributes: [] };
const KNOWN: Known = {
  timestamp: '2026-11-20T08:00:00.000000000Z',
  fields: new Map([
    ['service', { name: 'service_name', value: 'beside' }],
    ['level', { name: 'level', value: 'warn' }],
    ['host', { name: 'host', value: 'h1' }],
  ]),
  attributes: [['job', '"j"']],
};

function written(event: string | object, known: Known = NOTHING, message?: string): unknown {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  const root = parseJsonTree(text, LIMITS);
  assert.ok(root.kind === 'object');
  return JSON.parse(eventRecord(text, membersOf(root), known, message));
}

describe('a record of an event', () => {
  it('says under canonical names what can be said so, and the rest under attributes', () => {
    const event = {
      msg: 'm',
      severity: 40,
      traceId: '0AF7651916CD43DD8448EB211C80319C',
      http: { method: 'GET' },
      a: null,
      b: [1],
    };
    assert.deepEqual(written(event), {
      message: 'm',
      level: 'warn',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      http: { method: 'GET' },
      attributes: { a: null, b: [1] },
    });
  });

  it('the event goes before what is known beside it, but for the time', () => {
    const event = { message: 'm', service: { name: 'own' }, level: 'error', time: 1, host: { ip: '::1' } };
    assert.deepEqual(written(event, KNOWN), {
      message: 'm',
      timestamp: '2026-11-20T08:00:00.000000000Z',
      service: { name: 'own' },
      level: 'error',
      host: 'h1',
      attributes: { time: 1, host: { ip: '::1' }, job: 'j', service_name: 'beside', level: 'warn' },
    });
  });

  it('no name is there twice', () => {
    const event = {
      message: 'm',
      job: 'own',
      attributes: { job: 'inner', x: 1 },
      x: 2,
      service: 5,
      'service.name': {},
    };
    assert.deepEqual(written(event, KNOWN), {
      message: 'm',
      timestamp: '2026-11-20T08:00:00.000000000Z',
      service: 'beside',
      level: 'warn',
      host: 'h1',
      'service.name': {},
      attributes: { job: 'inner', x: 1, 'job~2': 'own', 'x~2': 2, service: 5, 'job~3': 'j' },
    });
  });

  it('plain text', () => {
    assert.deepEqual(JSON.parse(plainRecord('a "b"\n', NOTHING)), { message: 'a "b"\n' });
    assert.deepEqual(JSON.parse(plainRecord('m', KNOWN)), {
      message: 'm',
      timestamp: '2026-11-20T08:00:00.000000000Z',
      service: 'beside',
      level: 'warn',
      host: 'h1',
      attributes: { job: 'j' },
    });
  });

  it('of any event: JSON without a repeated name, whose scalars are all somewhere', () => {
    const random = new Random(11);
    const names = [
      'message',
      'msg',
      'level',
      'severity',
      'service',
      'service.name',
      'host',
      'hostname',
      'time',
      'trace_id',
      'id',
      'error',
      'http',
    ];
    const preparer = new RecordPreparer({ maxBytes: 1_000_000, maxDepth: 50, maxKeys: 5000 });
    const context = recordContext({
      dataSet: 'd',
      receivedAt: '2026-11-20T08:00:01.234Z',
      idFor: () => 'x',
      service: 's',
    });
    let accepted = 0;
    for (let round = 0; round < 2000; round += 1) {
      const members = random.times(random.below(7), () => {
        const name = random.chance(0.7) ? random.pick(names) : random.pick(['a', 'attributes', '__proto__', 'x.y']);
        return `${JSON.stringify(name)}:${serialize(randomJson(random, 2), random)}`;
      });
      const text = `{${members.join(',')}}`;
      const root = parseJsonTree(text, LIMITS);
      assert.ok(root.kind === 'object');
      const record = eventRecord(text, membersOf(root), random.chance(0.5) ? KNOWN : NOTHING, 'whole');
      JSON.parse(record);
      const top = parseJsonTree(record, LIMITS);
      assert.ok(top.kind === 'object');
      assert.equal(new Set(top.members.map(({ key }) => key)).size, top.members.length, `${text} ${record}`);
      for (const { key, value } of root.members.filter(
        (member, at) => root.members.findLastIndex(({ key: other }) => other === member.key) === at,
      )) {
        const token = text.slice(value.start, value.end);
        if (value.kind !== 'number' || ['level', 'severity', 'time'].includes(key)) continue;
        assert.ok(record.includes(token), `${key} of ${text} is lost in ${record}`);
      }
      if (preparer.prepare(record, record.length, 0, context).ok) accepted += 1;
    }
    assert.ok(accepted > 800, String(accepted));
  });
});
