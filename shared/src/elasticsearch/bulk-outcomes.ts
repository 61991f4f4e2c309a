import type { WriteOutcome } from '../ports/store.ts';
import { describeStoreError } from './store-error.ts';

/** What the answer says of one item; `taken` means that something is stored under this address already. */
export type ItemOutcome = WriteOutcome | { readonly status: 'taken' };

/** Keeps the answer small; items match the request by order. */
export const BULK_FILTER_PATH = 'took,errors,items.*.status,items.*.error';

const STORED: WriteOutcome = { status: 'stored' };
const TAKEN: ItemOutcome = { status: 'taken' };
const STORED_ITEM = '{"create":{"status":201}}';
const ITEMS = '"items":[';

/**
 * Errors with a status of 4xx that are not the document's fault. A block is lifted (read-only after the disk was full, closed
 * index), an index is made by another writer at the same moment, and `validation_exception` is the cluster's limit of shards.
 */
const PASSING_TYPES: ReadonlySet<string> = new Set([
  'cluster_block_exception',
  'index_closed_exception',
  'index_not_found_exception',
  'resource_already_exists_exception',
  'security_exception',
  'validation_exception',
]);

interface BulkItem {
  readonly create?: { readonly status?: number; readonly error?: unknown };
}

/**
 * Reads the answer to a bulk request of `count` items; undefined when it does not say something of each item (then nothing can
 * be known of any).
 */
export function readBulkAnswer(text: string, count: number): readonly ItemOutcome[] | undefined {
  if (allStored(text, count)) return Array.from<ItemOutcome>({ length: count }).fill(STORED);
  const items = parseItems(text);
  return items?.length === count ? items.map(readItem) : undefined;
}

/** The common answer is known by its length: only `count` items of the shortest form fit. Saves parsing it. */
function allStored(text: string, count: number): boolean {
  if (!text.startsWith('{"errors":false,')) return false;
  const itemsAt = text.indexOf(ITEMS);
  const itemsLength = count * (STORED_ITEM.length + 1) - 1;
  return (
    itemsAt !== -1 &&
    text.length === itemsAt + ITEMS.length + itemsLength + ']}'.length &&
    text.startsWith(STORED_ITEM, itemsAt + ITEMS.length)
  );
}

function parseItems(text: string): readonly BulkItem[] | undefined {
  try {
    const { items } = JSON.parse(text) as { readonly items?: unknown };
    return Array.isArray(items) ? (items as readonly BulkItem[]) : undefined;
  } catch {
    return undefined;
  }
}

function readItem(item: BulkItem): ItemOutcome {
  const status = item.create?.status ?? 0;
  if (status === 200 || status === 201) return STORED;
  if (status === 409) return TAKEN;
  const { type = `http_${status}`, reason } = describeStoreError(item.create?.error);
  const passes = status < 400 || status >= 500 || isPassingStatus(status) || PASSING_TYPES.has(type);
  return { status: passes ? 'retryable' : 'rejected', type, reason };
}

/** Statuses that an operator or time can change: authorization, a missing index, timeout, overload. */
function isPassingStatus(status: number): boolean {
  return status === 401 || status === 403 || status === 404 || status === 408 || status === 429;
}
