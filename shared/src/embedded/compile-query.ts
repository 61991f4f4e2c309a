import type { EqualsQuery, PhraseQuery, PrefixQuery, Query, QueryField } from '../ports/query.ts';
import { bothOf, eitherOf, exactly, UNKNOWN, type Bounds } from './bounds.ts';
import { compileRange, compileReceipt, equalNumber, startingNumbers } from './compile-numbers.ts';
import type { FieldIndex } from './field-index.ts';
import { encode, endOf, fieldKey, HEAD_CHARS, longHead, MAX_VALUE_CHARS, valueTerm, wordTerm } from './index-terms.ts';
import { allOf, anyTerm, noneOf, NOTHING } from './match.ts';
import { messageWords } from './message-words.ts';

type Leaf = Exclude<Query, { op: 'all' | 'and' | 'or' | 'not' }>;

/** FTS5's parser has room for some 30 levels of brackets; a level of the query takes two at most. */
const MAX_DEPTH = 12;

/** Translates queries into terms of the index. One for each request, so that every condition is looked up once. */
export class QueryCompiler {
  readonly #index: FieldIndex;
  readonly #known = new Map<Leaf, Bounds>();

  constructor(index: FieldIndex) {
    this.#index = index;
  }

  /** Conditions on `timestamp` are taken as unknown: see `time-pieces.ts`. */
  compile(query: Query, depth = 0): Bounds {
    switch (query.op) {
      case 'all':
        return bothOf([]);
      case 'and':
      case 'or': {
        if (depth > MAX_DEPTH) return UNKNOWN;
        const parts = query.of.map((part) => this.compile(part, depth + 1));
        return query.op === 'and' ? bothOf(parts) : eitherOf(parts);
      }
      case 'not': {
        const { possible, certain } = this.compile(query.of, depth + 1);
        if (possible === certain) return exactly(noneOf(possible));
        return { possible: noneOf(certain), certain: noneOf(possible) };
      }
      default:
        return this.#leafOnce(query);
    }
  }

  #leafOnce(leaf: Leaf): Bounds {
    const known = this.#known.get(leaf);
    if (known !== undefined) return known;
    const bounds = this.#leaf(leaf);
    this.#known.set(leaf, bounds);
    return bounds;
  }

  #leaf(query: Leaf): Bounds {
    switch (query.op) {
      case 'phrase':
        return this.#phrase(query);
      case 'equals':
        return equals(query);
      case 'prefix':
        return this.#prefix(query);
      case 'exists':
        return exactly(this.#index.presence(query.field).possible);
      case 'range':
        return compileRange(query, this.#index);
      case 'time':
        return query.field.name === 'received_at' ? compileReceipt(query, this.#index.vocabulary) : UNKNOWN;
    }
  }

  #phrase({ field, text, prefix }: PhraseQuery): Bounds {
    const words = messageWords(text);
    const key = fieldKey(field);
    const parts = words.map((word, index) =>
      prefix && index === words.length - 1 ? this.#index.starting(wordTerm(key, word)) : anyTerm([wordTerm(key, word)]),
    );
    if (parts.length === 0) return exactly(NOTHING);
    const all = allOf(parts);
    // The index knows which words there are, not where.
    return parts.length === 1 ? exactly(all) : { possible: all, certain: NOTHING };
  }

  #prefix({ field, value: given }: PrefixQuery): Bounds {
    const value = textSought(field, given);
    const key = fieldKey(field);
    if (value.length > MAX_VALUE_CHARS) return exactly(NOTHING);
    if (this.#allBegin(key, value)) return this.#index.presence(field);
    const parts = [exactly(this.#index.starting(`~${key}${encode(value)}`))];
    if (value.length > HEAD_CHARS) {
      parts.push({ possible: this.#index.starting(`~${key}${longHead(value)}`), certain: NOTHING });
    }
    if (field.type === 'attribute') parts.push(startingNumbers(field, value, this.#index));
    return eitherOf(parts);
  }

  /** Whether all values of the field begin so, which is common (`pay_*`): then it is enough that there is one. */
  #allBegin(key: string, value: string): boolean {
    if (value.length > HEAD_CHARS) return false;
    const { vocabulary } = this.#index;
    const [start, own] = [`~${key}`, `~${key}${encode(value)}`];
    return (
      vocabulary.between(start, endOf(start), 1)[0]?.startsWith(own) === true &&
      !vocabulary.hasBetween(endOf(own), endOf(start)) &&
      !vocabulary.hasBetween(`~;${key}`, endOf(`~;${key}`))
    );
  }
}

function equals({ field, value: given }: EqualsQuery): Bounds {
  const value = textSought(field, given);
  if (value.length > MAX_VALUE_CHARS) return exactly(NOTHING);
  const key = fieldKey(field);
  const terms = [valueTerm(key, value)];
  if (field.type === 'attribute') terms.push(...equalNumber(key, value));
  return exactly(anyTerm(terms));
}

/** `level` is compared in small letters. */
function textSought(field: QueryField, value: string): string {
  return field.type === 'keyword' && field.name === 'level' ? value.toLowerCase() : value;
}
