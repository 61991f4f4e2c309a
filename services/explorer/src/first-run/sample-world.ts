/**
 * The platform that the sample payments come from: seven services, four merchants, three providers. All of it is made up; nothing in
 * it looks like a card number.
 */

/** A shop. */
export interface SampleMerchant {
  readonly id: string;
  readonly currency: string;
  /** Usual amounts, in minor units. */
  readonly amounts: readonly number[];
}

export const MERCHANTS: readonly SampleMerchant[] = [
  { id: 'mrc_bookshop', currency: 'EUR', amounts: [1290, 2495, 3980, 5140] },
  { id: 'mrc_sneakers', currency: 'USD', amounts: [8900, 12900, 15950, 24900] },
  { id: 'mrc_teahouse', currency: 'JPY', amounts: [1800, 3200, 5400, 12800] },
  { id: 'mrc_souk', currency: 'KWD', amounts: [4250, 9900, 18500] },
];

export const PROVIDERS: readonly string[] = ['nordpay', 'alpenbank', 'harborpay'];

/** Services with the machines that they run on. */
export const HOSTS: Readonly<Record<string, readonly string[]>> = {
  'checkout-api': ['checkout-a', 'checkout-b'],
  'payment-api': ['payment-a', 'payment-b', 'payment-c'],
  'risk-engine': ['risk-a'],
  'provider-gateway': ['gateway-a', 'gateway-b'],
  ledger: ['ledger-a'],
  'webhook-sender': ['webhook-a'],
  notifications: ['notify-a'],
};

/** Stack traces of the errors that happen here. */
export const STACKS: Readonly<Record<string, string>> = {
  ProviderTimeoutError: [
    'ProviderTimeoutError: no answer from the provider in time',
    '    at ProviderClient.authorize (/srv/gateway/src/provider-client.ts:88:13)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    '    at async AttemptRunner.run (/srv/gateway/src/attempt-runner.ts:41:22)',
    '    at async /srv/gateway/src/http/authorize-route.ts:27:18',
  ].join('\n'),
  ProviderUnavailableError: [
    'ProviderUnavailableError: the provider answered 503',
    '    at ProviderClient.readAnswer (/srv/gateway/src/provider-client.ts:131:11)',
    '    at async AttemptRunner.run (/srv/gateway/src/attempt-runner.ts:41:22)',
    '    at async /srv/gateway/src/http/authorize-route.ts:27:18',
  ].join('\n'),
  WebhookRefusedError: [
    'WebhookRefusedError: the merchant answered 500',
    '    at deliver (/srv/webhook/src/deliver.ts:63:9)',
    '    at async WebhookWorker.next (/srv/webhook/src/webhook-worker.ts:29:7)',
  ].join('\n'),
  DeadlockDetected: [
    'com.example.ledger.DeadlockDetected: could not serialize access due to concurrent update',
    '\tat com.example.ledger.Postings.book(Postings.java:142)',
    '\tat com.example.ledger.LedgerService.capture(LedgerService.java:77)',
    'Caused by: org.postgresql.util.PSQLException: ERROR: deadlock detected',
    '\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2734)',
    '\t... 12 more',
  ].join('\n'),
};
