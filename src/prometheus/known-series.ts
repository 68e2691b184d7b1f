/** The boundaries of a source's histograms and how they are written, remembered for a while. */
import { textsFor } from '../counting/boundaries.ts';
import type { Measured } from '../counting/measured.ts';
import { boundariesQuery, bucket } from '../counting/queries.ts';
import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { boundaryOf, boundaryValue } from '../promql/counters/buckets.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';
import type { PromqlClient } from './promql.ts';
import { Remembered } from './remembered.ts';

const forMs = 10 * 60_000;
const most = 2_000;

export class KnownSeries {
  readonly #client: PromqlClient;
  readonly #boundaries = new Remembered<Vector>(forMs, most);

  constructor(client: PromqlClient) {
    this.#client = client;
  }

  /** The buckets of all revisions, as they are written. `histogram`: whatever their `le`. */
  buckets(source: MetricsSource, histogram: Counter, measured: Measured, atMs: number): Promise<Vector> {
    const key = keyOf(source, histogram);
    return this.#boundaries.get(key, atMs, async () => {
      const vector = await this.#client.instant(source, boundariesQuery(histogram, measured), atMs);
      if (vector.length === 0) this.#boundaries.forget(key);
      return vector;
    });
  }

  forgetBoundaries(source: MetricsSource, histogram: Counter): void {
    this.#boundaries.forget(keyOf(source, histogram));
  }

  /** A bucket's boundary is a number: it is asked for by the texts that the source has for it. */
  async spelled(source: MetricsSource, part: Counter, measured: Measured, atMs: number): Promise<Counter> {
    const le = boundaryOf(part);
    if (le === null || !Number.isFinite(boundaryValue(le.value))) return part;
    const vector = await this.buckets(source, histogramOf(part), measured, atMs);
    const texts = textsFor(vector, boundaryValue(le.value));
    return texts.length === 0 ? part : bucket(histogramOf(part), texts);
  }

  forgetSpelling(source: MetricsSource, part: Counter): void {
    this.forgetBoundaries(source, histogramOf(part));
  }
}

/** The buckets around one. What narrows a bucket may not be born yet, and its boundaries are those of its metric. */
const histogramOf = ({ name, matchers }: Counter): Counter => ({
  name,
  matchers: matchers.filter(({ label }) => label !== 'le'),
});

const keyOf = (source: MetricsSource, counter: Counter): string => JSON.stringify([source, selectorText(counter)]);
