/** Records that must be refused, each with the code that says why. */
const POISON: readonly (readonly [code: string, make: (n: number) => string | Buffer])[] = [
  ['invalid_json', (n) => `{"message":"cut off ${String(n)}`],
  ['invalid_json', (n) => `not JSON at all ${String(n)}`],
  ['not_an_object', (n) => `[${String(n)}]`],
  ['not_an_object', (n) => `"${String(n)}"`],
  ['missing_field', (n) => JSON.stringify({ message: `no service ${String(n)}` })],
  ['missing_field', (n) => JSON.stringify({ service: `no message ${String(n)}` })],
  ['invalid_type', (n) => JSON.stringify({ message: n, service: 'poison' })],
  ['invalid_level', (n) => JSON.stringify({ message: `bad level ${String(n)}`, service: 'poison', level: 'loud' })],
  [
    'invalid_timestamp',
    (n) => JSON.stringify({ message: `no day ${String(n)}`, service: 'poison', timestamp: 'soon' }),
  ],
  ['invalid_timestamp', () => JSON.stringify({ message: 'February', service: 'p', timestamp: '2026-02-30T00:00:00Z' })],
  ['invalid_utf8', () => Buffer.concat([Buffer.from('{"message":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
  ['too_deep', (n) => `{"message":"deep ${String(n)}","service":"p","a":${'['.repeat(50)}${']'.repeat(50)}}`],
  ['record_too_large', (n) => JSON.stringify({ message: 'x'.repeat(300_000), service: 'p', attributes: { n } })],
];

/** A record that must be refused. */
export interface Poison {
  readonly code: string;
  readonly bytes: Buffer;
}

/** `count` of them, of every kind in turn; the large ones are rare, since each weighs as much as hundreds of records. */
export function poisonRecords(count: number): Poison[] {
  const small = POISON.filter(([code]) => code !== 'record_too_large');
  return Array.from({ length: count }, (_, n) => {
    const kinds = n % 100 === 0 ? POISON : small;
    const [code, make] = kinds[n % 100 === 0 ? kinds.length - 1 : n % kinds.length]!;
    return { code, bytes: Buffer.from(make(n)) };
  });
}
