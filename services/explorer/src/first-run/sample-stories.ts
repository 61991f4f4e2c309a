import type { SamplePayment } from './sample-payment.ts';

/** What may become of a payment; each writes its records. */
export type SampleStory = (payment: SamplePayment) => void;

function begin(payment: SamplePayment): void {
  const { random } = payment;
  payment
    .say('checkout-api', 'checkout submitted', {
      http: { method: 'POST', path: '/v2/checkout', status_code: 202 },
      attributes: {
        country: random.of(['DE', 'FR', 'US', 'JP', 'KW']),
        device: random.of(['phone', 'phone', 'desktop']),
      },
    })
    .say('payment-api', 'payment created', { status: 'created' })
    .say('payment-api', 'idempotency key is new', { level: 'debug' });
}

function assess(payment: SamplePayment, score: number): void {
  payment.say('risk-engine', `risk assessed: score ${score}`, {
    took: payment.random.between(8, 45),
    attributes: { risk_score: score, rules_hit: score > 60 ? ['velocity', 'new_device'] : [] },
  });
}

function authorize(payment: SamplePayment): void {
  const latency = payment.random.between(120, 640);
  payment
    .say('provider-gateway', `authorization sent to ${payment.provider}`)
    .say('provider-gateway', `${payment.provider} approved the authorization`, {
      took: latency,
      latency,
      http: { method: 'POST', path: '/authorizations', status_code: 200, duration_ms: latency },
      attributes: { attempt: 1, response_code: 'approved' },
    })
    .say('payment-api', 'payment authorized', { status: 'authorized' });
}

function capture(payment: SamplePayment): void {
  payment
    .wait(350)
    .say('payment-api', 'capture requested')
    .say('provider-gateway', `${payment.provider} captured the amount`, { took: payment.random.between(90, 260) })
    .say('ledger', 'two postings booked', { took: payment.random.between(4, 18) })
    .say('payment-api', 'payment captured', { status: 'captured' })
    .wait(120)
    .say('webhook-sender', 'merchant told: payment.captured', {
      took: payment.random.between(40, 180),
      http: { method: 'POST', path: '/webhooks/payments', status_code: 200 },
    })
    .say('notifications', 'receipt sent by e-mail', { level: 'debug' });
}

const paid: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(3, 38));
  authorize(payment);
  capture(payment);
};

/** The person has to confirm at the bank, and takes a while. */
const confirmedAtBank: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(42, 58));
  payment
    .say('payment-api', 'strong authentication required', { status: 'requires_action' })
    .wait(38_000)
    .newTrace()
    .say('payment-api', 'authentication result received: confirmed', {
      http: { method: 'POST', path: '/v2/payments/authentication', status_code: 200 },
    });
  authorize(payment);
  capture(payment);
};

const declined: SampleStory = (payment) => {
  const latency = payment.random.between(140, 420);
  const reason = payment.random.of(['insufficient_funds', 'do_not_honor', 'card_expired']);
  begin(payment);
  assess(payment, payment.random.between(5, 40));
  payment
    .say('provider-gateway', `authorization sent to ${payment.provider}`)
    .say('provider-gateway', `${payment.provider} declined the authorization: ${reason}`, {
      level: 'warn',
      took: latency,
      latency,
      http: { method: 'POST', path: '/authorizations', status_code: 402, duration_ms: latency },
      attributes: { attempt: 1, response_code: reason },
    })
    .say('payment-api', `payment declined: ${reason}`, { level: 'warn', status: 'declined', attributes: { reason } })
    .say('checkout-api', 'person told to use another way to pay');
};

/** The provider is slow once; the second attempt succeeds. */
const retried: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(3, 30));
  payment
    .say('provider-gateway', `authorization sent to ${payment.provider}`)
    .say('provider-gateway', `authorization failed: ${payment.provider} did not answer`, {
      level: 'error',
      took: 5_000,
      latency: 5_000,
      error: { type: 'ProviderTimeoutError', message: 'no answer from the provider in time' },
      attributes: { attempt: 1, timeout_ms: 5_000 },
    })
    .say('provider-gateway', 'authorization is tried again in 800 ms', { level: 'warn', attributes: { attempt: 2 } })
    .wait(800);
  authorize(payment);
  capture(payment);
};

/** The provider is down; all attempts fail. */
const providerDown: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(3, 30));
  for (const attempt of [1, 2, 3]) {
    const latency = payment.random.between(60, 210);
    payment
      .say('provider-gateway', `authorization sent to ${payment.provider}`, { attributes: { attempt } })
      .say('provider-gateway', `authorization failed: ${payment.provider} answered 503`, {
        level: 'error',
        took: latency,
        latency,
        http: { method: 'POST', path: '/authorizations', status_code: 503, duration_ms: latency },
        error: { type: 'ProviderUnavailableError', message: 'the provider answered 503' },
        attributes: { attempt },
      });
    if (attempt < 3) payment.wait(attempt * 1_500);
  }
  payment
    .say('payment-api', 'payment failed: no attempt left', {
      level: 'error',
      status: 'failed',
      error: { type: 'ProviderUnavailableError', message: '3 attempts failed' },
    })
    .say('webhook-sender', 'merchant told: payment.failed', { took: payment.random.between(40, 160) });
};

const blocked: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(82, 97));
  payment
    .say('risk-engine', 'payment blocked: too many payments from a new device', { level: 'warn' })
    .say('payment-api', 'payment declined: blocked by risk rules', { level: 'warn', status: 'declined' })
    .say('checkout-api', 'person told to use another way to pay');
};

/** Money that arrives minutes later. */
const transferred: SampleStory = (payment) => {
  begin(payment);
  payment
    .say('provider-gateway', `transfer announced at ${payment.provider}`, { took: payment.random.between(60, 140) })
    .say('payment-api', 'waiting for the transfer', { status: 'pending' })
    .wait(420_000)
    .newTrace()
    .say('provider-gateway', `${payment.provider} says that the transfer arrived`)
    .say('ledger', 'two postings booked', { took: payment.random.between(4, 18) })
    .say('payment-api', 'payment captured', { status: 'captured' })
    .say('webhook-sender', 'merchant told: payment.captured', { took: payment.random.between(40, 180) });
};

/** Still open: nobody has said anything for a while. */
const waiting: SampleStory = (payment) => {
  begin(payment);
  payment
    .say('provider-gateway', `transfer announced at ${payment.provider}`, { took: payment.random.between(60, 140) })
    .say('payment-api', 'waiting for the transfer', { status: 'pending' });
};

const refunded: SampleStory = (payment) => {
  paid(payment);
  payment
    .wait(540_000)
    .newTrace()
    .say('checkout-api', 'refund asked for by support', {
      http: { method: 'POST', path: '/v2/refunds', status_code: 202 },
    })
    .say('provider-gateway', `${payment.provider} took the refund`, { took: payment.random.between(150, 380) })
    .say('ledger', 'two postings reversed', { took: payment.random.between(5, 20) })
    .say('payment-api', 'payment refunded', { status: 'refunded' });
};

/** Paid, though the ledger stumbled and the merchant's server would not listen at first. */
const bumpy: SampleStory = (payment) => {
  begin(payment);
  assess(payment, payment.random.between(3, 30));
  authorize(payment);
  payment
    .wait(300)
    .say('payment-api', 'capture requested')
    .say('provider-gateway', `${payment.provider} captured the amount`, { took: payment.random.between(90, 260) })
    .say('ledger', 'postings could not be booked, trying again', {
      level: 'error',
      took: 32,
      error: { type: 'DeadlockDetected', message: 'could not serialize access due to concurrent update' },
    })
    .wait(60)
    .say('ledger', 'two postings booked', { took: payment.random.between(4, 18) })
    .say('payment-api', 'payment captured', { status: 'captured' })
    .say('webhook-sender', 'merchant did not take payment.captured', {
      level: 'warn',
      took: payment.random.between(300, 900),
      http: { method: 'POST', path: '/webhooks/payments', status_code: 500 },
      error: { type: 'WebhookRefusedError', message: 'the merchant answered 500' },
    })
    .wait(30_000)
    .say('webhook-sender', 'merchant told: payment.captured', { took: payment.random.between(40, 180) });
};

/** Stories of payments by transfer; all others are paid by card or wallet. */
export const TRANSFERS: ReadonlySet<SampleStory> = new Set([transferred, waiting]);

/** One for each sample payment, the oldest first. */
export const STORIES: readonly SampleStory[] = [
  refunded,
  paid,
  transferred,
  paid,
  declined,
  paid,
  retried,
  paid,
  confirmedAtBank,
  transferred,
  bumpy,
  paid,
  blocked,
  paid,
  declined,
  retried,
  confirmedAtBank,
  paid,
  providerDown,
  providerDown,
  paid,
  retried,
  declined,
  paid,
  waiting,
  paid,
];
