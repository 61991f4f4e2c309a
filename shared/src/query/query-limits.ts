/** Longest text of a query, in UTF-16 units. */
export const MAX_QUERY_LENGTH = 8192;

/** Most conditions in one query, counted as they are written. */
export const MAX_QUERY_CONDITIONS = 200;

/** Most parentheses inside each other. */
export const MAX_QUERY_NESTING = 20;
