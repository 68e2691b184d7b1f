/** The port Metrics over any PromQL engine. One counting query an objective and tick. */

import { type Boundaries, boundariesOf, type Neighbours, neighbours } from '../counting/boundaries.ts';
import { type HistogramShape, type Measured, measuredBy } from '../counting/measured.ts';
import { boundariesQuery, bucket, type Counting, countingQuery } from '../counting/queries.ts';
import { brokenCount, latencyTallies, partsOf, ratioTallies } from '../counting/tally.ts';
import type { Sample, Vector } from '../counting/vector.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { Counts, Freshness, History, Tally } from '../facts/counts.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { Asked, CountsQuestion, HistoryQuestion, Metrics } from '../ports/metrics.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';
import { inspection } from './inspect.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from './promql.ts';
import { Reach } from './reach.ts';
import { Remembered } from './remembered.ts';

/** How far back the last value before a window is looked for; nothing that is alive is silent for longer. */
const lookback = '15m';
const lookbackMs = 15 * 60_000;
/** A history has a window for every tick of hours, each with its own look back. */
const historyLookback = '5m';

export class PromqlMetrics implements Metrics {
  readonly #client: PromqlClient;
  readonly #reach: Reach;
  readonly #boundaries = new Remembered<Boundaries>(10 * 60_000, 2_000);

  constructor(client: PromqlClient) {
    this.#client = client;
    this.#reach = new Reach(client);
  }

  freshness(asked: Asked, nowMs: number): Promise<Answer<Freshness>> {
    return answered(this.#reach.of(asked.source, measuredOf(asked), nowMs));
  }

  inspect(asked: Asked, nowMs: number): Promise<Answer<Inspection>> {
    return answered(inspection(this.#client, asked.source, measuredOf(asked), nowMs));
  }

  /** A revision that nothing matched is missing; whether that means anything is not judged here. */
  counts(question: CountsQuestion): Promise<Answer<Counts>> {
    return orUnknown(this.#counts(question, measuredOf(question)));
  }

  history(question: HistoryQuestion): Promise<Answer<History>> {
    return answered(this.#history(question, measuredOf(question)));
  }

  async #counts(question: CountsQuestion, measured: Measured): Promise<Answer<Counts>> {
    const { source, fromMs, toMs, tickMs, createdAtMs } = question;
    const young = Object.keys(createdAtMs).filter((name) => createdAtMs[name]! > fromMs - lookbackMs);
    const window = { fromMs, toMs, tickMs };
    const ask = async (parts: readonly Counter[], byBucket: boolean): Promise<Vector> => {
      const counting = { measured, parts, byBucket, revision: null, windowMs: toMs - fromMs, lookback, young };
      return this.#client.instant(source, countingQuery(counting), toMs);
    };

    const { shape, revisionLabel } = measured;
    if (shape.kind === 'Ratio') {
      const vector = await ask(partsOf(shape), false);
      const broken = brokenCount(vector);
      if (broken) return unknown('ProviderError', broken);
      return known({ ...window, byRevision: ratioTallies(shape, vector, revisionLabel) });
    }
    // Boundaries may have changed with a revision: what was remembered gets a second look before it is given up.
    for (const isLast of [false, true]) {
      const boundaries = await this.#boundariesOf(question, measured, shape, toMs);
      const near = neighbours(boundaries, shape.threshold);
      if (boundaries.length > 0 && near === null) return unknown('InsufficientSamples', noBoundary(shape, boundaries));
      if (near === null) return known({ ...window, byRevision: {} });
      const vector = await ask([bucket(shape.counter, textsOf(near))], true);
      const broken = brokenCount(vector);
      if (broken) return unknown('ProviderError', broken);
      const tallies = latencyTallies(near, vector, revisionLabel);
      if (tallies) {
        const { byRevision, below } = tallies;
        return known({ ...window, byRevision, ...(below && { below }) });
      }
      this.#boundaries.forget(boundariesKey(question, shape));
      if (isLast) return unknown('InsufficientSamples', noBoundary(shape, boundaries));
    }
    throw new Error('unreachable');
  }

  async #history(question: HistoryQuestion, measured: Measured): Promise<History> {
    const { source, revision, toMs, lengthMs, tickMs } = question;
    const { shape, revisionLabel } = measured;
    const firstMs = toMs - lengthMs + tickMs;
    const ask = async (counting: Pick<Counting, 'parts' | 'byBucket'>) => {
      const asked = { measured, revision, windowMs: tickMs, lookback: historyLookback, young: [], ...counting };
      const vectors = vectorsByTime(await this.#client.range(source, countingQuery(asked), firstMs, toMs, tickMs));
      return (tally: (vector: Vector) => Tally | undefined): History => {
        const ticks: Tally[] = [];
        for (let atMs = firstMs; atMs <= toMs; atMs += tickMs) {
          const vector = vectors.get(atMs) ?? [];
          ticks.push((brokenCount(vector) === null && tally(vector)) || { bad: 0, total: 0 });
        }
        return { ticks, tickMs };
      };
    };
    if (shape.kind === 'Ratio') {
      const ticksBy = await ask({ parts: partsOf(shape), byBucket: false });
      return ticksBy((vector) => ratioTallies(shape, vector, revisionLabel)[revision]);
    }
    const near = neighbours(await this.#boundariesOf(question, measured, shape, toMs), shape.threshold);
    if (near === null) return { ticks: [], tickMs };
    const ticksBy = await ask({ parts: [bucket(shape.counter, textsOf(near))], byBucket: true });
    return ticksBy((vector) => latencyTallies(near, vector, revisionLabel)?.byRevision[revision]);
  }

  #boundariesOf(asked: Asked, { revisionLabel }: Measured, shape: HistogramShape, atMs: number): Promise<Boundaries> {
    const key = boundariesKey(asked, shape);
    return this.#boundaries.get(key, atMs, async () => {
      const query = boundariesQuery(shape.counter, revisionLabel);
      const boundaries = boundariesOf(await this.#client.instant(asked.source, query, atMs), revisionLabel);
      if (boundaries.length === 0) this.#boundaries.forget(key);
      return boundaries;
    });
  }
}

const measuredOf = ({ source, objective, service, revisionLabel }: Asked): Measured =>
  measuredBy(source, objective, service, revisionLabel);

const boundariesKey = ({ source }: Asked, { counter }: HistogramShape): string =>
  JSON.stringify([source, selectorText(counter)]);

const textsOf = ({ upper, lower }: Neighbours): string[] => [...(lower?.texts ?? []), ...upper.texts, '+Inf'];

function noBoundary({ counter, threshold, unit }: HistogramShape, boundaries: Boundaries): string {
  const largest = boundaries.at(-1)?.value;
  const known = largest === undefined ? 'it has none that all revisions share' : `its largest is ${largest} ${unit}`;
  return `The histogram ${counter.name} has no boundary at or above ${threshold} ${unit}: ${known}.`;
}

/** One vector for each instant that has any sample. */
function vectorsByTime(matrix: Matrix): Map<number, Sample[]> {
  const byTime = new Map<number, Sample[]>();
  for (const { labels, points } of matrix) {
    for (const { atMs, value } of points) {
      const instantMs = Math.round(atMs);
      const vector = byTime.get(instantMs);
      if (vector) vector.push({ labels, value });
      else byTime.set(instantMs, [{ labels, value }]);
    }
  }
  return byTime;
}

const answered = <T>(answer: Promise<T>): Promise<Answer<T>> => orUnknown(answer.then(known));

async function orUnknown<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PromqlFailure) return unknown(error.reason, error.message);
    throw error;
  }
}
