import { parseDecimal } from './decimal.ts';
import { decodeString, type JsonNode, type JsonObjectNode, type JsonScalarNode } from './json-tree.ts';
import { cleanText, isCvvKey, isCvvValue, isPanNumber, maskPan, REDACTED } from './redact.ts';

/** A member as it will be written. */
export interface WrittenMember {
  /** The decoded name, clean. */
  readonly key: string;
  /** JSON text of the name. */
  readonly keyText: string;
  /** JSON text of the value. */
  readonly value: string;
}

/** Names of one object: two that differ as sent may be the same once they are clean. */
export class UniqueNames {
  readonly #uses = new Map<string, number>();

  has(name: string): boolean {
    return this.#uses.has(name);
  }

  /** `name`, or the first of `name~2`, `name~3` ... that is not taken; taken from now on. */
  take(name: string): string {
    let uses = this.#uses.get(name);
    if (uses === undefined) {
      this.#uses.set(name, 1);
      return name;
    }
    do uses += 1;
    while (this.#uses.has(`${name}~${uses}`));
    this.#uses.set(name, uses);
    return this.take(`${name}~${uses}`);
  }
}

/**
 * Writes a JSON tree again, compact: cardholder data redacted in strings, keys and numbers; of duplicate members the last one (as
 * `JSON.parse` takes it); lone surrogates as U+FFFD. Every other token keeps its text, so numbers stay exact.
 */
export class TokenRewriter {
  readonly #text: string;
  readonly #isPlain: boolean;
  /** PANs masked so far. */
  pan = 0;
  /** Card verification codes removed so far. */
  cvv = 0;

  /** `isPlain`: the text is known to be compact and to need no change (see `plain-text.ts`). */
  constructor(text: string, isPlain: boolean) {
    this.#text = text;
    this.#isPlain = isPlain;
  }

  /** Text of a node as it stands. */
  raw(node: JsonNode): string {
    return this.#text.slice(node.start, node.end);
  }

  /** JSON text of `node`; undefined when it is in `skip`, or an object of which everything is. */
  write(node: JsonNode, skip?: ReadonlySet<JsonNode>, isUnderCvvKey = false): string | undefined {
    if (skip?.has(node)) return undefined;
    switch (node.kind) {
      case 'object':
        return this.#object(node, skip, isUnderCvvKey);
      case 'array':
        if (this.#isPlain) return this.raw(node);
        return `[${node.items.map((item) => this.write(item, undefined, isUnderCvvKey)).join(',')}]`;
      case 'string':
        return this.#string(node, isUnderCvvKey);
      case 'number':
        return this.#number(node, isUnderCvvKey);
      case 'literal':
        return this.raw(node);
    }
  }

  /** A decoded string, clean. */
  clean(text: string): string {
    if (this.#isPlain) return text;
    const clean = cleanText(text);
    this.pan += clean.pan;
    this.cvv += clean.cvv;
    return clean.text;
  }

  /** The members of `node` that `skip` leaves. */
  members(node: JsonObjectNode, skip?: ReadonlySet<JsonNode>, isUnderCvvKey = false): WrittenMember[] {
    const written: WrittenMember[] = [];
    if (this.#isPlain) {
      for (const { key, keyStart, keyEnd, value } of node.members) {
        const text = this.write(value, skip);
        if (text !== undefined) written.push({ key, keyText: this.#text.slice(keyStart, keyEnd), value: text });
      }
      return written;
    }
    const names = new UniqueNames();
    for (const [sent, value] of new Map(node.members.map((member) => [member.key, member.value]))) {
      const text = this.write(value, skip, isUnderCvvKey || isCvvKey(sent));
      if (text === undefined) continue;
      // Elasticsearch's flattened fields refuse NUL in names.
      const key = names.take(this.clean(sent).replaceAll('\0', '\ufffd'));
      written.push({ key, keyText: JSON.stringify(key), value: text });
    }
    return written;
  }

  #object(node: JsonObjectNode, skip: ReadonlySet<JsonNode> | undefined, isUnderCvvKey: boolean): string | undefined {
    if (this.#isPlain && skip === undefined) return this.raw(node);
    const members = this.members(node, skip, isUnderCvvKey);
    // An object of which everything was taken is gone; one that was empty as sent stays.
    if (members.length === 0 && node.members.length > 0) return undefined;
    return objectText(members);
  }

  #string(node: JsonScalarNode, isUnderCvvKey: boolean): string {
    if (this.#isPlain) return this.raw(node);
    const decoded = decodeString(this.#text, node);
    if (isUnderCvvKey && isCvvValue(decoded)) return this.#code();
    const clean = this.clean(decoded);
    return clean === decoded ? this.raw(node) : JSON.stringify(clean);
  }

  #number(node: JsonScalarNode, isUnderCvvKey: boolean): string {
    const token = this.raw(node);
    if (this.#isPlain) return token;
    if (isPanNumber(token)) {
      this.pan += 1;
      return JSON.stringify(maskPan(parseDecimal(token)?.whole ?? ''));
    }
    const decimal = isUnderCvvKey ? parseDecimal(token) : undefined;
    return decimal && isCvvValue(decimal.whole) && /^0*$/.test(decimal.fraction) ? this.#code() : token;
  }

  #code(): string {
    this.cvv += 1;
    return JSON.stringify(REDACTED);
  }
}

/** JSON text of an object. */
export function objectText(members: readonly WrittenMember[]): string {
  return `{${members.map(({ keyText, value }) => `${keyText}:${value}`).join(',')}}`;
}
