import type { OtlpJson } from './otlp-support.ts';
import type { Random } from './support.ts';

const TEXTS = ['', 'a', 'payment captured', 'é', '日本 😀', 'q"\\', 'l1\nl2\t\u0001', 'x'.repeat(300), '__proto__'];
const KEYS = ['a', 'b.c', 'é', '', 'http.request.method', 'payment.amount_minor', 'service.name', 'body', 'event_name'];
const INTS = ['0', '-1', '1', '2147483648', '9007199254740993', '-9007199254740993', '9223372036854775807'];
const DOUBLES = [0, -1.5, 1e300, 5e-324, 123_456, 'NaN', 'Infinity', '-Infinity'];
const TIMES = ['0', '1', '1795161600123456789', '9223372036854775807', '9223372036854775808', '18446744073709551615'];

/** An `AnyValue` as OTLP's JSON writes it. */
function randomValue(random: Random, depth: number): object {
  const list = (): object[] => random.times(random.below(4), () => randomValue(random, depth - 1));
  switch (random.below(depth === 0 ? 6 : 8)) {
    case 0:
      return { stringValue: random.pick(TEXTS) };
    case 1:
      return { boolValue: random.pick([true, false]) };
    case 2:
      return { intValue: random.pick(INTS) };
    case 3:
      return { doubleValue: random.pick(DOUBLES) };
    case 4:
      return { bytesValue: Buffer.from(random.pick(TEXTS), 'utf16le').toString('base64') };
    case 5:
      return {};
    case 6:
      return { arrayValue: { values: list() } };
    default:
      return { kvlistValue: { values: randomAttributes(random, depth - 1) } };
  }
}

/** Attributes, duplicates among them. */
function randomAttributes(random: Random, depth: number): object[] {
  return random.times(random.below(5), () => ({ key: random.pick(KEYS), value: randomValue(random, depth) }));
}

const hex = (random: Random, bytes: number): string =>
  random.times(bytes * 2, () => random.pick(['0', '7', 'a', 'f'])).join('');

function randomRecord(random: Random): object {
  const members: Record<string, () => unknown> = {
    timeUnixNano: () => random.pick(TIMES),
    observedTimeUnixNano: () => random.pick(TIMES),
    severityNumber: () => random.below(26),
    severityText: () => random.pick(['', 'info', 'Error', 'odd é']),
    body: () => randomValue(random, 3),
    attributes: () => randomAttributes(random, 3),
    droppedAttributesCount: () => random.pick([0, 1, 4_294_967_295]),
    flags: () => random.pick([0, 1, 4_294_967_295]),
    traceId: () => random.pick(['', '0'.repeat(32), hex(random, 16)]),
    spanId: () => random.pick(['', '0'.repeat(16), hex(random, 8)]),
    eventName: () => random.pick(TEXTS),
  };
  return Object.fromEntries(
    Object.entries(members)
      .filter(() => random.below(3) > 0)
      .map(([name, make]) => [name, make()]),
  );
}

/** A whole request. */
export function randomRequest(random: Random): OtlpJson {
  const scopeLogs = (): object => ({
    ...(random.below(2) === 0 && {
      scope: {
        name: random.pick(TEXTS),
        version: random.pick(TEXTS),
        attributes: randomAttributes(random, 1),
        droppedAttributesCount: random.below(2),
      },
    }),
    logRecords: random.times(random.below(4), () => randomRecord(random)),
    ...(random.below(3) === 0 && { schemaUrl: 'https://schema.example/1' }),
  });
  return {
    resourceLogs: random.times(random.below(3), () => ({
      ...(random.below(2) === 0 && {
        resource: { attributes: randomAttributes(random, 2), droppedAttributesCount: random.below(2) },
      }),
      scopeLogs: random.times(random.below(3), scopeLogs),
      ...(random.below(3) === 0 && { schemaUrl: random.pick(TEXTS) }),
    })),
  };
}

/** How deep messages stand at each field of length-delimited type that holds one: field number to the message under it. */
type Shape = ReadonlyMap<number, () => Shape>;

const keyValue: Shape = new Map([[2, () => anyValue]]);
const keyValues: Shape = new Map([[1, () => keyValue]]);
const list: Shape = new Map([[1, () => anyValue]]);
const anyValue: Shape = new Map([
  [5, () => list],
  [6, () => keyValues],
]);
const resource: Shape = new Map([[1, () => keyValue]]);
const scope: Shape = new Map([[3, () => keyValue]]);
const logRecord: Shape = new Map([
  [5, () => anyValue],
  [6, () => keyValue],
]);
const scopeLogs: Shape = new Map([
  [1, () => scope],
  [2, () => logRecord],
]);
const resourceLogs: Shape = new Map([
  [1, () => resource],
  [2, () => scopeLogs],
]);
const request: Shape = new Map([[1, () => resourceLogs]]);

/** The same message, written as no encoder of ours would: unknown fields between, numbers longer than need be. */
export function respelled(bytes: Buffer, random: Random): Buffer {
  return respell(bytes, request, random);
}

function respell(bytes: Buffer, shape: Shape, random: Random): Buffer {
  const out: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    if (random.below(4) === 0) out.push(unknownField(random));
    if ((tag & 7) !== 2) {
      if ((tag & 7) === 0) varint();
      else at += (tag & 7) === 1 ? 8 : 4;
      out.push(bytes.subarray(start, at));
      continue;
    }
    const length = varint();
    const inner = bytes.subarray(at, at + length);
    at += length;
    const below = shape.get(tag >>> 3);
    const content = below ? respell(inner, below(), random) : inner;
    out.push(longVarint(tag, random), longVarint(content.length, random), content);
  }
  if (random.below(4) === 0) out.push(unknownField(random));
  return Buffer.concat(out);
}

function longVarint(value: number, random: Random): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  // Five bytes are the most that the reference takes for a tag or a length.
  while (bytes.length < 5 && random.below(4) === 0) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

function unknownField(random: Random): Buffer {
  const tag = (type: number): Buffer => longVarint((random.pick([13, 31, 99, 1000]) << 3) | type, random);
  switch (random.below(4)) {
    case 0:
      return Buffer.concat([tag(0), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])]);
    case 1:
      return Buffer.concat([tag(1), Buffer.alloc(8, 0xff)]);
    case 2:
      return Buffer.concat([tag(2), Buffer.from([3, 0x0a, 0xff, 0x0b])]);
    default:
      return Buffer.concat([tag(5), Buffer.alloc(4, 0xff)]);
  }
}
