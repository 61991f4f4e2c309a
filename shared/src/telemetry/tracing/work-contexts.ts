import { parseTraceparent, type TraceContext } from './trace-context.ts';

/** Work done for many traces at once names so many of them. */
const MAX_LINKS = 32;

/**
 * The distinct sampled places in traces that pieces of work come from, the first ones of many; undefined when there is none. Neighbors mostly
 * share one, which is then parsed once.
 */
export class WorkContexts {
  readonly #contexts = new Map<string, TraceContext>();
  #last: string | undefined;

  add(traceparent: string): void {
    if (traceparent === this.#last) return;
    this.#last = traceparent;
    if (this.#contexts.size >= MAX_LINKS || this.#contexts.has(traceparent)) return;
    const context = parseTraceparent(traceparent);
    if (context?.isSampled === true) this.#contexts.set(traceparent, context);
  }

  /** The first is the parent of the shared work, so that its trace is whole; the others are linked. */
  get parentAndLinks(): { readonly parent: TraceContext; readonly links: readonly TraceContext[] } | undefined {
    const [parent, ...links] = this.#contexts.values();
    return parent && { parent, links };
  }
}
