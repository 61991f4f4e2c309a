import type { RetriedOutcome } from '@paylog/shared/flow/retrying-writer';
import type { StoreDocument } from '@paylog/shared/ports/store';
import { CommonAbort } from './common-abort.ts';

/** Writes until every document has its outcome or the signal is aborted (see `RetryingWriter`). */
export interface BulkWriter {
  write(
    documents: readonly StoreDocument[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly RetriedOutcome[]>;
}

/** Limits of the bulks. */
export interface BulkLimits {
  /** A bulk is closed before it grows beyond this many bytes of documents; one larger document is a bulk of its own. */
  readonly maxBytes: number;
  /** How long documents may wait for company while another bulk is under way. Nothing waits when none is. */
  readonly maxDelayMs: number;
  /** Bulks under way at the same time. */
  readonly concurrency: number;
}

/** The documents of one consumed batch. */
export interface BulkJob {
  readonly documents: readonly StoreDocument[];
  readonly signal: AbortSignal;
  /**
   * Called once for each range of `documents` that shared a bulk: the outcome of `documents[from + i]` is
   * `outcomes[offset + i]`, for `count` documents. Ranges may come in any order.
   */
  onOutcomes(from: number, count: number, outcomes: readonly RetriedOutcome[], offset: number): void;
}

/** What one finished bulk was like. */
export interface BulkReport {
  readonly documents: readonly StoreDocument[];
  readonly outcomes: readonly RetriedOutcome[];
  readonly bytes: number;
  /** From the first attempt to the last answer, retries included. */
  readonly milliseconds: number;
}

/** A job and what is still open of it. */
interface Ticket {
  readonly job: BulkJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  openParts: number;
}

/** A range of a job's documents inside a bulk. */
interface Part {
  readonly ticket: Ticket;
  readonly from: number;
  readonly count: number;
  readonly offset: number;
}

interface Bulk {
  readonly documents: StoreDocument[];
  readonly parts: Part[];
  bytes: number;
  /** Its time to wait for company is over. */
  due: boolean;
}

/**
 * Puts documents of several partitions together into bulks. States of a bulk: open (collects), closed (full, waits for a
 * free place), running. At most one is open. While the store is idle a bulk leaves in the same turn of the event loop in
 * which it was opened; under load the bulks grow by themselves, because they collect while others run.
 */
export class BulkBatcher {
  readonly #writer: BulkWriter;
  readonly #limits: BulkLimits;
  readonly #onBulk: (report: BulkReport) => void;
  #open: Bulk | undefined;
  readonly #closed: Bulk[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #turnScheduled = false;

  constructor(writer: BulkWriter, limits: BulkLimits, onBulk: (report: BulkReport) => void) {
    this.#writer = writer;
    this.#limits = limits;
    this.#onBulk = onBulk;
  }

  /** Resolves when every document of the job was reported through `onOutcomes`. Rejects when the writer throws (a bug). */
  write(job: BulkJob): Promise<void> {
    if (job.documents.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      // A bulk lives as long as one of its jobs wants it: those of a lost partition must not wait for a new one.
      if (this.#open?.parts.some((part) => part.ticket.job.signal.aborted) === true) this.#close();
      this.#append({ job, resolve, reject, openParts: 0 });
      this.#pump();
    });
  }

  #append(ticket: Ticket): void {
    const { documents } = ticket.job;
    let from = 0;
    let bulk = this.#openBulk();
    let offset = bulk.documents.length;
    for (let i = 0; i < documents.length; i += 1) {
      const document = documents[i];
      if (document === undefined) continue;
      const size = document.source.byteLength;
      if (bulk.bytes > 0 && bulk.bytes + size > this.#limits.maxBytes) {
        addPart(bulk, ticket, from, i - from, offset);
        this.#close();
        bulk = this.#openBulk();
        from = i;
        offset = 0;
      }
      bulk.documents.push(document);
      bulk.bytes += size;
    }
    addPart(bulk, ticket, from, documents.length - from, offset);
    if (bulk.bytes >= this.#limits.maxBytes) this.#close();
  }

  #openBulk(): Bulk {
    this.#open ??= { documents: [], parts: [], bytes: 0, due: false };
    return this.#open;
  }

  #close(): void {
    if (this.#open === undefined) return;
    this.#closed.push(this.#open);
    this.#open = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #pump(): void {
    while (this.#running < this.#limits.concurrency) {
      const bulk = this.#closed.shift();
      if (bulk === undefined) break;
      void this.#run(bulk);
    }
    const open = this.#open;
    if (open === undefined) return;
    if (this.#openMayLeave()) {
      // Batches of the same fetch arrive one after the other in one turn: let them travel together.
      if (this.#turnScheduled) return;
      this.#turnScheduled = true;
      setImmediate(() => {
        this.#turnScheduled = false;
        if (this.#openMayLeave()) this.#close();
        this.#pump();
      });
    } else if (!open.due) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        open.due = true;
        this.#pump();
      }, this.#limits.maxDelayMs);
    }
  }

  #openMayLeave(): boolean {
    if (this.#open === undefined || this.#running >= this.#limits.concurrency) return false;
    return this.#running === 0 || this.#open.due;
  }

  async #run(bulk: Bulk): Promise<void> {
    this.#running += 1;
    const lifetime = new CommonAbort(bulk.parts.map((part) => part.ticket.job.signal));
    const began = performance.now();
    try {
      const outcomes = await this.#writer.write(bulk.documents, { signal: lifetime.signal });
      for (const part of bulk.parts) {
        part.ticket.job.onOutcomes(part.from, part.count, outcomes, part.offset);
        part.ticket.openParts -= 1;
        if (part.ticket.openParts === 0) part.ticket.resolve();
      }
      const milliseconds = performance.now() - began;
      this.#onBulk({ documents: bulk.documents, outcomes, bytes: bulk.bytes, milliseconds });
    } catch (error) {
      for (const part of bulk.parts) part.ticket.reject(error);
    } finally {
      lifetime.dispose();
      this.#running -= 1;
      this.#pump();
    }
  }
}

function addPart(bulk: Bulk, ticket: Ticket, from: number, count: number, offset: number): void {
  if (count === 0) return;
  bulk.parts.push({ ticket, from, count, offset });
  ticket.openParts += 1;
}
