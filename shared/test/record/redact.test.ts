import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findPans, isPan, passesLuhn } from '../../src/record/pan.ts';
import { holdsCardData, holdsPanNumber, isCvvKey, maskPan, redactText } from '../../src/record/redact.ts';
import { Random, withLuhn } from './support.ts';

/** Test numbers that schemes and processors publish; none is a card of a person. */
const TEST_CARDS: Readonly<Record<string, readonly string[]>> = {
  'Visa, 16': ['4111111111111111', '4012888888881881', '4242424242424242', '4000056655665556'],
  'Visa, 13': ['4222222222222'],
  Mastercard: ['5555555555554444', '5105105105105100', '2223003122003222', '2720992593319364', '5200828282828210'],
  'American Express': ['378282246310005', '371449635398431', '340000000000009'],
  'Diners Club': ['30569309025904', '38520000023237', '36227206271667', '3056930009020004'],
  Discover: ['6011111111111117', '6011000990139424', '6500000000000002', '6445644564456445'],
  JCB: ['3530111333300000', '3566002020360505'],
  UnionPay: ['6200000000000005', withLuhn('620000000000000000'), '6205500000000000004'],
  Maestro: ['6759649826438453', '6304000000000000', '5018000000000009', '6799990100000000019', '6771798021000008'],
  Mir: ['2200000000000053', '2200000000000004'],
  Troy: [withLuhn('979200000000000')],
  RuPay: [withLuhn('608000000000000'), withLuhn('810000000000000')],
};
const CARDS = Object.values(TEST_CARDS).flat();

const SEPARATORS = [
  ...['', ' ', '-', '.', '_', '/', '\\', '+', '\t', '\n', '  ', ' - ', '\u00a0', '\u2009', '\u202f', '\u00ad'],
  ...['\u200b', '\u2011', '\u2013', '\u2014', '\u2212', '\u3000', '\ufeff', '\u2060', '\u1680'],
  ...['\\n', '\\\\n', '\\t', '\\u00a0', '\\/'],
  ...['%20', '%2D', '%2d', '%2E', '%2F', '%2B', '%09', '%0A', '%0d', '%5F', '%5c'],
];

const groupsOf = (digits: string, ...sizes: readonly number[]): string[] => {
  const groups: string[] = [];
  let at = 0;
  for (let index = 0; at < digits.length; index += 1) {
    const size = sizes[index % sizes.length]!;
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return groups;
};

describe('PANs', () => {
  for (const [scheme, cards] of Object.entries(TEST_CARDS)) {
    it(`knows ${scheme}`, () => {
      for (const card of cards) {
        assert.ok(isPan(card), card);
        assert.deepEqual(redactText(card), { text: maskPan(card), redacted: 1, pan: 1, cvv: 0 });
      }
    });
  }

  it('keeps the first six and the last four digits, and no separators', () => {
    assert.equal(redactText('card 4111-1111-1111-1111 ok').text, 'card 411111******1111 ok');
    assert.equal(redactText('3782 822463 10005').text, '378282*****0005');
    assert.equal(redactText('4222222222222').text, '422222***2222');
    assert.equal(redactText('6205500000000000004').text, '620550*********0004');
  });

  it('finds them behind every separator, in every grouping', () => {
    for (const card of CARDS) {
      for (const separator of SEPARATORS) {
        for (const sizes of [[4], [4, 6, 5], [6, 4], [1], [2], [8, 8], [3, 7, 2]]) {
          const text = groupsOf(card, ...sizes).join(separator);
          assert.equal(redactText(`pay ${text}; next`).text, `pay ${maskPan(card)}; next`, JSON.stringify(text));
        }
      }
    }
  });

  it('finds them wherever they stand', () => {
    const masked = '411111******1111';
    const places: readonly (readonly [string, string])[] = [
      ['x4111111111111111y', `x${masked}y`],
      ['pan=4111111111111111&exp=12', `pan=${masked}&exp=12`],
      ['{"pan":"4111111111111111"}', `{"pan":"${masked}"}`],
      ['{\\"pan\\":\\"4111 1111 1111 1111\\"}', `{\\"pan\\":\\"${masked}\\"}`],
      ['%7B%22pan%22%3A%224111111111111111%22%7D', `%7B%22pan%22%3A%22${masked}%22%7D`],
      ['q=card%204111111111111111', `q=card%20${masked}`],
      ['name%C34111111111111111', `name%C3${masked}`],
      ['**4111111111111111**', `**${masked}**`],
      ['**4111 1111 1111 1111**', `**${masked}**`],
      ['<pan>4111111111111111</pan>', `<pan>${masked}</pan>`],
      ['order 12 4111 1111 1111 1111 3 items', `order 12 ${masked} 3 items`],
      ['at 08:00:50 4111111111111111', `at 08:00:50 ${masked}`],
      ['карта 4111111111111111 принята', `карта ${masked} принята`],
      ['卡4111111111111111号', `卡${masked}号`],
      ['4111111111111111 and 5555 5555 5555 4444', `${masked} and 555555******4444`],
      ['4111111111111111,5555555555554444', `${masked},555555******4444`],
      ['4111111111111111 5555555555554444', `${masked} 555555******4444`],
    ];
    for (const [text, expected] of places) assert.equal(redactText(text).text, expected);
  });

  it('finds the second of two that share four digits', () => {
    const text = '4242 4242 4242 4242 4242 4242 4242';
    const clean = redactText(text);
    assert.equal(clean.text, '424242******424242******4242');
    assert.equal(clean.pan, 2);
  });

  it('takes track data with them', () => {
    const tracks = [
      '%B4111111111111111^DOE/JOHN^2512101000000000123?',
      ';4111111111111111=25121010000012345678?',
      '4111111111111111D25121010000012345678F',
      ';4111111111111111=5105105105105100?',
    ];
    const clean = tracks.map((track) => redactText(track).text);
    assert.deepEqual(clean, [
      '%B411111******1111[REDACTED]',
      ';411111******1111[REDACTED]',
      '411111******1111[REDACTED]',
      ';411111******1111[REDACTED]',
    ]);
  });

  it('leaves what only looks like them', () => {
    const innocent = [
      '4111111111111112', // Luhn
      '1234567890123452', // no issuer
      '41111111111111110000', // part of a longer number
      '411111111111', // too short
      '4111:1111:1111:1111',
      '1763900000123 1763900000123456 1763900000123456789',
      '2026-11-20T08:00:00.123456789Z 2026-11-20 08:00:00,123',
      '20261120080000123',
      '+49 30 901820, +1 (415) 555-2671, 0044 20 7946 0958',
      'DE89370400440532013000 DE89 3704 0044 0532 0130 00 GB29 NWBK 6016 1331 9268 19 FR14 2004 1010 0505 0001 3M02 606',
      'CH93 0076 2011 6238 5295 7 NL91 ABNA 0417 1643 00 ES91 2100 0418 4502 0005 1332',
      '4bf92f3577b34da6a3ce929d0e0e4736',
      '411111******1111',
      '192.168.100.200 10.0.0.1:8080 2001:db8::ff00:42:8329',
      '0.1234567890123456 1e400 9007199254740993',
    ];
    for (const text of innocent) assert.equal(redactText(text).text, text);
  });

  it('does not take the seconds of a clock for the start of one', () => {
    for (let seconds = 0; seconds < 60; seconds += 1) {
      for (const fraction of ['123456789', '987654321', '000000001', '555555555', '111111111']) {
        const text = `at 2026-11-20T08:00:${String(seconds).padStart(2, '0')}.${fraction}+00:00 done`;
        assert.equal(redactText(text).text, text);
      }
    }
  });

  it('leaves 300,000 epoch times alone', () => {
    const random = new Random(3);
    for (let round = 0; round < 100_000; round += 1) {
      const ms = 1_500_000_000_000 + random.below(600_000_000_000);
      for (const text of [`${ms}`, `${ms}${random.digits(3)}`, `${ms}${random.digits(6)}`]) {
        assert.equal(findPans(text).length, 0, text);
      }
    }
  });

  it('leaves UUIDs, hexadecimal trace ids and digests alone', () => {
    const random = new Random(4);
    for (let round = 0; round < 100_000; round += 1) {
      const hex = Array.from({ length: 64 }, () => random.below(16).toString(16)).join('');
      const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
      for (const id of [uuid, hex, hex.slice(0, 32), hex.slice(0, 40).toUpperCase()]) {
        assert.equal(redactText(id).redacted, 0, id);
      }
    }
    // Track 2 data of 32 and 40 characters.
    assert.equal(redactText('4111111111111111D25122010000000F').pan, 1);
    assert.equal(redactText('4111111111111111D2512201000000000000000F').pan, 1);
    assert.equal(redactText('d258ec05-8b43-49b0-a2c4-712803870514').redacted, 0);
    assert.equal(redactText('41111111-1111-1111-1111-000000000000').redacted, 1);
    assert.equal(redactText('41111111-1111-4111-8abc-000000000000 4111-1111-1111-1111').pan, 1);
    for (const card of CARDS) assert.equal(redactText((card + card).slice(0, 32)).redacted, 0);
  });

  it('marks at most 4 % of random strings of 16 digits', () => {
    const random = new Random(5);
    let marked = 0;
    for (let round = 0; round < 100_000; round += 1) marked += findPans(random.digits(16)).length;
    assert.ok(marked > 1000 && marked < 4000, String(marked));
  });

  it('has a Luhn check that agrees with another one', () => {
    const random = new Random(6);
    for (let round = 0; round < 5000; round += 1) {
      const body = random.digits(12 + random.below(7));
      const right = withLuhn(body);
      assert.ok(passesLuhn(right), right);
      const wrong = body + String((Number(right.at(-1)) + 1 + random.below(9)) % 10);
      assert.ok(!passesLuhn(wrong), wrong);
    }
  });

  it('takes linear time on hostile text', () => {
    const began = performance.now();
    for (const unit of [
      '4 ',
      '4  ',
      '4242 ',
      '4242424242424242 ',
      '1-',
      '%20',
      '4%2',
      '*',
      `4${'\\'.repeat(25)}`,
      '4111111111111111^A',
      '\\',
      ' ',
    ]) {
      redactText(unit.repeat(Math.ceil(262_144 / unit.length)));
    }
    assert.ok(performance.now() - began < 5000);
  });
});

describe('card verification codes', () => {
  it('are removed behind a word that names them', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['cvv 123', 'cvv [REDACTED]'],
      ['CVV2: 1234.', 'CVV2: [REDACTED].'],
      ['cvc=123&x=1', 'cvc=[REDACTED]&x=1'],
      ['card_cvv=123', 'card_cvv=[REDACTED]'],
      ['cardCvv=123', 'cardCvv=[REDACTED]'],
      ['cardSecurityCode: 123', 'cardSecurityCode: [REDACTED]'],
      ['{"cvv":"123"}', '{"cvv":"[REDACTED]"}'],
      ['{\\"cvv\\":\\"123\\"}', '{\\"cvv\\":\\"[REDACTED]\\"}'],
      ['{\\\\\\"cvv\\\\\\":\\\\\\"123\\\\\\"}', '{\\\\\\"cvv\\\\\\":\\\\\\"[REDACTED]\\\\\\"}'],
      ['%22cvv%22%3A%22123%22', '%22cvv%22%3A%22[REDACTED]%22'],
      ['<cvv>123</cvv>', '<cvv>[REDACTED]</cvv>'],
      ['security code is 1234', 'security code is [REDACTED]'],
      ['Security-Code: 123', 'Security-Code: [REDACTED]'],
      ['card verification value (123)', 'card verification value ([REDACTED])'],
      ['cvv code 123', 'cvv code [REDACTED]'],
      ['cvv:\n123', 'cvv:\n[REDACTED]'],
      ['cvn 123 and csc 4567', 'cvn [REDACTED] and csc [REDACTED]'],
    ];
    for (const [text, expected] of cases) assert.equal(redactText(text).text, expected);
    assert.equal(redactText('cvn 123 and csc 4567').cvv, 2);
  });

  it('are left where no code is named', () => {
    for (const text of [
      'cvv check passed',
      'cvv 12',
      'cvv 12345',
      'cvv 123.45',
      'discvv 123',
      'verify 123',
      'error 500',
    ])
      assert.equal(redactText(text).text, text);
  });

  it('are known by the names of their members', () => {
    const names =
      'cvv CVV cvv2 cVV cvc cvc2 cvn csc cav2 card_cvv cardCvv card-cvv "card cvv" cvvCode cvv_value cvv_2 _cvv cvv_ paymentCvv payment.card.cvv securityCode security_code SECURITY-CODE cardSecurityCode verificationCode card_verification_value cardVerificationNumber card_verification';
    for (const name of names.match(/"[^"]+"|\S+/g)!.map((word) => word.replaceAll('"', '')))
      assert.ok(isCvvKey(name), name);
    for (const name of [
      'cvv_result',
      'cvvResponse',
      'security_group',
      'verified',
      'verification_status',
      'cv',
      'scsc',
      '',
    ])
      assert.ok(!isCvvKey(name), name);
    assert.ok(!isCvvKey(`${'x'.repeat(100)}_cvv`));
  });
});

describe('redactText', () => {
  it('changes nothing when it is done twice', () => {
    const random = new Random(7);
    const parts = [
      ...CARDS,
      ...SEPARATORS,
      ...[
        'cvv',
        ': ',
        '123',
        '1234',
        '*',
        '******',
        '%',
        '=',
        '^A B^',
        'D',
        '08:00:',
        ',',
        '"',
        'x',
        '42',
        '424242',
        '4242',
      ],
    ];
    for (let round = 0; round < 50_000; round += 1) {
      const text = random.times(1 + random.below(12), () => random.pick(parts)).join('');
      const once = redactText(text);
      const twice = redactText(once.text);
      assert.deepEqual([twice.text, twice.redacted], [once.text, 0], JSON.stringify(text));
      if (once.redacted === 0) assert.equal(once.text, text);
    }
  });
});

describe('holdsCardData', () => {
  it('looks into names, strings and whatever stands under a code', () => {
    const guilty = [
      '4111 1111 1111 1111',
      { '4111111111111111': 1 },
      [[{ a: ['cvv 123'] }]],
      { cvv: 123 },
      { cvv: ['x', '123'] },
      { cvv: { value: '123' } },
    ];
    for (const value of guilty) assert.ok(holdsCardData(value), JSON.stringify(value));
    for (const value of ['ok', 1763900000123, null, true, {}, [], { cvv: 'match' }, { cvv: 12 }, { verified: 123 }])
      assert.ok(!holdsCardData(value), JSON.stringify(value));
  });
});

describe('holdsPanNumber', () => {
  it('reads the digits of numbers as they are written', () => {
    for (const number of [
      '4111111111111111',
      '-4111111111111111.0',
      '4.111111111111111E15',
      '41111111111111110e-1',
      '4111111111111111.25',
      '6205500000000000004',
    ])
      assert.ok(holdsPanNumber(`{"a":[${number}]}`), number);
    for (const number of [
      '9007199254740993',
      '0.4111111111111111',
      '4111111111111111e1',
      '4111111111111111e400',
      '1763900000123',
    ])
      assert.ok(!holdsPanNumber(`{"a":[${number}]}`), number);
  });

  it('leaves UUIDs alone whose only letters are those of track 2 data', () => {
    for (const id of [
      '5d6f2469-1501-4310-9976-178526855d98',
      '36644792-1083-4525-963f-2df57395f244',
      'f4126f38-9608-4241-8744-2ff060974787',
    ]) {
      assert.equal(redactText(`id ${id}`).text, `id ${id}`);
    }
    // Digits alone in the form of a UUID are still looked at.
    assert.equal(redactText('41111111-1111-1111-0000-000000000000').redacted, 1);
  });
});
