/** Native histograms: observations in exponential buckets, their remote write, and a Prometheus that takes them. */
import { type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { field, timeSeries, varint, writeSeries } from '../lab/promql/remote-write.ts';

/** Eight buckets for each doubling: 0.25, 0.5 and 1 s are boundaries. */
const schema = 3;
/** From 4 ms to 16 s; all of them are always written. */
const range = { from: -8 * 2 ** schema, to: 4 * 2 ** schema };
/** What is faster is counted as nothing at all. */
const zeroThreshold = 2 ** (range.from / 2 ** schema);

/** By index, and the count of what took no time. */
export interface Exponential {
  readonly zero: number;
  readonly buckets: readonly number[];
}

export const empty: Exponential = { zero: 0, buckets: Array<number>(range.to - range.from).fill(0) };

export function observing({ zero, buckets }: Exponential, seconds: readonly number[]): Exponential {
  const counts = [...buckets];
  let none = zero;
  for (const value of seconds) {
    const index = Math.ceil(Math.log2(value) * 2 ** schema);
    if (value <= zeroThreshold) none++;
    else counts[Math.min(index, range.to) - range.from - 1]!++;
  }
  return { zero: none, buckets: counts };
}

export const countOf = ({ zero, buckets }: Exponential): number => buckets.reduce((sum, count) => sum + count, zero);

export interface WrittenHistograms {
  readonly metric: Readonly<Record<string, string>>;
  /** Instant in milliseconds and what was observed until then, oldest first. */
  readonly samples: readonly (readonly [number, Exponential])[];
}

/** Throws with Prometheus' words when it refuses. */
export const writeHistograms = (url: string, series: readonly WrittenHistograms[]): Promise<void> =>
  writeSeries(
    url,
    series.map(({ metric, samples }) =>
      timeSeries(
        metric,
        samples.map(([atMs, value]) => field(4, histogram(atMs, value))),
      ),
    ),
  );

/** prometheus.Histogram: integer counts, each bucket as the difference from the one before. */
function histogram(atMs: number, value: Exponential): Buffer {
  const { zero, buckets } = value;
  const deltas = buckets.map((count, index) => count - (buckets[index - 1] ?? 0));
  // The bucket of an index ends at its power: the first one is the next above the zero bucket.
  const span = Buffer.concat([number(1, zigzag(range.from + 1)), number(2, buckets.length)]);
  return Buffer.concat([
    number(1, countOf(value)),
    number(4, zigzag(schema)),
    double(5, zeroThreshold),
    number(6, zero),
    field(11, span),
    field(12, Buffer.concat(deltas.map((delta) => varint(zigzag(delta))))),
    number(15, atMs),
  ]);
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const number = (place: number, value: number): Buffer => Buffer.concat([varint(place << 3), varint(value)]);

function double(place: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((place << 3) | 1), bytes]);
}

/** Native histograms are a feature that has to be asked for. */
export const startNative = (program: string): Promise<RealPrometheus> =>
  startPrometheus(program, ['--enable-feature=native-histograms']);
