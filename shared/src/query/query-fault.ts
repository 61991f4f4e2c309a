/** Why a text is no query, and where. */
export interface QueryFault {
  /** What is wrong or what was expected, without a full stop. */
  readonly message: string;
  /** Where it begins in the text: UTF-16 units, the first is 0. */
  readonly position: number;
  /** 0 when something is missing there. */
  readonly length: number;
  /** What would be right. */
  readonly advice?: string;
}

/** A stretch of the text. */
export interface Span {
  readonly position: number;
  readonly length: number;
}

/** A fault over a stretch of the text. */
export function faultAt({ position, length }: Span, message: string, advice?: string): QueryFault {
  return { message, position, length, ...(advice !== undefined && { advice }) };
}

/** The stretch from the beginning of one to the end of the other. */
export function spanOf(first: Span, last: Span): Span {
  return { position: first.position, length: last.position + last.length - first.position };
}
