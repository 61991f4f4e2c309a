/** What the records of the golden suite hold, as far as queries are explained by it. */
export interface GoldenShape {
  readonly '@timestamp': string;
  readonly received_at: string;
  readonly data_set: string;
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly environment?: string;
  readonly duration_ms?: number;
  readonly error?: { readonly type?: string; readonly message?: string; readonly stack?: string };
  readonly http?: { readonly path: string; readonly status_code?: number };
  readonly payment?: { readonly amount_minor?: number; readonly status?: string; readonly method?: string };
  readonly attributes?: {
    readonly shard?: number;
    readonly n?: number;
    readonly mixed?: unknown;
    readonly note?: string;
    readonly tags?: readonly string[];
    readonly items?: readonly { readonly sku: string }[];
    readonly a?: { readonly b: { readonly c: { readonly d: string; readonly e: number } } };
    readonly 'dot.ted'?: { readonly 'key.x': number };
    readonly 'with space'?: string;
    readonly ключ?: string;
    readonly service?: string;
    readonly flag?: boolean;
  };
}

/** A query of the golden suite. */
export interface GoldenQuery {
  readonly text: string;
  /** What it means, said once more without the parser. */
  readonly means?: (record: GoldenShape) => boolean;
  /** It finds no record. */
  readonly isEmpty?: true;
}

/** A number that is absent is on neither side of any other. */
const n = (value: number | undefined): number => value ?? NaN;
const has = (text: string | undefined, word: string): boolean =>
  text !== undefined && new RegExp(`(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
const level = (record: GoldenShape): string => record.level.toLowerCase();

/** With a second meaning in plain code. */
const EXPLAINED: readonly GoldenQuery[] = [
  { text: 'level:error', means: (r) => level(r) === 'error' },
  { text: 'level:(error OR fatal)', means: (r) => ['error', 'fatal'].includes(level(r)) },
  { text: 'level:>=warn', means: (r) => ['warn', 'error', 'fatal'].includes(level(r)) },
  { text: 'level:<info', means: (r) => ['trace', 'debug'].includes(level(r)) },
  { text: '-level:info', means: (r) => level(r) !== 'info' },
  { text: 'service:ledger', means: (r) => r.service === 'ledger' },
  { text: 'service:(ledger OR Ledger) level:error', means: (r) => /^ledger$/i.test(r.service) && level(r) === 'error' },
  { text: 'service:"acme: eu/1"', means: (r) => r.service === 'acme: eu/1' },
  { text: 'service:"NOT"', means: (r) => r.service === 'NOT' },
  { text: 'NOT service:NOT', means: (r) => r.service !== 'NOT' },
  { text: 'service:f*', means: (r) => r.service.startsWith('f') },
  { text: 'service:ö*', means: (r) => r.service === 'ödeme' },
  { text: 'environment:*', means: (r) => r.environment !== undefined },
  { text: 'environment:""', means: (r) => r.environment === '' },
  { text: '-environment:*', means: (r) => r.environment === undefined },
  { text: 'environment:production', means: (r) => r.environment === 'production' },
  { text: 'duration_ms:500', means: (r) => r.duration_ms === 500 },
  { text: 'duration_ms:>500', means: (r) => n(r.duration_ms) > 500 },
  { text: 'duration_ms:>=500', means: (r) => n(r.duration_ms) >= 500 },
  { text: 'duration_ms:<500', means: (r) => n(r.duration_ms) < 500 },
  { text: 'duration_ms:<=0', means: (r) => n(r.duration_ms) <= 0 },
  {
    text: 'duration_ms:[499.999 TO 500.001]',
    means: (r) => n(r.duration_ms) >= 499.999 && n(r.duration_ms) <= 500.001,
  },
  { text: 'duration_ms:{499.999 TO 500.001}', means: (r) => n(r.duration_ms) > 499.999 && n(r.duration_ms) < 500.001 },
  { text: 'duration_ms:{0 TO 1s]', means: (r) => n(r.duration_ms) > 0 && n(r.duration_ms) <= 1000 },
  { text: '-duration_ms:*', means: (r) => r.duration_ms === undefined },
  { text: '-duration_ms:>500', means: (r) => !(n(r.duration_ms) > 500) },
  {
    text: 'payment.amount_minor:[1000 TO 50000]',
    means: (r) => n(r.payment?.amount_minor) >= 1000 && n(r.payment?.amount_minor) <= 50_000,
  },
  { text: 'payment.amount_minor:0', means: (r) => r.payment?.amount_minor === 0 },
  { text: 'payment.amount_minor:<0', means: (r) => n(r.payment?.amount_minor) < 0 },
  { text: 'payment.amount_minor:999.5', means: () => false, isEmpty: true },
  { text: 'payment.amount_minor:>49999.5', means: (r) => n(r.payment?.amount_minor) >= 50_000 },
  { text: 'payment.amount_minor:>=9007199254740991', means: (r) => r.payment?.amount_minor === 9_007_199_254_740_991 },
  { text: 'http.status_code:5xx', means: (r) => Math.floor(n(r.http?.status_code) / 100) === 5 },
  { text: 'http.status_code:>=400', means: (r) => n(r.http?.status_code) >= 400 },
  { text: 'http.status_code:404.5', means: () => false, isEmpty: true },
  { text: 'http.path:"/v1/pay/"', means: (r) => r.http?.path === '/v1/pay/' },
  { text: 'http.path:"/v1/"*', means: (r) => r.http?.path.startsWith('/v1/') === true },
  { text: 'payment.status:declined', means: (r) => r.payment?.status === 'declined' },
  { text: 'payment.method:"apple pay"', means: (r) => r.payment?.method === 'apple pay' },
  { text: 'message:timeout', means: (r) => has(r.message, 'timeout') },
  { text: 'message:time*', means: (r) => /(?<![\p{L}\p{N}_])time/iu.test(r.message) },
  { text: 'message:"insufficient funds"', means: (r) => r.message.includes('insufficient funds') },
  { text: 'message:"funds insufficient"', means: () => false, isEmpty: true },
  { text: 'timeout', means: (r) => [r.message, r.error?.message, r.error?.stack].some((text) => has(text, 'timeout')) },
  { text: 'error.stack:*', means: (r) => r.error?.stack !== undefined },
  { text: 'error.type:TimeoutError', means: (r) => r.error?.type === 'TimeoutError' },
  { text: 'data_set:eu', means: (r) => r.data_set === 'eu' },
  { text: 'timestamp:2026-11-19', means: (r) => r['@timestamp'].startsWith('2026-11-19') },
  { text: 'timestamp:>2026-11-19', means: (r) => r['@timestamp'] >= '2026-11-20' },
  { text: 'timestamp:2026-11-19T10:00:00Z', means: (r) => r['@timestamp'].startsWith('2026-11-19T10:00:00') },
  {
    text: 'timestamp:[2026-11-19T10:00:00.000000001Z TO *]',
    means: (r) => r['@timestamp'] >= '2026-11-19T10:00:00.000000001Z',
  },
  { text: 'timestamp:>=-1d', means: (r) => r['@timestamp'] >= '2026-11-20T06:00:00' },
  { text: 'received_at:2026-11-20T12:00:00.001Z', means: (r) => r.received_at === '2026-11-20T12:00:00.001Z' },
  { text: 'received_at:>2026-11-20T12:00:00.000Z', means: (r) => r.received_at > '2026-11-20T12:00:00.000Z' },
  { text: 'shard:5', means: (r) => r.attributes?.shard === 5 },
  { text: 'attributes.shard:[3 TO 7}', means: (r) => n(r.attributes?.shard) >= 3 && n(r.attributes?.shard) < 7 },
  { text: 'n:5', means: (r) => r.attributes?.n === 5 },
  { text: 'n:>=1000', means: (r) => n(r.attributes?.n) >= 1000 },
  { text: 'n:"1000"', means: (r) => r.attributes?.n === 1000 },
  { text: 'n:1e3', means: (r) => r.attributes?.n === 1000 },
  { text: 'n:<-5', means: (r) => n(r.attributes?.n) < -5 },
  { text: 'n:1e-7', means: (r) => r.attributes?.n === 1e-7 },
  { text: 'mixed:true', means: (r) => r.attributes?.mixed === true || r.attributes?.mixed === 'true' },
  { text: 'mixed:05', means: (r) => r.attributes?.mixed === '05' },
  { text: 'tags:red', means: (r) => r.attributes?.tags?.includes('red') === true },
  {
    text: 'tags:(red green)',
    means: (r) => r.attributes?.tags?.includes('red') === true && r.attributes.tags.includes('green'),
  },
  { text: '-tags:red', means: (r) => r.attributes?.tags?.includes('red') !== true },
  { text: 'items.sku:sku-7', means: (r) => r.attributes?.items?.some((item) => item.sku === 'sku-7') === true },
  { text: 'a.b.c.d:deep', means: (r) => r.attributes?.a?.b.c.d === 'deep' },
  { text: 'a.b.c.e:>90', means: (r) => n(r.attributes?.a?.b.c.e) > 90 },
  { text: 'a:*', means: () => false, isEmpty: true },
  { text: 'dot.ted.key.x:2', means: (r) => r.attributes?.['dot.ted']?.['key.x'] === 2 },
  { text: 'attributes.with\\ space:"spaced 1"', means: (r) => r.attributes?.['with space'] === 'spaced 1' },
  { text: 'attributes."with space":spaced*', means: (r) => r.attributes?.['with space'] !== undefined },
  { text: 'ключ:"значение 2"', means: (r) => r.attributes?.['ключ'] === 'значение 2' },
  { text: 'attributes.service:checkout', means: (r) => r.attributes?.service === 'checkout' },
  { text: 'note:"star*"', means: (r) => r.attributes?.note === 'star*' },
  { text: 'note:"quote\\"back\\\\slash"', means: (r) => r.attributes?.note === 'quote"back\\slash' },
  { text: 'note:"line\\nbreak"', means: (r) => r.attributes?.note === 'line\nbreak' },
  { text: 'note:""', means: (r) => r.attributes?.note === '' },
  { text: `note:${'n'.repeat(1024)}`, means: (r) => r.attributes?.note === 'n'.repeat(1024) },
  { text: `note:${'n'.repeat(1025)}`, means: () => false, isEmpty: true },
  { text: 'flag:false', means: (r) => r.attributes?.flag === false },
  { text: 'nothing:*', means: () => false, isEmpty: true },
  {
    text: 'level:error -service:(ledger OR Ledger) duration_ms:>500',
    means: (r) => level(r) === 'error' && !/^ledger$/i.test(r.service) && n(r.duration_ms) > 500,
  },
  {
    text: 'service:ledger OR service:checkout level:error',
    means: (r) => r.service === 'ledger' || (r.service === 'checkout' && level(r) === 'error'),
  },
  {
    text: '(service:ledger OR service:checkout) level:error',
    means: (r) => ['ledger', 'checkout'].includes(r.service) && level(r) === 'error',
  },
  { text: 'NOT (service:ledger OR level:error)', means: (r) => r.service !== 'ledger' && level(r) !== 'error' },
];

const PLAIN: readonly string[] = [
  // Words, in every field with words at once.
  'payment', 'PAYMENT', 'payments', 'pay*', 'p*', 'card-declined', 'card', '"card declined"', 'card declined', 'declined card', '"declined card"',
  '"card decl"*', 'card-d*', '-payment', '-pay*', "don't", 'don*', 'example.com', 'user@example.com', 'settled_at', 'settled', '3.14', '3', '1,000',
  'id\\=42', '"id=42"', '42', '[warn]', '"\\"quoted\\""', 'überweisung', 'ÜBERWEISUNG', 'über*', 'zurück', 'café', 'cafe', 'caf*', 'платёж', 'ПЛАТЁЖ',
  'плат*', 'πληρωμή', 'دفع', 'भुगतान', 'ödeme', '"AND"', '"or"', '"key: value"', '"key value"', '"x/y"', 'x/y', '"C\\\\temp"', '100%', '#7', 'v2.0.1', 'null', 'true',
  'i', 'a', '"a a"', '"payment pay_7"*', 'pay_7', 'pay_7*', 'pay_70', 'tail3', '"end tail3"', '"filler words without end filler"', '-nowhere', '"card not present"',
  '"not present" -expired', 'timeout -message:timeout', 'charge', 'pay3.js', '"at charge"', '"Ledger.post"', 'ledger.post', 'failed', 'unreachable',
  // One field with words.
  'message:card', 'message:"do not honor"', 'message:(card declined)', 'message:(card OR timeout)', 'message:(card -declined)', '-message:(card OR a)', 'message:*', 
  'error.message:timeout', 'error.message:"issuer timeout"', 'error.message:"issuer s"*', 'error.message:*', '-error.message:*', 'error.stack:settle', 'error.stack_trace:"at settle"', 'error.stack:pay*',
  'error.stack:java.lang*', 'error.stack:"failed at"',
  // Exact texts.
  'service:checkout', 'service.name:fx.rates', 'service:(checkout OR webhooks OR ödeme)', 'service:check*', 'service:*', 'service:"acme: "*',
  'level:ERROR', 'level:warning', 'log.level:crit', 'level:err*', 'level:*', 'severity:30', 'level:[debug TO warn}', 'level:TRACE', 
  'id:evt-8', 'id:EVT_*', 'id:"💳"*', 'id:ž*', 'id:a\\:b\\/*', 'id:a:b/*', 'id:(evt-1 OR evt-2 OR evt-3)', 'id:*', 'event.id:9*',
  'trace_id:*', '-trace_id:*', 'trace_id:000000009e3779b1000000009e3779b1', 'trace_id:00*', 'trace_id:000000013C6EF362000000013C6EF362', 'span_id:a*', 'span_id:A*', 'request_id:req-7', 'request_id:req-7*',
  'environment:Production', 'environment:(staging OR "")', 'environment:p*', 'host:node-7.eu', 'host.name:node-1*', 'logger:com.acme.*', 'logger:root', 'data_set:main', 'data_set:m*',
  'error.type:java.lang.IllegalStateException', 'error.type:timeouterror', 'error.type:T*', 'error.type:*', 'http.method:get', 'http.method:G*', 'http.path:/health', 'http.path:"/a b?c=*"', 'http.path:*',
  'http.host:api1.example.com', 'http.user_agent:Mozilla*', 'http.user_agent:"Mozilla/5.0 (X11; Linux x86_64) v1"', 'client.ip:10.0.1.*', 'payment.id:pay_7', 'payment.id:pay_1*',
  'payment.merchant_id:mrc_*', 'payment.merchant_id:mrc_0', 'payment.currency:(EUR OR JPY)', 'payment.method:*', '-payment.method:*', 'payment.provider:acme', 'payment.provider:A*', 'payment.status:(declined OR failed) payment.amount_minor:>1000',
  // Numbers.
  'duration_ms:0', 'duration_ms:-1', 'duration_ms:"-1"', 'duration_ms:0.1', 'duration_ms:1e3', 'duration_ms:1s', 'duration_ms:>2.5s', 'duration_ms:[* TO 0}', 'duration_ms:{-1 TO *]', 'duration_ms:[* TO *]',
  'duration_ms:(>100 <200)', 'duration_ms:(<1 OR >4900)', 'duration_ms:>=-1e300', 'payment.amount_minor:-250', 'payment.amount_minor:[* TO 1000}', 
  'payment.amount_minor:<=1e300', 'payment.amount_minor:*', 'payment.latency_ms:>=250ms', 'payment.latency_ms:{0 TO 0.001]', 'payment.latency_ms:12.5', 'http.status_code:404', 'http.status_code:[400 TO 499]',
  'http.status_code:(200 OR 201 OR 204)', '-http.status_code:2xx', 'http.status_code:{400.5 TO 429.5}', 'http.duration_ms:[0.25 TO 0.75]', 'http.duration_ms:<100', 'http.status_code:*',
  // Times.
  'timestamp:[2026-11-18 TO 2026-11-19]', 'timestamp:{2026-11-18 TO 2026-11-20}', 'timestamp:<2026-11-19T00:00:00Z', 'timestamp:>=2026-11-19T10:00Z timestamp:<2026-11-19T12:00Z', 'timestamp:2026-11-19T10:00:00.000000000Z',
  'timestamp:>2026-11-19T10:00:00.000000000Z', 'timestamp:[now-12h TO now]', '-timestamp:2026-11-19', 'timestamp:*', 'timestamp:2026-11-19T11:00+01:00', 'timestamp:(2026-11-18 OR 2026-11-20) level:fatal',
  'received_at:*', 'received_at:<2026-11-20T12:00:00.001Z', 'received_at:[2026-11-20T12:00:00.001Z TO 2026-11-20T18:30:00Z}', 'event.ingested:2026-11-20T18:30Z', 'received_at:>2026-11-20T12:00:00.000000001Z',
  // Attributes.
  'attributes.shard:*', '-attributes.shard:*', 'shard:(1 OR 3 OR 15)', 'shard:1*', 'shard:"5"', 'shard:>=14', 'n:5.0', 'n:"5"', 'n:-5', 'n:(-5)', 'n:0.5', 'n:[0.5 TO 1]', 'n:{-0.5 TO 0.5}', 'n:100', 'n:1e21', 'n:<=-1e300', 'n:4.35', 'n:*',
  'mixed:5', 'mixed:"5"', 'mixed:six', 'mixed:7', 'mixed:8', 'mixed:>=0', 'mixed:*', '-mixed:*', 'mixed:""', 'mixed.sub:1', 'mixed.sub:two', 'mixed.sub:*', 'mixed.sub:>0', 'mixed:t*', 'tags:*', 'tags:R*', 'tags:(red OR blue) -tags:green',
  'scores:3', 'scores:3.5', 'scores:*', 'items.qty:3', 'items.sku:sku-1*', 'items.sku:(sku-1 sku-2)', 'a.b.c.d:deep*', 'a.b.c.e:[10 TO 20]', 'a.b.c.e:7', 'dot.ted.text:dotted', 'dot.ted.key.x:>=1',
  'attributes."with space":*', 'ключ:*', '-ключ:*', 'attributes.service:*', 'attributes.service:inner OR service:ledger', 'note:*', '-note:*', 'note:" "', 'note:plain', 'note:"two words"', 'note:a:b', 'note:\\(x\\)', 'note:"what?"', 'note:"tab\\there"',
  'note:ünïcödé', 'note:ün*', 'note:"💳"', 'note:NOT', 'note:"*"', 'note:"/x/"', 'note:">5"', 'note:"5"', 'note:5', 'note:nnnn*', 'note:"star*"*', 'flag:*', 'flag:t*', '-unknown_name:x', 
  // Combinations.
  '*', '*:*', 'NOT NOT level:error', 'level:error timeout', 'level:error OR timeout', 'level:error -timeout -card', '(card OR timeout) (declined OR payment)', 'card AND NOT (declined OR service:ledger) OR level:fatal -a',
  'service:(l* OR L*) -service:Ledger', '((level:error (payment OR card)) OR (level:warn timeout)) -environment:production', 'payment.id:* -payment.status:*', 'error.stack:* duration_ms:>1s', '-(-level:error -level:fatal)',
  'level:error service:"payment-api" card -timeout duration_ms:>=500', 'payment.amount_minor:[1000 TO 50000] payment.currency:EUR -payment.status:(declined OR Declined)', '-level:info -level:debug -level:trace', 'shard:3 n:5 OR shard:4 n:>=1000',
  Array.from({ length: 20 }, (_, at) => `evt-${at * 8}`).join(' OR '), `-service:checkout id:(${Array.from({ length: 199 }, (_, at) => `evt-${at}`).join(' OR ')})`, `${'('.repeat(20)}level:fatal${')'.repeat(20)}`,
]; // prettier-ignore

/** Right, and there is nothing of the kind. */
const EMPTY: readonly string[] = [
  'dont',
  'example',
  'zuruck',
  'v2',
  'nowhere',
  'xyz*',
  'message:"--"',
  'service:Checkout',
  'service:C*',
  '-service:*',
  'level:"loud"',
  'http.path:"/long/"*',
  'duration_ms:>1e300',
  'payment.amount_minor:{0.5 TO 1.5}',
  'payment.amount_minor:>1e18',
  'http.status_code:-1',
  'http.status_code:>5xx',
  'timestamp:>2027-01-01',
  'scores:>3',
  'items.qty:>3',
  'items:*',
  'a.b.c:*',
  'note:two',
  'note:>4',
  'unknown_name:x',
  'unknown_name:*',
  'unknown_name:>5',
  '-*',
  '--level',
];

/** Every query of the golden suite. */
export const GOLDEN_QUERIES: readonly GoldenQuery[] = [
  ...EXPLAINED,
  ...PLAIN.map((text) => ({ text })),
  ...EMPTY.map((text) => ({ text, isEmpty: true as const })),
];
