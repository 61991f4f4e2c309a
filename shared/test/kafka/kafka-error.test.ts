import assert from 'node:assert/strict';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import {
  KafkaAnswerError,
  classifyPublishError,
  describeKafkaError,
  findApiCode,
  isMembershipError,
} from '@paylog/shared/kafka/kafka-error';

describe('Kafka errors', () => {
  const outcomes: readonly (readonly [code: number, status: string, reason: string])[] = [
    [10, 'rejected', 'too_large'],
    [18, 'rejected', 'too_large'],
    [17, 'rejected', 'not_allowed'],
    [29, 'rejected', 'not_allowed'],
    [87, 'rejected', 'not_allowed'],
    [56, 'retryable', 'overloaded'],
    [89, 'retryable', 'overloaded'],
    [3, 'retryable', 'unavailable'],
    [6, 'retryable', 'unavailable'],
    [19, 'retryable', 'unavailable'],
    [58, 'retryable', 'unavailable'],
    [-1, 'retryable', 'unavailable'],
  ];
  for (const [code, status, reason] of outcomes)
    it(`makes ${status}/${reason} of code ${String(code)}`, () => {
      assert.deepEqual(classifyPublishError(new KafkaAnswerError(code, 'why')), { status, reason, message: 'why' });
    });

  it('finds the code in causes and in aggregates', () => {
    const cause = Object.assign(new Error('too large'), { code: 10 });
    assert.equal(findApiCode(new Error('outer', { cause })), 10);
    assert.equal(findApiCode(new AggregateError([new Error('no code'), cause])), 10);
    const wrapped = new KafkaJSNumberOfRetriesExceeded(Object.assign(new KafkaJSProtocolError('x'), { code: 27 }), {
      retryCount: 1,
      retryTime: 1,
    });
    assert.ok(isMembershipError(wrapped));
    assert.equal(findApiCode(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), undefined);
    const circular = new Error('circle');
    circular.cause = circular;
    assert.equal(findApiCode(circular), undefined);
  });

  it('describes what happened by the innermost message', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');
    assert.equal(
      describeKafkaError(new Error('Cannot connect.', { cause: new AggregateError([refused], 'Two failed') })),
      'Cannot connect.: Two failed: connect ECONNREFUSED 127.0.0.1:1',
    );
    assert.equal(describeKafkaError('text'), 'text');
  });
});
