import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { describe, it } from 'mocha';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { inflateBody, isKnownEncoding } from '../../src/ingest/inflate.ts';

const MIB = 1 << 20;
const LIMIT = 10 * MIB;
const BOMB_BYTES = 300 * MIB;
const TEXT = Array.from({ length: 40 }, (_, n) =>
  JSON.stringify({
    message: `payment ${(n * 7919) % 1000} captured`,
    service: 'api',
    attributes: { n, region: ['eu', 'us', 'ap'][n % 3] },
  }),
)
  .join('\n')
  .concat('\n');

// `zstd` 1.5.4 made these of the text above: with a checksum and its size, and from a pipe with a window of 128 MB.
const ZSTD_CHECKED =
  'KLUv/WSHDE0IAGLPKReQzQGMCq+S+FnL/ydbkqyISM2Qs6cBAa/rmd/K1pkZLtvUTk31tajvu3Q1PzLz1G5FZ/vO3L+MtRUzHRPzP1cu10e2nsutydiuZvZexlx7P9ERf+HC9fjY6cnaqssWmfl5WTNt7oZIV38ifHygqi5qN9zCJEhzTljDLUcN9zQoKhIHgogTLmmIG64ZieS054Q7mhNBDWEEK4CWpkxEc8M1hHiephwVUagRoC3f/zugl1lsEvgIgRsEDQKJ4C8X9AMG0s2SRyqQxpa5yMHEAUUWLfDBipdecIXefth0pQWXNlf+giCs0Ucj4tHHg1rOwFoWrYpcmxOqwFoUY0FhYNYFQ10fUgWEGD/2';
// 128 KiB of `abab...` from a pipe: 12 bytes of one compressed block behind a header of six.
const ZSTD_BLOCK = Buffer.from('KLUv/QBYVQAAEGFiAQD7/+UOCw==', 'base64');

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Without size and checksum; a window of 2 MB. */
const FRAME = Buffer.from([...MAGIC, 0x00, 0x58]);
const block = (type: number, size: number, isLast: boolean, content: Buffer): Buffer => {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return Buffer.concat([header, content]);
};
const raw = (text: string, isLast = true): Buffer => block(0, text.length, isLast, Buffer.from(text));
const run = (size: number, isLast = true): Buffer => block(1, size, isLast, Buffer.from('x'));
const skippable = (bytes: number): Buffer => {
  const head = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes, 4);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
};

async function codeOf(body: Buffer, encoding: string, limit = LIMIT): Promise<string> {
  try {
    await inflateBody(body, encoding, limit);
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    return error.code;
  }
  return 'none';
}

const ENCODINGS: readonly (readonly [encoding: string, deflated: Buffer])[] = [
  ['gzip', zlib.gzipSync(TEXT)],
  ['x-gzip', zlib.gzipSync(TEXT)],
  ['deflate', zlib.deflateSync(TEXT)],
  ['deflate', zlib.deflateRawSync(TEXT)],
  ['br', zlib.brotliCompressSync(TEXT)],
  ['zstd', Buffer.from(ZSTD_CHECKED, 'base64')],
];

describe('inflateBody', () => {
  for (const [index, [encoding, deflated]] of ENCODINGS.entries()) {
    describe(`${encoding}${index === 3 ? ', raw' : ''}`, () => {
      it('gives what was compressed', async () => {
        assert.equal((await inflateBody(deflated, encoding, LIMIT)).toString(), TEXT);
        assert.equal((await inflateBody(deflated, encoding, TEXT.length)).toString(), TEXT);
      });

      it('refuses one byte too many', async () => {
        assert.equal(await codeOf(deflated, encoding, TEXT.length - 1), 'body_too_large');
      });

      it('refuses what is cut off, empty or garbage', async () => {
        const broken = [1, 10, deflated.length >> 1, deflated.length - 1].map((end) => deflated.subarray(0, end));
        broken.push(Buffer.from('{"message":"not compressed"}'), Buffer.alloc(1000, 0xff));
        for (const body of broken)
          assert.equal(await codeOf(body, encoding), 'malformed_body', body.toString('hex', 0, 20));
        if (encoding !== 'zstd') assert.equal(await codeOf(Buffer.alloc(0), encoding), 'malformed_body');
      });
    });
  }

  it('takes raw deflate that begins like a zlib header', async () => {
    // A stored block whose unused bits are set: the low four bits are those of a zlib header.
    const stored = Buffer.concat([Buffer.from([0x08, 2, 0, 0xfd, 0xff]), Buffer.from('{}'), zlib.deflateRawSync('')]);
    assert.equal((await inflateBody(stored, 'deflate', LIMIT)).toString(), '{}');
  });

  it('knows no other encoding, not even names of built-in members', async () => {
    for (const encoding of ['compress', 'constructor', '__proto__', 'gzip, br', '']) {
      assert.ok(!isKnownEncoding(encoding));
      assert.equal(await codeOf(Buffer.alloc(1), encoding), 'unsupported_encoding');
    }
  });

  it('stops bombs at the limit, with flat memory', async function () {
    this.timeout(20_000);
    const zeros = Buffer.alloc(BOMB_BYTES);
    const runs = Array.from({ length: BOMB_BYTES / (128 << 10) }, () => run(128 << 10, false));
    const bombs: readonly (readonly [string, Buffer])[] = [
      ['gzip', zlib.gzipSync(zeros, { level: 1 })],
      ['deflate', zlib.deflateSync(zeros, { level: 1 })],
      ['deflate', zlib.deflateRawSync(zeros, { level: 1 })],
      ['br', zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
      ['zstd', Buffer.concat([FRAME, ...runs, run(1)])],
      ['zstd', Buffer.concat([FRAME, ...Array.from({ length: 2400 }, () => middle(ZSTD_BLOCK)), run(1)])],
    ];
    zeros.fill(0, 0, 0);
    const before = process.memoryUsage();
    for (const [encoding, body] of bombs) {
      assert.ok(body.length < 3 * MIB, encoding);
      assert.equal(await codeOf(body, encoding), 'body_too_large', encoding);
    }
    const after = process.memoryUsage();
    assert.ok(after.rss - before.rss < 150 * MIB, `${String((after.rss - before.rss) / MIB)} MiB`);
    assert.ok(after.arrayBuffers - before.arrayBuffers < 60 * MIB);
  });
});

/** The only block of a frame, as one that is not the last. */
function middle(frame: Buffer): Buffer {
  const content = Buffer.from(frame.subarray(FRAME.length));
  content.writeUInt8(content.readUInt8(0) & 0xfe, 0);
  return content;
}

describe('inflateBody: zstd frames', () => {
  const zstd = async (...parts: readonly Buffer[]): Promise<string> =>
    (await inflateBody(Buffer.concat(parts), 'zstd', LIMIT)).toString();

  it('takes several, and skips those that are to be skipped', async () => {
    const checked = Buffer.from(ZSTD_CHECKED, 'base64');
    assert.equal(
      await zstd(skippable(5), checked, FRAME, raw('{}'), skippable(0), FRAME, raw('a', false), raw('b')),
      `${TEXT}{}ab`,
    );
    assert.equal(await zstd(ZSTD_BLOCK), 'ab'.repeat(65_536));
    assert.equal(await zstd(FRAME, run(3)), 'xxx');
  });

  it('takes empty ones', async () => {
    assert.equal(await zstd(FRAME, raw('')), '');
    assert.equal(await zstd(skippable(3)), '');
    assert.equal(await zstd(), '');
  });

  it('does not allocate the window that a frame asks for', async () => {
    // 1 GiB; only what the blocks hold counts.
    const wide = Buffer.from([...MAGIC, 0x00, 0xa0]);
    const before = process.memoryUsage().rss;
    assert.equal(await zstd(wide, raw('{}')), '{}');
    const beyond = Buffer.from([...MAGIC, 0x00, 0xff]);
    assert.equal(await codeOf(Buffer.concat([beyond, raw('{}')]), 'zstd'), 'malformed_body');
    assert.ok(process.memoryUsage().rss - before < 100 * MIB);
  });

  it('believes no size that is announced', async () => {
    const announced = (bytes: number): Buffer => {
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(bytes));
      return Buffer.concat([Buffer.from([...MAGIC, 0xe0]), size]);
    };
    assert.equal(await zstd(announced(2), raw('{}')), '{}');
    assert.equal(await codeOf(Buffer.concat([announced(1), raw('{}')]), 'zstd'), 'malformed_body');
    assert.equal(await codeOf(Buffer.concat([announced(3), raw('{}')]), 'zstd'), 'malformed_body');
    assert.equal(await codeOf(Buffer.concat([announced(2 ** 50), raw('{}')]), 'zstd'), 'body_too_large');
  });

  it('notices changed content by its checksum', async () => {
    const frame = Buffer.from(ZSTD_CHECKED, 'base64');
    for (let at = 6; at < frame.length; at += 7) {
      const changed = Buffer.from(frame);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
      assert.match(await codeOf(changed, 'zstd'), /^(?:malformed_body|body_too_large)$/, String(at));
    }
    assert.equal((await inflateBody(frame, 'zstd', LIMIT)).toString(), TEXT);
  });

  it('refuses blocks larger than the standard allows, and reserved ones', async () => {
    assert.equal(await codeOf(Buffer.concat([FRAME, run((128 << 10) + 1)]), 'zstd'), 'malformed_body');
    assert.equal(await codeOf(Buffer.concat([FRAME, block(3, 2, true, Buffer.from('ab'))]), 'zstd'), 'malformed_body');
  });

  it('is not kept busy by many small frames and blocks', async () => {
    const began = performance.now();
    const empty = Buffer.concat([FRAME, raw('')]);
    assert.equal(await codeOf(Buffer.concat(Array.from({ length: 1_000_000 }, () => empty)), 'zstd'), 'malformed_body');
    const blocks = Buffer.concat(Array.from({ length: 1_000_000 }, () => raw('', false)));
    assert.equal(await zstd(FRAME, blocks, raw('{}')), '{}');
    const full = Buffer.concat(Array.from({ length: 70 }, () => middle(ZSTD_BLOCK)));
    assert.equal((await zstd(FRAME, full, raw(''))).length, 70 * 131_072);
    assert.ok(performance.now() - began < 5000);
  });
});
