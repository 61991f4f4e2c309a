/**
 * The first look at a record's text, a third of the cost of `lexical-scan.ts`: nearly all records are compact JSON without escapes,
 * long digit chains or words for card verification codes, and need no second look. It may refuse, never wrongly agree.
 */

/** Words that name a card verification code (cvv, cvc, cvn, csc, cav, security code, verification). */
const CVV_WORD = /c(?:v[vcn]|sc|av|urity)|verif/i;

/** Fewest digits of a PAN. */
const PAN_DIGITS = 13;
/**
 * A PAN with its separators spans at least 13 characters in a row that may stand in one, so every tenth character lies in it:
 * looking at those is enough to find where a chain may be.
 */
const STRIDE = 10;

/** 1 where a character may stand within a PAN: anything but letters, and the characters that end a JSON token. */
const IN_CHAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z":,{}[\]]/.test(String.fromCharCode(code)) ? 0 : 1,
);

/** Letters occur within a PAN only as part of an encoded separator (see `pan.ts`). */
const PERCENT_LETTER = /%(?:0[ad]|2[bdef]|5[cf])/i;
const ESCAPE_LETTER = /\d\\+[nrtu]/;

/** White space, dashes and invisible characters beyond ASCII; other scripts end a chain as letters do. */
function isWideSeparator(code: number): boolean {
  return (
    (code >= 0x2000 && code <= 0x206f) ||
    code === 0xa0 ||
    code === 0xad ||
    code === 0x1680 ||
    code === 0x2212 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function inChain(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 128 ? IN_CHAIN[code] === 1 : isWideSeparator(code);
}

/** Whether 13 characters in a row could belong to a PAN. */
export function mayHoldPan(text: string): boolean {
  const length = text.length;
  for (let index = STRIDE - 1; index < length; index += STRIDE) {
    if (!inChain(text, index)) continue;
    let start = index;
    let end = index;
    while (start > 0 && inChain(text, start - 1)) start -= 1;
    while (end + 1 < length && inChain(text, end + 1)) end += 1;
    if (end - start + 1 >= PAN_DIGITS) return true;
    index = end;
  }
  return (text.includes('%') && PERCENT_LETTER.test(text)) || (text.includes('\\') && ESCAPE_LETTER.test(text));
}

/** Whether a word for a card verification code occurs. */
export function mayNameCvv(text: string): boolean {
  return CVV_WORD.test(text);
}

/**
 * Whether the JSON `text` surely is compact, without escapes, duplicate members and cardholder data. `compactLength` is the length
 * that the parsed value has as compact JSON (see `member-walk.ts`): spaces and duplicates make the text longer.
 */
export function isPlain(text: string, compactLength: number | undefined): boolean {
  return text.length === compactLength && !text.includes('\\') && !mayNameCvv(text) && !mayHoldPan(text);
}
