import type { StoreDocument } from '../ports/store.ts';

/** A document and the index that it goes to. */
export interface AddressedDocument {
  readonly document: StoreDocument;
  readonly index: string;
}

/** Printable ASCII without quote and backslash: one byte per character, nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;
const LINE_FEED = 10;

/** Whether the bytes are one line. A line feed would end the document and let the rest be read as the next action. */
export function isOneLine(source: Buffer): boolean {
  return !source.includes(LINE_FEED);
}

/**
 * The body of a `_bulk` request: for each document an action line and its bytes as they are, all in one buffer. The document is
 * neither parsed nor turned into a string.
 */
export function bulkBody(items: readonly AddressedDocument[]): Buffer {
  const actions: string[] = [];
  let bytes = 0;
  for (const { document, index } of items) {
    const plain = PLAIN.test(document.id);
    const id = plain ? `"${document.id}"` : JSON.stringify(document.id);
    const action = `{"create":{"_index":"${index}","_id":${id}}}\n`;
    actions.push(action);
    bytes += (plain ? action.length : Buffer.byteLength(action)) + document.source.length + 1;
  }
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (let n = 0; n < items.length; n += 1) {
    at += body.write(actions[n] ?? '', at, 'utf8');
    const source = items[n]?.document.source;
    if (source !== undefined) at += source.copy(body, at);
    body[at] = LINE_FEED;
    at += 1;
  }
  return body;
}
