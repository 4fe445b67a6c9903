import type { MetricName } from '@trunkline/contracts';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Labels of one measurement. Few values each; a portal's or channel's lag is the exception. */
export type Labels = Readonly<Record<string, string | number>>;

/** Only grows. */
export interface CounterMetric {
  add(amount?: number, labels?: Labels): void;
}

/** Goes up and down. */
export interface GaugeMetric {
  set(value: number, labels?: Labels): void;
  add(amount: number, labels?: Labels): void;
  /** Forgets one combination of labels (a portal that is gone). */
  remove(labels: Labels): void;
}

/** Distribution of measurements. */
export interface HistogramMetric {
  observe(value: number, labels?: Labels): void;
}

/**
 * Metrics of one service instance, apart from those of every other in the same process. Asking for a name again gives the
 * same metric, so that whoever measures need not share it. Names are those that the contracts declare.
 */
export interface Metrics {
  counter(name: MetricName, help: string, labelNames?: readonly string[]): CounterMetric;
  gauge(name: MetricName, help: string, labelNames?: readonly string[]): GaugeMetric;
  /** Buckets in the unit of the name; by default from 1 ms to 10 s. */
  histogram(name: MetricName, help: string, options?: HistogramOptions): HistogramMetric;
  /** All of them in the text format of Prometheus. */
  text(): Promise<string>;
  /** The registry itself, for {@link mergedText} and for gauges that are read when asked. */
  readonly registry: Registry;
  /** Stops measuring the process. */
  close(): void;
}

/** Options of a histogram. */
export interface HistogramOptions {
  readonly labelNames?: readonly string[];
  readonly buckets?: readonly number[];
}

/** What {@link createMetrics} wants. */
export interface MetricsOptions {
  readonly service: string;
  /** False where several services share a process and one of them measures it. */
  readonly measuresProcess?: boolean;
}

/** How often the event loop is looked at, in milliseconds: with 10, the default, that is most of what an idle process does. */
const eventLoopMonitoringPrecision = 100;
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the metrics of one service instance; each carries the label `service`. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  if (options.measuresProcess !== false) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
  const base = (name: string, help: string, labelNames: readonly string[]) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });
  return {
    registry,
    text: () => registry.metrics(),
    close: () => registry.clear(),
    counter: (name, help, labelNames = []) => {
      const found = once(registry, name, Counter, () => new Counter(base(name, help, labelNames)));
      return { add: (amount = 1, labels = {}) => found.inc(labels, amount) };
    },
    gauge: (name, help, labelNames = []) => {
      const found = once(registry, name, Gauge, () => new Gauge(base(name, help, labelNames)));
      return {
        set: (value, labels = {}) => found.set(labels, value),
        add: (amount, labels = {}) => found.inc(labels, amount),
        remove: (labels) => found.remove(labels),
      };
    },
    histogram: (name, help, { labelNames = [], buckets = secondsBuckets } = {}) => {
      const found = once(
        registry,
        name,
        Histogram,
        () => new Histogram({ ...base(name, help, labelNames), buckets: [...buckets] }),
      );
      return { observe: (value, labels = {}) => found.observe(labels, value) };
    },
  };
}

/** The metrics of several services of one process as one text: the label `service` keeps them apart. */
export async function mergedText(all: readonly Metrics[]): Promise<string> {
  const parts = await Promise.all(all.map(({ registry }) => registry.getMetricsAsJSON()));
  return await AggregatorRegistry.aggregate(parts).metrics();
}

function once<M>(registry: Registry, name: string, kind: new (...options: never[]) => M, make: () => M): M {
  const found: unknown = registry.getSingleMetric(name);
  if (found === undefined) return make();
  if (found instanceof kind) return found;
  throw new Error(`metric ${name} exists as another kind`);
}
