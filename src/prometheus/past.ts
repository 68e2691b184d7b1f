/** A revision's past in ticks: what its ordinary ups and downs are learnt from. */
import type { Measured, RatioShape } from '../counting/measured.ts';
import { bucket, type Counting, countingQuery } from '../counting/queries.ts';
import { brokenCount, latencyTallies, ratioTallies } from '../counting/tally.ts';
import type { Vector } from '../counting/vector.ts';
import type { History, Tally } from '../facts/counts.ts';
import type { HistoryQuestion } from '../ports/metrics.ts';
import { vectorsByTime } from './by-time.ts';
import type { KnownSeries } from './known-series.ts';
import { missingIn } from './missing.ts';
import { nearestOf, textsOf } from './nearest.ts';
import { checksOf, spelledParts, withoutChecks } from './parts.ts';
import { historyLookback, pastByInstance } from './past-by-instance.ts';
import type { PromqlClient } from './promql.ts';

export class Past {
  readonly #client: PromqlClient;
  readonly #known: KnownSeries;

  constructor(client: PromqlClient, knownSeries: KnownSeries) {
    this.#client = client;
    this.#known = knownSeries;
  }

  /** Throws PromqlFailure. */
  async of(question: HistoryQuestion, measured: Measured): Promise<History> {
    const { source, revision, toMs, tickMs } = question;
    const { shape, revisionLabel } = measured;
    if (shape.kind === 'Ratio') return this.#ofRatio(question, measured, shape);
    const buckets = await this.#known.buckets(source, shape.counter, measured, toMs);
    const near = nearestOf(shape, buckets, revisionLabel, [revision]);
    if (near.kind !== 'Near') return { ticks: [], tickMs };
    const parts = [bucket(shape.counter, textsOf(near))];
    const [vectors, byInstance] = await Promise.all([
      this.#ticks(question, measured, { parts, byBucket: true }),
      measured.platform ? undefined : pastByInstance(this.#client, question, measured, near, parts),
    ]);
    const past = ticksOf(
      question,
      vectors,
      (vector) => latencyTallies(near, vector, revisionLabel)?.byRevision[revision],
    );
    return { ...past, ...(byInstance && { byInstance }) };
  }

  async #ofRatio(question: HistoryQuestion, measured: Measured, shape: RatioShape): Promise<History> {
    const { source, revision, toMs } = question;
    const { revisionLabel } = measured;
    const parts = await spelledParts(this.#known, source, shape, measured, toMs);
    const checks = await checksOf(this.#known, source, shape, measured, toMs);
    const vectors = await this.#ticks(question, measured, { parts, byBucket: false, checks: checks.needed });
    return ticksOf(question, vectors, (vector) =>
      missingIn(vector, { ...checks, alike: [] }, revisionLabel, [revision]) === null
        ? ratioTallies(shape, withoutChecks(vector), revisionLabel)[revision]
        : undefined,
    );
  }

  /** The answers at the end of each tick, by time. */
  async #ticks(
    { source, revision, toMs, lengthMs, tickMs }: HistoryQuestion,
    measured: Measured,
    counting: Pick<Counting, 'parts' | 'byBucket' | 'checks'>,
  ): Promise<ReadonlyMap<number, Vector>> {
    const recentMs = tickMs - 1;
    const asked = { measured, revision, windowMs: tickMs, lookback: historyLookback, young: [], recentMs, ...counting };
    const firstMs = toMs - lengthMs + tickMs;
    return vectorsByTime(await this.#client.range(source, countingQuery(asked), firstMs, toMs, tickMs));
  }
}

/** A tick of which nothing is known counts nothing. */
function ticksOf(
  { toMs, lengthMs, tickMs }: HistoryQuestion,
  vectors: ReadonlyMap<number, Vector>,
  tally: (vector: Vector) => Tally | undefined,
): History {
  const ticks: Tally[] = [];
  for (let atMs = toMs - lengthMs + tickMs; atMs <= toMs; atMs += tickMs) {
    const vector = vectors.get(atMs) ?? [];
    ticks.push((brokenCount(vector) === null && tally(vector)) || { bad: 0, total: 0 });
  }
  return { ticks, tickMs };
}
