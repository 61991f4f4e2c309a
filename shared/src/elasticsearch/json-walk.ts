/**
 * Walks JSON text without parsing it, so that values can be cut out as they stand (numbers of any size, any spelling). For text
 * that the store wrote: it is well-formed, only a stored record inside may carry white space. A value's position is that of its
 * first character; each function returns the position behind the value. Text that was cut off throws `SyntaxError`.
 */

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

function skipSpace(text: string, at: number): number {
  let next = at;
  for (let code = text.charCodeAt(next); code === 32 || (code >= 9 && code <= 13); code = text.charCodeAt(next))
    next += 1;
  return next;
}

function skipString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  throw new SyntaxError('string without end in the answer of the store');
}

/** Steps over a value of any kind. */
export function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  let depth = 0;
  let next = at;
  while (next < text.length) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) {
      next = skipString(text, next);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      // Behind a bare value the bracket belongs to what is around it.
      if (depth === 0) return next;
      depth -= 1;
      if (depth === 0) return next + 1;
    } else if (depth === 0 && code === COMMA) return next;
    next += 1;
  }
  return next;
}

/** Steps through an object; `onMember` gets each name (as written) and the position of its value, and returns where it ends. */
export function walkObject(text: string, at: number, onMember: (name: string, at: number) => number): number {
  let next = skipSpace(text, at + 1);
  while (text.charCodeAt(next) !== CLOSE_BRACE) {
    const nameEnd = skipString(text, next);
    const name = text.slice(next + 1, nameEnd - 1);
    const valueAt = skipSpace(text, skipSpace(text, nameEnd) + 1);
    next = skipSpace(text, onMember(name, valueAt));
    if (text.charCodeAt(next) === COMMA) next = skipSpace(text, next + 1);
  }
  return next + 1;
}

/** Behind the end of the text nothing moves on any more. */
function assertInside(text: string, at: number): void {
  if (at >= text.length) throw new SyntaxError('the answer of the store ends too early');
}

/** Steps through an array; `onItem` gets the position of each item and returns where it ends. */
export function walkArray(text: string, at: number, onItem: (at: number) => number): number {
  let next = skipSpace(text, at + 1);
  while (text.charCodeAt(next) !== CLOSE_BRACKET) {
    assertInside(text, next);
    next = skipSpace(text, onItem(next));
    if (text.charCodeAt(next) === COMMA) next = skipSpace(text, next + 1);
  }
  return next + 1;
}
