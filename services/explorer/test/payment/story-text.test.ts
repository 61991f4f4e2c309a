import assert from 'node:assert/strict';
import { storyText } from '../../src/payment/story-text.ts';
import { step, story } from './support.ts';

describe('story of a payment as text', () => {
  it('says what a ticket needs', () => {
    const text = storyText(
      story(
        [
          step(0, { service: 'checkout', message: 'payment created', status: 'created' }),
          step(250, {
            service: 'gateway',
            level: 'error',
            message: 'authorization\n failed',
            duration_ms: 200,
            error: { type: 'ProviderTimeout', message: 'no answer in 200 ms' },
          }),
          step(40_250, { service: 'checkout', message: 'payment declined', status: 'declined' }),
        ],
        {
          outcome: 'failed',
          status: 'declined',
          gaps: [{ from: '', to: '', duration_ms: 40_000, after_id: 'r-250', before_id: 'r-40250' }],
          statuses: [{ status: 'declined', at: '', offset_ms: 40_250, service: 'checkout', id: 'r-40250' }],
        },
      ),
      'http://localhost:8000/?view=payment%3Apay_1',
    ).replaceAll('\u00a0', ' ');
    assert.match(text, /^Payment pay_1: failed \(declined\)\n/);
    assert.match(text, /EUR.*49[.,]90.*merchant mrc_7, card, nordpay|49[.,]90.*EUR.*merchant mrc_7, card, nordpay/);
    assert.match(text, /3 records, 1 error\n/);
    assert.match(
      text,
      /\+250 ms +gateway +ERROR +authorization failed \[took 200 ms; ProviderTimeout: no answer in 200 ms\]/,
    );
    assert.match(text, /\.\.\. 40 s without records/);
    assert.match(text, /Statuses: declined \+40.3 s/);
    assert.ok(text.endsWith('http://localhost:8000/?view=payment%3Apay_1\n'));
  });

  it('is bounded', () => {
    const steps = Array.from({ length: 500 }, (_, index) => step(index));
    const text = storyText(story(steps), 'link');
    assert.ok(text.split('\n').length < 220);
    assert.match(text, /and 300 more records/);
  });
});
