import { ProblemError } from '@paylog/shared/errors/problem-error';
import { recordFault, type RecordFault } from '@paylog/shared/record/fault';
import { bodyText, type BodyText } from './body-text.ts';
import type { DataSetGate } from './data-set-gate.ts';
import { readAction, type Action, type Operation } from './elasticsearch-actions.ts';
import { destinationOf, withIndexName, type Destination } from './elasticsearch-destination.ts';
import type { RecordSource } from './record-batch.ts';

/** One action of a bulk request, in order. */
export interface BulkItem {
  readonly operation: Operation;
  readonly destination: Destination;
  readonly source: RecordSource | RecordFault;
  /** Characters in front of the document's own text. */
  readonly added: number;
}

/** What is the same for a whole bulk request. */
export interface BulkContext {
  /** The index in the path, for actions that name none. */
  readonly index: string | undefined;
  readonly maxRecords: number;
  readonly dataSets: DataSetGate;
}

/** The document of an action as a record. */
export function documentSource(
  text: string | undefined,
  id: string | undefined,
  destination: Destination,
): Pick<BulkItem, 'source' | 'added'> {
  if (text === undefined) return { source: recordFault('invalid_utf8', 'the document is not valid UTF-8'), added: 0 };
  const { dataSet, service, isKept, nameText } = destination;
  const whole = isKept ? withIndexName(text, nameText) : { text, added: 0 };
  return { source: { text: whole.text, id, dataSet, service }, added: whole.added };
}

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];

class BulkReader {
  readonly #body: Buffer;
  readonly #texts: BodyText;
  readonly #context: BulkContext;
  readonly #destinations = new Map<string | undefined, Destination>();
  readonly #items: BulkItem[] = [];
  #at: number;
  #line = 0;
  /** Action lines repeat, mostly. */
  #last: { readonly text: string; readonly action: Action } | undefined;

  constructor(body: Buffer, context: BulkContext) {
    this.#body = body;
    this.#texts = bodyText(body);
    this.#context = context;
    this.#at = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  }

  read(): readonly BulkItem[] {
    const { maxRecords } = this.#context;
    for (let action = this.#action(); action !== undefined; action = this.#action()) {
      if (this.#items.length === maxRecords) {
        throw new ProblemError('too_many_records', `at most ${maxRecords} actions in one request`);
      }
      this.#items.push(this.#item(action));
    }
    if (this.#items.length === 0) {
      throw new ProblemError('malformed_body', 'request body is required: no action in it');
    }
    return this.#items;
  }

  /** Steps behind the next line; undefined at the end of the body. The line is not trimmed. */
  #nextLine(): { readonly start: number; readonly end: number } | undefined {
    const start = this.#at;
    if (start >= this.#body.length) return undefined;
    const found = this.#body.indexOf(LINE_FEED, start);
    const end = found === -1 ? this.#body.length : found;
    this.#at = end + 1;
    this.#line += 1;
    return { start, end: end > start && this.#body[end - 1] === CARRIAGE_RETURN ? end - 1 : end };
  }

  /** The next action; empty lines in front of it are passed over. */
  #action(): Action | undefined {
    for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) {
      if (line.start === line.end) continue;
      const text = this.#texts(line.start, line.end);
      if (text !== undefined && text === this.#last?.text) return this.#last.action;
      const action = readAction(text, this.#line);
      this.#last = text === undefined ? undefined : { text, action };
      return action;
    }
    return undefined;
  }

  #item({ operation, index = this.#context.index, id }: Action): BulkItem {
    const destination = this.#destination(index);
    const isWrite = operation === 'index' || operation === 'create';
    const line = operation === 'delete' ? undefined : this.#nextLine();
    if (!isWrite) {
      const message = `the action [${operation}] is not supported: records are never changed; use index or create`;
      return { operation, destination, source: recordFault('invalid_value', message), added: 0 };
    }
    if (!line) {
      const message = `the action of line ${this.#line} has no document: the body may be cut off`;
      return { operation, destination, source: recordFault('invalid_json', message), added: 0 };
    }
    return { operation, destination, ...documentSource(this.#texts(line.start, line.end), id, destination) };
  }

  #destination(index: string | undefined): Destination {
    let destination = this.#destinations.get(index);
    if (!destination) {
      destination = destinationOf(index, this.#context.dataSets);
      this.#destinations.set(index, destination);
    }
    return destination;
  }
}

/**
 * Reads the body of `_bulk`: an action on one line, its document on the next. Throws `malformed_body` when an action line cannot be
 * read, and `too_many_records`; a fault of one action or document is its item's.
 */
export function readBulkBody(body: Buffer, context: BulkContext): readonly BulkItem[] {
  return new BulkReader(body, context).read();
}
