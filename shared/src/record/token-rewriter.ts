import { decodeString, type JsonNode, type JsonObjectNode, type JsonScalarNode } from './json-tree.ts';
import { isPan } from './pan.ts';
import { isCvvKey, maskPan, REDACTED, redactText } from './redact.ts';

const CVV_VALUE = /^\s*\d{3,4}\s*$/;
// Lone surrogates (not valid Unicode, and no UTF-8 form) and NUL (Elasticsearch's flattened fields refuse it in keys).
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Writes a JSON tree again, compact: cardholder data redacted in strings, keys and numbers; of duplicate members the last one (as
 * `JSON.parse` takes it); lone surrogates as U+FFFD. Every other token keeps its text, so numbers stay exact.
 */
export class TokenRewriter {
  readonly #text: string;
  /** PANs masked so far. */
  pan = 0;
  /** Card verification codes removed so far. */
  cvv = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Text of a scalar as it stands. */
  raw(node: JsonNode): string {
    return this.#text.slice(node.start, node.end);
  }

  /** JSON text of `node`; undefined when `skip` covers all of it. */
  write(node: JsonNode, skip?: ReadonlySet<JsonNode>, underCvvKey = false): string | undefined {
    if (skip?.has(node)) return undefined;
    switch (node.kind) {
      case 'object':
        return this.#object(node, skip);
      case 'array':
        return `[${node.items.map((item) => this.write(item, skip, underCvvKey)).join(',')}]`;
      case 'string':
        return this.#string(node, underCvvKey);
      case 'number':
        return this.#number(node, underCvvKey);
      case 'literal':
        return this.raw(node);
    }
  }

  /** JSON text of a decoded key. */
  key(key: string): string {
    return JSON.stringify(this.#clean(key).replaceAll('\0', '\ufffd'));
  }

  /** The members of `node` that `skip` leaves, as `"key":value` texts. */
  members(node: JsonObjectNode, skip?: ReadonlySet<JsonNode>): Map<string, string> {
    const written = new Map<string, string>();
    const last = new Map(node.members.map((member) => [member.key, member]));
    for (const [key, member] of last) {
      const value = this.write(member.value, skip, isCvvKey(key));
      if (value !== undefined) written.set(key, `${this.key(key)}:${value}`);
    }
    return written;
  }

  #object(node: JsonObjectNode, skip?: ReadonlySet<JsonNode>): string | undefined {
    const members = this.members(node, skip);
    // An object of which everything was taken is gone; one that was empty as sent stays.
    if (members.size === 0 && node.members.length > 0) return undefined;
    return `{${[...members.values()].join(',')}}`;
  }

  #clean(text: string): string {
    const redacted = redactText(text);
    this.pan += redacted.pan;
    this.cvv += redacted.cvv;
    return redacted.text.replaceAll(LONE_SURROGATE, '\ufffd');
  }

  #string(node: JsonScalarNode, underCvvKey: boolean): string {
    const decoded = decodeString(this.#text, node);
    if (underCvvKey && CVV_VALUE.test(decoded)) {
      this.cvv += 1;
      return JSON.stringify(REDACTED);
    }
    const clean = this.#clean(decoded);
    return clean === decoded ? this.raw(node) : JSON.stringify(clean);
  }

  #number(node: JsonScalarNode, underCvvKey: boolean): string {
    const token = this.raw(node);
    if (underCvvKey && CVV_VALUE.test(token)) {
      this.cvv += 1;
      return JSON.stringify(REDACTED);
    }
    // 4111111111111111.0 and -4111111111111111 are the same digits.
    const digits = /^-?(\d+)(?:\.0*)?$/.exec(token)?.[1];
    if (digits === undefined || !isPan(digits)) return token;
    this.pan += 1;
    return JSON.stringify(maskPan(digits));
  }
}
