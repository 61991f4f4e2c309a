import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FieldSample } from '../../src/explore/field-sample.ts';
import { hitOf } from './story-records.ts';

const sampleOf = (...records: readonly object[]): FieldSample => {
  const sample = new FieldSample();
  for (const record of records) sample.add(hitOf({ at: 0, id: 'x', ...record }).source);
  return sample;
};

const field = (sample: FieldSample, name: string): unknown[] => {
  const found = sample.fields().find((each) => each.name === name);
  return found ? [found.type, found.share, found.examples] : [];
};

describe('a sample of fields', () => {
  it('tells of known fields, whether records have them or not', () => {
    const sample = sampleOf(
      { payment: { amount_minor: 100, status: 'captured' }, level: 'WARN' },
      { payment: { amount_minor: 200 }, level: 'warn', error: null },
    );
    assert.equal(sample.size, 2);
    assert.deepEqual(field(sample, 'payment.amount_minor'), ['number', 1, ['100', '200']]);
    assert.deepEqual(field(sample, 'payment.status'), ['keyword', 0.5, ['captured']]);
    assert.deepEqual(field(sample, 'level'), ['keyword', 1, ['warn']]);
    assert.deepEqual(field(sample, 'error.stack'), ['text', 0, []]);
    assert.deepEqual(field(sample, 'timestamp'), ['time', 1, ['2026-11-20T08:00:00.000000000Z']]);
    assert.deepEqual(field(sample, 'data_set'), ['keyword', 1, ['main']]);
    assert.deepEqual(sample.fields()[0]?.name, 'message');
    assert.deepEqual(sample.fields().find(({ name }) => name === 'service')?.aliases, ['service.name']);
    assert.deepEqual(field(new FieldSample(), 'level'), ['keyword', 0, []]);
  });

  it('finds attributes at any depth, numbers among them', () => {
    const sample = sampleOf(
      { attributes: { attempt: 1, mixed: 1, cart: { items: [{ sku: 'a' }, { sku: 'b' }] }, ok: true, nothing: null } },
      { attributes: { attempt: 2, mixed: 'x', list: [1, 2, [3]] } },
    );
    assert.deepEqual(field(sample, 'attributes.attempt'), ['number', 1, ['1', '2']]);
    assert.deepEqual(field(sample, 'attributes.mixed'), ['keyword', 1, ['1', 'x']]);
    assert.deepEqual(field(sample, 'attributes.cart.items.sku'), ['keyword', 0.5, ['a', 'b']]);
    assert.deepEqual(field(sample, 'attributes.ok'), ['keyword', 0.5, ['true']]);
    assert.deepEqual(field(sample, 'attributes.list'), ['number', 0.5, ['1', '2', '3']]);
    assert.deepEqual(field(sample, 'attributes.nothing'), []);
  });

  it('is bounded', () => {
    const wild = Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`k${index}`, 'v']));
    const sample = sampleOf({ attributes: { common: 'v', ...wild } }, { attributes: { common: 'v' } });
    const attributes = sample.fields().filter(({ name }) => name.startsWith('attributes.'));
    assert.deepEqual([attributes.length, attributes[0]?.name], [500, 'attributes.common']);
    const many = sampleOf(
      ...Array.from({ length: 20 }, (_, index) => ({
        host: `h${index}`,
        logger: 'x'.repeat(200),
        message: `m${'y'.repeat(300)}`,
      })),
    );
    assert.deepEqual(field(many, 'host'), ['keyword', 1, ['h0', 'h1', 'h2', 'h3', 'h4']]);
    assert.deepEqual(field(many, 'logger'), ['keyword', 1, []]);
    assert.deepEqual(field(many, 'message'), ['text', 1, [`m${'y'.repeat(98)}…`]]);
  });

  it('does not stumble over names of Object', () => {
    const sample = new FieldSample();
    sample.add('{"message":"m","service":"s","attributes":{"__proto__":{"a":"b"},"constructor":"c","toString":1}}');
    assert.deepEqual(field(sample, 'attributes.__proto__.a'), ['keyword', 1, ['b']]);
    assert.deepEqual(field(sample, 'attributes.constructor'), ['keyword', 1, ['c']]);
  });
});
