/** Bounds of one record; each is configured and answered with its own error code. */
export interface RecordLimits {
  /** Largest record in bytes of UTF-8, as sent. */
  readonly maxBytes: number;
  /** Deepest nesting of objects and arrays; the record itself is level 1. */
  readonly maxDepth: number;
  /** Most members of all its objects together. */
  readonly maxKeys: number;
}

/** Longest `id` in characters. Elasticsearch takes 512 bytes for `_id`; an ASCII id of this length and its day fit twice. */
export const MAX_ID_LENGTH = 256;
