import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { statusChanges } from '../../src/payment/status-changes.ts';
import { step } from './support.ts';

describe('changes of status in a payment', () => {
  it('leaves out a status that the payment has already', () => {
    const statuses = ['created', 'created', undefined, 'authorizing', 'authorizing', 'created'];
    const steps = statuses.map((status, index) => step(index, status === undefined ? {} : { status }));
    const changes = statusChanges(steps).map(({ status }) => status);
    assert.deepEqual(changes, ['created', undefined, undefined, 'authorizing', undefined, 'created']);
    assert.equal(statusChanges(steps)[0], steps[0]);
  });
});
