import { Counter, Gauge, type Registry } from 'prom-client';
import { type Observations, PlainHistogram } from './plain-histogram.ts';

/** The labels of one series. */
export type Labels = Record<string, string>;
/** Series with their values, as they are at the moment. */
export type Readings = Iterable<readonly [Labels, number]>;

/**
 * Metrics whose numbers are kept elsewhere, as plain numbers, and read when they are scraped: counting then costs
 * nanoseconds, which prom-client's own look-up of labels does not.
 */
export interface Series {
  counter(name: string, help: string, labelNames: string[], read: () => Readings): void;
  /** It may be read from elsewhere, such as a database; while that rejects, it shows what it showed before. */
  gauge(name: string, help: string, labelNames: string[], read: () => Readings | Promise<Readings>): void;
  histogram(name: string, help: string, read: () => Iterable<readonly [Labels, Observations]>): void;
}

/** Series of a registry whose names all begin with `prefix`, as `atrium_profile_`. */
export function openSeries(registry: Registry, prefix: string): Series {
  const registers = [registry];
  return {
    counter(name, help, labelNames, read) {
      new Counter({
        name: prefix + name,
        help,
        labelNames,
        registers,
        collect() {
          fill(this, read());
        },
      });
    },
    gauge(name, help, labelNames, read) {
      new Gauge({
        name: prefix + name,
        help,
        labelNames,
        registers,
        async collect() {
          const readings = await Promise.resolve(read()).catch(() => undefined);
          if (readings) fill(this, readings);
        },
      });
    },
    histogram(name, help, read) {
      new PlainHistogram({ name: prefix + name, help, registers }, read);
    },
  };
}

/** Values by the values of one label. */
export function byLabel(label: string, counts: Readonly<Record<string, number>>): Readings {
  return Object.entries(counts).map(([value, count]) => [{ [label]: value }, count]);
}

function fill(metric: Counter | Gauge, readings: Readings): void {
  metric.reset();
  for (const [labels, value] of readings) metric.inc(labels, value);
}
