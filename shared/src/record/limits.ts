/** Bounds of one record; each is configured and answered with its own error code. */
export interface RecordLimits {
  /** Largest record in bytes of UTF-8, as sent. */
  readonly maxBytes: number;
  /** Deepest nesting of objects and arrays; the record itself is level 1. */
  readonly maxDepth: number;
  /** Most members of all its objects together. */
  readonly maxKeys: number;
}

/** Longest `id` in characters, and in bytes of UTF-8: Elasticsearch takes 512 bytes for `_id`. */
export const MAX_ID_LENGTH = 256;
export const MAX_ID_BYTES = 512;

/** Longest text of a number: Elasticsearch's parser (Jackson) refuses longer ones. */
export const MAX_NUMBER_LENGTH = 1000;

/**
 * Longest name of a member, and longest dotted path under `attributes`, in characters: together with a searchable value they make a
 * term of Elasticsearch's flattened fields, which takes 32,766 bytes.
 */
export const MAX_NAME_LENGTH = 1024;
export const MAX_ATTRIBUTE_PATH_LENGTH = 4096;

/** Whether an id has more bytes than fit; its characters are counted elsewhere. */
export function hasTooManyIdBytes(id: string): boolean {
  return id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES;
}
