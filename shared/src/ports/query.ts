/**
 * The query tree: what is looked for, as data. `query/parse-query.ts` makes it from text, every store evaluates it. A leaf holds
 * or does not hold for a whole record; `not` is its complement, so a record without a field is found by `not` over that field.
 */

/** A field that the store knows by name; `query/query-fields.ts` lists them with their types. */
export interface KnownField<
  Type extends 'words' | 'keyword' | 'number' | 'time' = 'words' | 'keyword' | 'number' | 'time',
> {
  readonly type: Type;
  /** Dotted name in the record, such as `payment.amount_minor`. */
  readonly name: string;
}

/** Anything under `attributes`: the names on the way down, joined by dots. Members of arrays have the path of their array. */
export interface AttributeField {
  readonly type: 'attribute';
  /** Without the leading `attributes.`. */
  readonly path: string;
}

/** What a query can name. */
export type QueryField = KnownField | AttributeField;

/** Every record. */
export interface AllQuery {
  readonly op: 'all';
}

/** All hold. Empty: every record. */
export interface AndQuery {
  readonly op: 'and';
  readonly of: readonly Query[];
}

/** At least one holds. Empty: no record. */
export interface OrQuery {
  readonly op: 'or';
  readonly of: readonly Query[];
}

/** Does not hold. */
export interface NotQuery {
  readonly op: 'not';
  readonly of: Query;
}

/**
 * The words of `text` stand in the field, next to each other and in this order, in any case; words as split by Unicode word
 * boundaries (UAX 29). With `prefix` the last word may go on. A text without any word holds for no record.
 */
export interface PhraseQuery {
  readonly op: 'phrase';
  readonly field: KnownField<'words'>;
  readonly text: string;
  readonly prefix: boolean;
}

/**
 * The field is exactly this text; of an attribute, one of its texts, numbers (as `String` writes them) or truth values. `level` is
 * compared in small letters, everything else as it is. Values of more than 1,024 characters are not found.
 */
export interface EqualsQuery {
  readonly op: 'equals';
  readonly field: KnownField<'keyword'> | AttributeField;
  readonly value: string;
}

/** As {@link EqualsQuery}, for texts that begin with `value` (1 to 200 characters). */
export interface PrefixQuery {
  readonly op: 'prefix';
  readonly field: KnownField<'keyword'> | AttributeField;
  readonly value: string;
}

/**
 * The field has a value: it is there and not null. Of an attribute: a text (of at most 1,024 characters), number or truth value at
 * this very path; objects have none of their own, and Elasticsearch cannot tell what is below a path.
 */
export interface ExistsQuery {
  readonly op: 'exists';
  readonly field: QueryField;
}

/**
 * The number lies in the range; at least one bound is given, all are finite doubles. Of an attribute: a number that is a member of
 * an object (items of arrays are not), as far as the record's `num` holds it.
 */
export interface RangeQuery {
  readonly op: 'range';
  readonly field: KnownField<'number'> | AttributeField;
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** The time lies in `[from, to)`; at least one is given, both in the 30-character form of the store port. */
export interface TimeQuery {
  readonly op: 'time';
  readonly field: KnownField<'time'>;
  readonly from?: string;
  readonly to?: string;
}

/** One condition on a record, of any depth. */
export type Query =
  | AllQuery
  | AndQuery
  | OrQuery
  | NotQuery
  | PhraseQuery
  | EqualsQuery
  | PrefixQuery
  | ExistsQuery
  | RangeQuery
  | TimeQuery;
