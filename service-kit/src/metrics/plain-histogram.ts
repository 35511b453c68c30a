import { Histogram, type Registry } from 'prom-client';

/** Bounds in seconds for what a request may take: from half a millisecond to ten seconds. */
export const durationBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Observations of one set of labels: counting one takes nanoseconds, which prom-client's own label look-up does not. */
export class Observations {
  readonly #upperBounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(upperBounds: readonly number[]) {
    this.#upperBounds = upperBounds;
    this.#counts = new Float64Array(upperBounds.length + 1);
  }

  add(value: number): void {
    const bounds = this.#upperBounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index++;
    (this.#counts[index] as number)++;
    this.#sum += value;
  }

  /** The series of Prometheus's text format: cumulative buckets, sum and count. */
  series(name: string, labels: Labels): Value[] {
    let count = 0;
    const buckets = Array.from(this.#counts, (inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: this.#upperBounds[index] ?? '+Inf' },
        value: count,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

type Labels = Record<string, string | number>;
type Value = { metricName: string; labels: Labels; value: number };

/** A histogram of prom-client whose numbers are kept outside of it and read when it is scraped. */
export class PlainHistogram extends Histogram<string> {
  readonly #read: () => Iterable<readonly [Labels, Observations]>;
  readonly #about: { name: string; help: string };

  constructor(
    about: { name: string; help: string; registers: Registry[] },
    read: () => Iterable<readonly [Labels, Observations]>,
  ) {
    super(about);
    this.#about = about;
    this.#read = read;
  }

  override async get(): ReturnType<Histogram<string>['get']> {
    const { name, help } = this.#about;
    const values = [...this.#read()].flatMap(([labels, observations]) => observations.series(name, labels));
    return { name, help, type: 'histogram', values, aggregator: 'sum' } as unknown as Awaited<
      ReturnType<Histogram<string>['get']>
    >;
  }

  /** What a registry asks first when it writes its text. */
  getForPromString() {
    return this.get();
  }
}
