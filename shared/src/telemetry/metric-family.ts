/**
 * Metric families whose hot path is a plain addition: a caller resolves a child once and keeps it; the text form is made
 * when somebody scrapes. They stand in a prom-client registry, which asks a metric for its name and for `get()`.
 */

/** Values of the labels of one child. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** An observation that a trace tells more about. */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string; readonly span_id: string };
  readonly value: number;
  /** Unix time in seconds. */
  readonly timestamp: number;
}

/** One line of the text form, as prom-client's registry takes it. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Shown in the OpenMetrics form only. */
  readonly exemplar?: Exemplar;
}

/** What prom-client's registry asks of a metric. */
export interface Scrapable {
  readonly name: string;
  get(): Promise<{
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly aggregator: 'sum';
    readonly values: readonly Sample[];
  }>;
}

/** Words of a family that do not change. */
export interface FamilyDefinition<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  /** Most distinct values of each label; what comes after them is counted as `other`. */
  readonly bounds: Readonly<Record<L, number>>;
}

/** Stands for every value of a label beyond its bound. */
const OTHER = 'other';

/** Keeps the first `limit` distinct values; every later one becomes `other`. Never forgets. */
export function boundedLabel(limit: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= limit) return OTHER;
    seen.add(value);
    return value;
  };
}

/** Children by label values: the part that counters, gauges and histograms share. */
export abstract class MetricFamily<L extends string, C> implements Scrapable {
  readonly name: string;
  readonly #definition: FamilyDefinition<L>;
  readonly #type: string;
  readonly #bounds: readonly (readonly [L, (value: string) => string])[];
  readonly #children = new Map<string, { readonly labels: Labels<L>; readonly child: C }>();

  constructor(type: string, definition: FamilyDefinition<L>) {
    this.name = definition.name;
    this.#type = type;
    this.#definition = definition;
    this.#bounds = definition.labels.map((label) => [label, boundedLabel(definition.bounds[label])]);
  }

  protected abstract create(): C;

  protected abstract samples(child: C, labels: Labels<L>): readonly Sample[];

  /**
   * The child with these label values, made (with zero) if it is new. Keep it where it is used often: resolving costs a
   * map look-up for each label. A family without labels shows nothing until its child was resolved once.
   */
  child(labels: Labels<L>): C {
    const bounded = this.#bounds.map(([label, bound]) => [label, bound(labels[label])] as const);
    const key = bounded.map(([, value]) => value).join('\u0000');
    const known = this.#children.get(key);
    if (known !== undefined) return known.child;
    const child = this.create();
    // The entries are the definition's labels, all of them, which Object.fromEntries cannot know.
    this.#children.set(key, { labels: Object.fromEntries(bounded) as Labels<L>, child });
    return child;
  }

  /** Forgets every child, for states that are reported anew each time (lag of the partitions that are assigned now). */
  clear(): void {
    this.#children.clear();
  }

  async get(): ReturnType<Scrapable['get']> {
    const { name, help } = this.#definition;
    const values = [...this.#children.values()].flatMap(({ labels, child }) => this.samples(child, labels));
    return { name, help, type: this.#type, aggregator: 'sum', values };
  }
}
