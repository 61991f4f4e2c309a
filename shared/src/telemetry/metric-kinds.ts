import { type Exemplar, type FamilyDefinition, type Labels, MetricFamily, type Sample } from './metric-family.ts';

/** A number that only grows. */
export class CounterChild {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(amount = 1): void {
    this.#value += amount;
  }
}

/** Counters with the same name. */
export class CounterFamily<L extends string> extends MetricFamily<L, CounterChild> {
  constructor(definition: FamilyDefinition<L>) {
    super('counter', definition);
  }

  /** For rare events; frequent ones keep their child. */
  add(labels: Labels<L>, amount = 1): void {
    this.child(labels).add(amount);
  }

  protected override create(): CounterChild {
    return new CounterChild();
  }

  protected override samples({ value }: CounterChild, labels: Labels<L>): readonly Sample[] {
    return [{ labels, value }];
  }
}

/** A number that goes up and down: set, or read when somebody scrapes. */
export class GaugeChild {
  #read: () => number = () => 0;

  get value(): number {
    return this.#read();
  }

  set(value: number): void {
    this.#read = () => value;
  }

  /** From now on the value is what `read` answers at each scrape. Costs nothing between scrapes. */
  readFrom(read: () => number): void {
    this.#read = read;
  }
}

/** Gauges with the same name. */
export class GaugeFamily<L extends string> extends MetricFamily<L, GaugeChild> {
  constructor(definition: FamilyDefinition<L>) {
    super('gauge', definition);
  }

  set(labels: Labels<L>, value: number): void {
    this.child(labels).set(value);
  }

  protected override create(): GaugeChild {
    return new GaugeChild();
  }

  protected override samples({ value }: GaugeChild, labels: Labels<L>): readonly Sample[] {
    return [{ labels, value }];
  }
}

/** The sampled span in which something was observed. */
export interface ObservedIn {
  readonly traceId: string;
  readonly spanId: string;
}

/** Counts observations by upper bounds. */
export class HistogramChild {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  /** The last sampled observation of each bucket. */
  readonly #exemplars: (Exemplar | undefined)[] = [];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  /**
   * Adds `times` observations of the same value. Values are in the unit of the metric's name. One made in a sampled span is kept as the
   * exemplar of its bucket.
   */
  observe(value: number, times = 1, span?: ObservedIn): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? Infinity)) index++;
    this.#counts[index] = (this.#counts[index] ?? 0) + times;
    this.#sum += value * times;
    if (span) {
      const labelSet = { trace_id: span.traceId, span_id: span.spanId };
      this.#exemplars[index] = { labelSet, value, timestamp: Date.now() / 1000 };
    }
  }

  /** By position of the bucket. */
  exemplar(bucket: number): Exemplar | undefined {
    return this.#exemplars[bucket];
  }

  /** Cumulative counts with their upper bounds, `+Inf` last. */
  buckets(): readonly (readonly [number | '+Inf', number])[] {
    let total = 0;
    return [...this.#counts].map((count, index) => {
      total += count;
      return [this.#bounds[index] ?? '+Inf', total] as const;
    });
  }
}

/** Histograms with the same name and bounds. */
export class HistogramFamily<L extends string> extends MetricFamily<L, HistogramChild> {
  readonly #bounds: readonly number[];

  constructor(definition: FamilyDefinition<L>, bounds: readonly number[]) {
    super('histogram', definition);
    this.#bounds = bounds;
  }

  protected override create(): HistogramChild {
    return new HistogramChild(this.#bounds);
  }

  protected override samples(child: HistogramChild, labels: Labels<L>): readonly Sample[] {
    const { name } = this;
    return [
      ...child.buckets().map(([le, value], bucket) => {
        const exemplar = child.exemplar(bucket);
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value, ...(exemplar && { exemplar }) };
      }),
      { metricName: `${name}_sum`, labels, value: child.sum },
      { metricName: `${name}_count`, labels, value: child.count },
    ];
  }
}
