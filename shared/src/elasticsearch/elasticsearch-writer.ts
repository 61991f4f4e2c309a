import type { Logger } from '../ports/logger.ts';
import type { DependencyState } from '../ports/queue.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../ports/store.ts';
import { Availability } from './availability.ts';
import { bulkBody, isOneLine, type AddressedDocument } from './bulk-body.ts';
import { BULK_FILTER_PATH, readBulkAnswer, type ItemOutcome } from './bulk-outcomes.ts';
import { Deadline } from './deadline.ts';
import { findEarlierArrivals } from './earlier-arrivals.ts';
import { faultOf, Gateway, type Answer } from './gateway.ts';
import { commonName, IndexNames } from './index-names.ts';
import { DEFAULT_INDEX_PREFIX, type ElasticsearchWriterOptions } from './options.ts';
import { dropOldIndices } from './retention.ts';
import { judgeTaken } from './taken-addresses.ts';
import { checkTemplate, installTemplate } from './template-installer.ts';
import { findUnindexedNumbers } from './unindexed-numbers.ts';

/** Numbers are looked after with the retention, each hour: so far back, and a little more. */
const NUMBERS_LOOKED_AT_MS = 65 * 60_000;

/** Makes a writer of documents to Elasticsearch 8.19 or later. Connects in `start`. */
export function createElasticsearchWriter(options: ElasticsearchWriterOptions, logger: Logger): StoreWriter {
  return new ElasticsearchWriter(options, logger);
}

class ElasticsearchWriter implements StoreWriter {
  readonly #options: ElasticsearchWriterOptions;
  readonly #logger: Logger;
  readonly #prefix: string;
  readonly #gateway: Gateway;
  readonly #indexNames: IndexNames;
  readonly #availability = new Availability();
  /** False until the template is known to be there, and again after an outage: the cluster may have come back empty. */
  #installed = false;
  #installing: Promise<void> | undefined;
  /** Indices whose numbers were told of: one for each data set and day. */
  readonly #told = new Set<string>();

  constructor(options: ElasticsearchWriterOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#prefix = options.indexPrefix ?? DEFAULT_INDEX_PREFIX;
    this.#gateway = new Gateway(options);
    this.#indexNames = new IndexNames(this.#prefix, options.daysPast, options.daysFuture);
  }

  async start(): Promise<void> {
    await this.#install();
    this.#availability.watch(() => this.#probe());
  }

  async stop(): Promise<void> {
    this.#availability.stop();
    await this.#gateway.close();
  }

  state(): DependencyState {
    return this.#availability.state;
  }

  async write(
    documents: readonly StoreDocument[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly WriteOutcome[]> {
    const outcomes = new Array<WriteOutcome | undefined>(documents.length);
    const items: AddressedDocument[] = [];
    const positions: number[] = [];
    for (const [position, document] of documents.entries()) {
      const index = this.#address(document);
      if (typeof index === 'string') {
        items.push({ document, index });
        positions.push(position);
      } else {
        outcomes[position] = index;
      }
    }
    const written = await this.#writeItems(items, signal);
    for (const [n, position] of positions.entries()) outcomes[position] = written[n];
    return outcomes.map((outcome) => outcome ?? UNANSWERED);
  }

  async enforceRetention(nowMs: number): Promise<readonly string[]> {
    const dropped = await this.#dropOldIndices(nowMs);
    for (const index of dropped) this.#told.delete(index);
    await this.#tellUnindexedNumbers(nowMs);
    return dropped;
  }

  async #dropOldIndices(nowMs: number): Promise<readonly string[]> {
    const { retentionDays, timeoutMs } = this.#options;
    if (retentionDays === 0) return [];
    const deadline = new Deadline(timeoutMs);
    try {
      const dropped = await dropOldIndices(this.#gateway, this.#prefix, retentionDays, nowMs, deadline);
      if (dropped.length > 0) this.#logger.info('dropped indices older than the retention', { indices: dropped });
      return dropped;
    } finally {
      deadline.dispose();
    }
  }

  /** Records are stored all the same, so that nobody else would notice. Each index is told once. Never rejects. */
  async #tellUnindexedNumbers(nowMs: number): Promise<void> {
    const since = nowMs - NUMBERS_LOOKED_AT_MS;
    const deadline = new Deadline(this.#options.timeoutMs);
    const found = await findUnindexedNumbers(this.#gateway, this.#prefix, since, deadline)
      .catch((error: unknown) => {
        this.#logger.debug('numeric attributes cannot be looked after', { error });
        return [];
      })
      .finally(() => {
        deadline.dispose();
      });
    for (const { index, records, attributes } of found) {
      if (this.#told.has(index)) continue;
      this.#told.add(index);
      const message = 'numeric attributes are not found by ranges: their index has no more fields';
      this.#logger.warn(message, { index, records, attributes });
    }
  }

  #address(document: StoreDocument): string | WriteOutcome {
    const index = this.#indexNames.nameFor(document.dataSet, document.timestamp, document.receivedAt);
    if (typeof index !== 'string') return { status: 'rejected', ...index };
    if (isOneLine(document.source)) return index;
    return { status: 'rejected', type: 'invalid_source', reason: 'the document is not one line' };
  }

  async #writeItems(items: readonly AddressedDocument[], signal: AbortSignal): Promise<readonly WriteOutcome[]> {
    if (items.length === 0) return [];
    const deadline = new Deadline(this.#options.timeoutMs, signal);
    try {
      const absent = await this.#ensureInstalled(deadline);
      if (absent !== undefined) return items.map(() => absent);
      const earlier = await findEarlierArrivals(items, this.#indexNames, this.#gateway, deadline);
      if ('type' in earlier) return items.map(() => ({ status: 'retryable', ...earlier }));
      if (earlier.size === 0) return await this.#create(items, deadline);
      const created = await this.#create(
        items.filter((_, n) => !earlier.has(n)),
        deadline,
      );
      let next = 0;
      return items.map((_, n) => (earlier.has(n) ? { status: 'duplicate' } : (created[next++] ?? UNANSWERED)));
    } finally {
      deadline.dispose();
    }
  }

  async #create(items: readonly AddressedDocument[], deadline: Deadline): Promise<readonly WriteOutcome[]> {
    if (items.length === 0) return [];
    return this.#settleTaken(items, await this.#bulk(items, deadline), deadline);
  }

  /** One bulk request; halves it where the whole was refused because of what is in it, so that one document hurts only itself. */
  async #bulk(items: readonly AddressedDocument[], deadline: Deadline): Promise<readonly ItemOutcome[]> {
    const answer = await this.#send(items, deadline);
    if (answer.kind === 'answer' && answer.status === 200) {
      const outcomes = readBulkAnswer(answer.text, items.length);
      return outcomes ?? items.map(() => INCOMPLETE);
    }
    const fault = faultOf(answer);
    if (!isRefusal(answer)) {
      this.#noteFailure(answer, fault.reason);
      return items.map(() => ({ status: 'retryable', ...fault }));
    }
    if (items.length === 1) return [{ status: 'rejected', ...fault }];
    const middle = items.length >>> 1;
    const first = await this.#bulk(items.slice(0, middle), deadline);
    return [...first, ...(await this.#bulk(items.slice(middle), deadline))];
  }

  async #send(items: readonly AddressedDocument[], deadline: Deadline): Promise<Answer> {
    // The server gives up on shards that are not there before we give up on the server, so that the other items are answered.
    const timeout = `${Math.ceil(this.#options.timeoutMs / 2)}ms`;
    const query = { filter_path: BULK_FILTER_PATH, timeout };
    const answer = await this.#gateway.request(
      { method: 'POST', path: '/_bulk', query, body: bulkBody(items) },
      deadline,
    );
    if (answer.kind === 'answer' && answer.status === 200) this.#availability.up();
    return answer;
  }

  #noteFailure(answer: Answer, reason: string): void {
    // Overload is an answer of a store that is there; more questions would not help it.
    if (answer.kind === 'answer' && answer.status === 429) return;
    this.#availability.down(reason);
    this.#installed = false;
  }

  async #settleTaken(
    items: readonly AddressedDocument[],
    outcomes: readonly ItemOutcome[],
    deadline: Deadline,
  ): Promise<readonly WriteOutcome[]> {
    const taken = items.filter((_, n) => outcomes[n]?.status === 'taken');
    const judged = taken.length === 0 ? [] : await judgeTaken(taken, this.#gateway, deadline);
    let next = 0;
    return outcomes.map((outcome) => {
      if (outcome.status !== 'taken') return outcome;
      next += 1;
      return judged[next - 1] ?? UNANSWERED;
    });
  }

  async #ensureInstalled(deadline: Deadline): Promise<WriteOutcome | undefined> {
    if (this.#installed) return undefined;
    try {
      // Others may wait for the same installation: it is not this caller's to abort.
      await deadline.race(this.#install());
      return undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'cannot install the index template';
      return { status: 'retryable', type: 'template_not_installed', reason };
    }
  }

  /** Concurrent callers share one installation. */
  async #install(): Promise<void> {
    this.#installing ??= this.#installNow().finally(() => {
      this.#installing = undefined;
    });
    await this.#installing;
  }

  async #installNow(): Promise<void> {
    const deadline = new Deadline(this.#options.timeoutMs);
    try {
      if (this.#options.installTemplate) await installTemplate(this.#gateway, this.#prefix, this.#options, deadline);
      else await checkTemplate(this.#gateway, this.#prefix, deadline);
      this.#installed = true;
      this.#availability.up();
    } catch (error) {
      this.#installed = false;
      this.#availability.down(error instanceof Error ? error.message : 'cannot install the index template');
      throw error;
    } finally {
      deadline.dispose();
    }
  }

  async #probe(): Promise<void> {
    if (!this.#options.installTemplate) {
      // Nobody here brings it back: without it the store cannot be written to.
      await this.#install().catch(() => undefined);
      return;
    }
    const deadline = new Deadline(this.#options.timeoutMs);
    const path = `/_index_template/${commonName(this.#prefix)}`;
    const answer = await this.#gateway.request({ method: 'HEAD', path }, deadline);
    deadline.dispose();
    if (answer.kind === 'answer' && (answer.status === 200 || answer.status === 404)) {
      if (answer.status === 404) this.#installed = false;
      this.#availability.up();
    } else {
      this.#availability.down(faultOf(answer).reason);
    }
  }
}

const UNANSWERED: WriteOutcome = {
  status: 'retryable',
  type: 'unanswered',
  reason: 'the store said nothing of this document',
};
const INCOMPLETE: ItemOutcome = {
  status: 'retryable',
  type: 'incomplete_answer',
  reason: 'the answer does not match the request',
};

/**
 * Whether the whole request was refused for its content: too large, or Elasticsearch itself (not something in front of it, which
 * would refuse everything alike) could not read it.
 */
function isRefusal(answer: Answer): boolean {
  if (answer.kind === 'none') return false;
  return answer.status === 413 || (answer.status === 400 && faultOf(answer).type !== 'http_400');
}
