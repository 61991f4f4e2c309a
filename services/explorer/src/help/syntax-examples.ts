/** One thing that can be written in the query bar. */
export interface SyntaxExample {
  readonly query: string;
  readonly meaning: string;
}

/** Examples that belong together. */
export interface SyntaxGroup {
  readonly title: string;
  readonly examples: readonly SyntaxExample[];
}

/** The query language by example; each of them can be run as it stands. A test parses all of them. */
export const SYNTAX_GROUPS: readonly SyntaxGroup[] = [
  {
    title: 'Words and phrases',
    examples: [
      { query: 'declined', meaning: 'the word in the message or the error, or an id that is exactly this' },
      { query: '"no answer from the provider"', meaning: 'these words, next to each other and in this order' },
      { query: 'declin*', meaning: 'words that begin so; * stands at the end only' },
    ],
  },
  {
    title: 'Fields',
    examples: [
      { query: 'service:payment-api', meaning: 'exactly this value, in this case of letters' },
      { query: 'level:>=warn', meaning: 'warnings and worse' },
      { query: 'payment.status:(declined OR failed)', meaning: 'one of several values' },
      { query: 'payment.merchant_id:mrc_*', meaning: 'values that begin so' },
      { query: 'error.stack:*', meaning: 'records that have the field at all' },
      { query: 'error.message:"did not answer"', meaning: 'a phrase in the text of a field' },
    ],
  },
  {
    title: 'Numbers and times',
    examples: [
      { query: 'duration_ms:>500', meaning: 'more than; also >=, < and <=' },
      {
        query: 'payment.amount_minor:[1000 TO 50000]',
        meaning: 'from 10.00 to 500.00 of a currency with cents, both included',
      },
      { query: 'http.status_code:{499 TO *]', meaning: 'more than 499; { leaves the bound out, * is no bound' },
      { query: 'timestamp:>=-15m', meaning: 'the last quarter of an hour; also dates and RFC 3339 times' },
    ],
  },
  {
    title: 'Combined',
    examples: [
      { query: 'level:error service:ledger', meaning: 'both; AND may stand between them' },
      { query: 'level:error -service:ledger', meaning: 'not; NOT may stand instead of -' },
      { query: '(timeout OR deadlock) AND NOT level:debug', meaning: 'AND, OR and NOT in capitals, with parentheses' },
    ],
  },
  {
    title: 'Your own attributes',
    examples: [
      { query: 'attributes.risk_score:>80', meaning: 'numbers by range, at any depth' },
      { query: 'response_code:insufficient_funds', meaning: 'a name that is no field of its own is an attribute' },
      { query: 'attributes.sample:true', meaning: 'the sample payments' },
    ],
  },
  {
    title: 'Payments and traces',
    examples: [
      { query: 'payment.id:"pay_1"', meaning: 'all records of a payment; its story opens from any of them' },
      { query: 'trace_id:0af7651916cd43dd8448eb211c80319c', meaning: 'all records of a trace' },
    ],
  },
];
