import type { WriteOutcome } from '../ports/store.ts';
import { sameRecord } from '../record/same-record.ts';
import type { AddressedDocument } from './bulk-body.ts';
import type { Deadline } from './deadline.ts';
import { faultOf, type Gateway, type StoreFault } from './gateway.ts';
import { skipValue, walkArray, walkObject } from './json-walk.ts';

const DUPLICATE: WriteOutcome = { status: 'duplicate' };
const CONFLICT: WriteOutcome = {
  status: 'rejected',
  type: 'id_conflict',
  reason: 'another record is stored under this id',
};
const UNREADABLE: StoreFault = {
  type: 'incomplete_answer',
  reason: 'what is stored under the same ids could not be read',
};

/**
 * Tells repeated deliveries from other content, for documents whose address is taken: one request fetches what is stored there.
 * Cheap where it matters: a redelivered batch is compared as text, without being parsed.
 */
export async function judgeTaken(
  items: readonly AddressedDocument[],
  gateway: Gateway,
  deadline: Deadline,
): Promise<readonly WriteOutcome[]> {
  const sources = await fetchSources(items, gateway, deadline);
  if ('type' in sources) return items.map(() => ({ status: 'retryable', ...sources }));
  return items.map(({ document }, n) => judge(sources[n], document.source.toString('utf8')));
}

/** What is stored at each address, as it stands there; undefined where nothing is. A fault when the store cannot tell. */
export async function fetchSources(
  items: readonly AddressedDocument[],
  gateway: Gateway,
  deadline: Deadline,
): Promise<readonly (string | undefined)[] | StoreFault> {
  const docs = items.map(({ document, index }) => ({ _index: index, _id: document.id }));
  const answer = await gateway.request({ method: 'POST', path: '/_mget', body: { docs } }, deadline);
  if (answer.kind === 'none' || answer.status !== 200) return faultOf(answer);
  const sources = sourcesOf(answer.text);
  return sources.length === items.length ? sources : UNREADABLE;
}

function judge(stored: string | undefined, sent: string): WriteOutcome {
  if (stored !== undefined) return sameRecord(stored, sent) ? DUPLICATE : CONFLICT;
  return {
    status: 'retryable',
    type: 'document_not_found',
    reason: 'the address was taken, but nothing is stored there now',
  };
}

/** `_source` of each document of an `_mget` answer as it stands there; undefined for those that are not there. Too few when cut off. */
function sourcesOf(text: string): readonly (string | undefined)[] {
  const sources: (string | undefined)[] = [];
  try {
    walkObject(text, 0, (name, at) => {
      if (name !== 'docs') return skipValue(text, at);
      return walkArray(text, at, (docAt) => {
        let source: string | undefined;
        const end = walkObject(text, docAt, (member, valueAt) => {
          const valueEnd = skipValue(text, valueAt);
          if (member === '_source') source = text.slice(valueAt, valueEnd);
          return valueEnd;
        });
        sources.push(source);
        return end;
      });
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
  return sources;
}
