/** The port Metrics over any PromQL engine. One counting query an objective and tick. */

import { excludedBy, goesOnBy } from '../counting/absence.ts';
import { boundariesOf, measureAlike, type Neighbours, neighbours, scaleOf } from '../counting/boundaries.ts';
import { visibleAfterMs, wholeMinute, wholeMinutes } from '../counting/changes.ts';
import {
  type HistogramShape,
  type Measured,
  measuredBy,
  measuredShared,
  ofBuckets,
  partsOf,
  type RatioShape,
} from '../counting/measured.ts';
import { bucket, type Counting, countingQuery, instanceLabel, isCheck, isInstances } from '../counting/queries.ts';
import { brokenCount, instancesIn, latencyTallies, ratioTallies } from '../counting/tally.ts';
import type { Sample, Vector } from '../counting/vector.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { BudgetCounts } from '../facts/budget.ts';
import type { Counts, Freshness, History, Tally } from '../facts/counts.ts';
import { type Inspection, problem } from '../facts/inspection.ts';
import type { SaturationMinutes } from '../facts/saturation.ts';
import type { MetricsSource } from '../policy/policy.ts';
import type {
  Asked,
  BudgetQuestion,
  CountsQuestion,
  HistoryQuestion,
  Metrics,
  SaturationQuestion,
} from '../ports/metrics.ts';
import type { Counter } from '../promql/counters/model.ts';
import { isRunMetric } from '../promql/counters/names.ts';
import { Budgets } from './budget.ts';
import { inspection } from './inspect.ts';
import { KnownSeries } from './known-series.ts';
import { asked, type Checks, missingIn } from './missing.ts';
import { Paths } from './paths.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from './promql.ts';
import { Reach } from './reach.ts';
import { Saturation } from './saturation.ts';

/** How far back the last value before a window is looked for; nothing that is alive is silent for longer. */
const lookback = '15m';
const lookbackMs = 15 * 60_000;
/** A history has a window for every tick of hours, each with its own look back. */
const historyLookback = '5m';

export class PromqlMetrics implements Metrics {
  readonly #client: PromqlClient;
  readonly #reach: Reach;
  readonly #saturation: Saturation;
  readonly #budgets: Budgets;
  readonly #known: KnownSeries;
  readonly #paths: Paths;

  /** `changesAfterMs`: how long Google's own metrics take to be seen; of what was recorded nothing is on its way. */
  constructor(client: PromqlClient, changesAfterMs = visibleAfterMs) {
    this.#client = client;
    this.#reach = new Reach(client, changesAfterMs);
    this.#known = new KnownSeries(client);
    this.#paths = new Paths(client);
    this.#saturation = new Saturation(client, changesAfterMs);
    this.#budgets = new Budgets(client, this.#known, this.#paths);
  }

  freshness(asked: Asked, nowMs: number): Promise<Answer<Freshness>> {
    return orUnknown(
      this.#leavingOut(asked, nowMs, async (left) =>
        known(await this.#reach.of(asked.source, measuredOf(left), nowMs)),
      ),
    );
  }

  inspect(asked: Asked, nowMs: number): Promise<Answer<Inspection>> {
    return orUnknown(
      this.#leavingOut(asked, nowMs, async (left, missing) => {
        if (missing !== null) return known({ problem: problem('NeverMatches', missing), buckets: null });
        return known(await inspection(this.#client, this.#known, left, measuredOf(left), nowMs));
      }),
    );
  }

  /** A revision that nothing matched is missing; whether that means anything is not judged here. */
  counts(question: CountsQuestion): Promise<Answer<Counts>> {
    return orUnknown(
      this.#leavingOut(question, question.toMs, async (left, missing) =>
        missing === null ? this.#counts(left) : unknown('InsufficientSamples', missing, question.toMs),
      ),
    );
  }

  history(question: HistoryQuestion): Promise<Answer<History>> {
    return orUnknown(
      this.#leavingOut(question, question.toMs, async (left, missing) => {
        if (missing !== null) return unknown('InsufficientSamples', missing, question.toMs);
        const measured = measuredOf(left);
        const toMs = measured.deltas ? wholeMinute(question.toMs) : question.toMs;
        return known(await this.#history({ ...left, toMs }, measured));
      }),
    );
  }

  /** The question as the source has to be asked it, by the label that it has for the paths that are left out. */
  async #leavingOut<T extends Asked, A>(
    question: T,
    atMs: number,
    ask: (left: T, missing: string | null) => Promise<A>,
  ): Promise<A> {
    const { indicator, missing } = await this.#paths.of(question, atMs);
    return ask({ ...question, objective: { ...question.objective, indicator } }, missing);
  }

  async #counts(question: CountsQuestion): Promise<Answer<Counts>> {
    const measured = measuredOf(question);
    const { shape } = measured;
    const window = measured.deltas ? wholeMinutes(question) : question;
    if (window === null && question.fromMs < question.toMs) return noMinute(question);
    const asked = { ...question, ...window };
    return shape.kind === 'Ratio' ? this.#ofRatio(asked, measured, shape) : this.#ofHistogram(asked, measured, shape);
  }

  saturation(question: SaturationQuestion): Promise<Answer<SaturationMinutes>> {
    return orUnknown(this.#saturation.of(question));
  }

  budget(question: BudgetQuestion): Promise<Answer<BudgetCounts>> {
    return orUnknown(this.#budgets.of(question));
  }

  async #ofRatio(question: CountsQuestion, measured: Measured, shape: RatioShape): Promise<Answer<Counts>> {
    const { source, toMs, revisions } = question;
    const { revisionLabel } = measured;
    // A new revision may write its boundaries otherwise: what was remembered gets a second look before it is given up.
    for (const isLast of [false, true]) {
      const parts = await this.#spelled(source, shape, measured, toMs);
      const checks = await this.#checks(source, shape, measured, toMs);
      const vector = await this.#ask(question, measured, { parts, byBucket: false, checks: asked(checks) });
      const broken = brokenCount(vector);
      if (broken) return unknown('ProviderError', broken);
      const byRevision = ratioTallies(shape, withoutChecks(vector), revisionLabel);
      const missing = missingIn(vector, checks, revisionLabel, revisions);
      if (missing === null) return known({ ...windowOf(question), byRevision });
      if (isLast || !ofBuckets(shape).includes(missing.counter)) {
        return unknown('InsufficientSamples', missing.message, toMs);
      }
      for (const part of ofBuckets(shape)) this.#known.forgetSpelling(source, part);
    }
    throw new Error('unreachable');
  }

  /** What has to go on for each part; nothing of Cloud Run's own metrics, whose labels are known and whose series come together. */
  async #checks(source: MetricsSource, shape: RatioShape, measured: Measured, atMs: number): Promise<Checks> {
    const parts = partsOf(shape);
    if (parts.every(({ name }) => isRunMetric(name))) return noChecks;
    const probes = parts.map((part) => this.#known.spelled(source, goesOnBy(part, shape), measured, atMs));
    return { parts, needed: await Promise.all(probes), alike: excludedBy(parts) };
  }

  #spelled(source: MetricsSource, shape: RatioShape, measured: Measured, atMs: number): Promise<Counter[]> {
    return Promise.all(partsOf(shape).map((part) => this.#known.spelled(source, part, measured, atMs)));
  }

  async #ofHistogram(question: CountsQuestion, measured: Measured, shape: HistogramShape): Promise<Answer<Counts>> {
    const { source, toMs, revisions } = question;
    const { revisionLabel } = measured;
    const untold = (message: string) => unknown('InsufficientSamples', message, toMs);
    // Boundaries may have changed with a revision: what was remembered gets a second look before it is given up.
    for (const isLast of [false, true]) {
      const buckets = await this.#known.buckets(source, shape.counter, measured, toMs);
      const near = nearestOf(shape, buckets, revisionLabel, revisions);
      if (near.kind === 'Nothing') return known({ ...windowOf(question), byRevision: {} });
      if (near.kind === 'Near') {
        const parts = [bucket(shape.counter, textsOf(near))];
        const checks = measured.platform ? noChecks : bucketChecks(shape, near);
        const counting = {
          parts,
          byBucket: true,
          checks: asked(checks),
          ...(!measured.platform && instancesOf(shape)),
        };
        const vector = await this.#ask(question, measured, counting);
        const broken = brokenCount(vector);
        if (broken) return unknown('ProviderError', broken);
        const missing = missingIn(vector, checks, revisionLabel, revisions);
        const compared = withoutChecks(vector).filter((one) => revisions.includes(one.labels[revisionLabel] ?? ''));
        const tallies = missing === null ? latencyTallies(near, compared, revisionLabel) : null;
        if (tallies) {
          const { byRevision, below } = tallies;
          const instances = instancesIn(vector, revisionLabel);
          return known({ ...windowOf(question), byRevision, ...(below && { below }), ...(instances && { instances }) });
        }
        if (isLast && missing) return untold(missing.message);
      }
      this.#known.forgetBoundaries(source, shape.counter);
      if (isLast)
        return untold(
          near.kind === 'None' ? near.message : `${shape.counter.name} has other boundaries in each revision.`,
        );
    }
    throw new Error('unreachable');
  }

  #ask(
    { source, fromMs, toMs, tickMs, createdAtMs }: CountsQuestion,
    measured: Measured,
    what: Pick<Counting, 'parts' | 'byBucket' | 'checks' | 'instancesOf'>,
  ): Promise<Vector> {
    const young = Object.keys(createdAtMs).filter((name) => createdAtMs[name]! > fromMs - lookbackMs);
    // Each series that goes on has a sample within the last interval; one that lies just before it may be its last.
    const recentMs = tickMs - 1;
    const counting = { measured, revision: null, windowMs: toMs - fromMs, lookback, young, recentMs, ...what };
    return this.#client.instant(source, countingQuery(counting), toMs);
  }

  async #history(question: HistoryQuestion, measured: Measured): Promise<History> {
    const { source, revision, toMs, tickMs } = question;
    const { shape, revisionLabel } = measured;
    if (shape.kind === 'Ratio') return this.#historyOfRatio(question, measured, shape);
    const buckets = await this.#known.buckets(source, shape.counter, measured, toMs);
    const near = nearestOf(shape, buckets, revisionLabel, [revision]);
    if (near.kind !== 'Near') return { ticks: [], tickMs };
    const parts = [bucket(shape.counter, textsOf(near))];
    const [vectors, byInstance] = await Promise.all([
      this.#past(question, measured, { parts, byBucket: true }),
      measured.platform ? undefined : this.#byInstance(question, measured, near, parts),
    ]);
    const past = ticksOf(
      question,
      vectors,
      (vector) => latencyTallies(near, vector, revisionLabel)?.byRevision[revision],
    );
    return { ...past, ...(byInstance && { byInstance }) };
  }

  /** undefined: the series do not tell instances apart. */
  async #byInstance(
    { source, revision, toMs, lengthMs, tickMs }: HistoryQuestion,
    measured: Measured,
    near: Neighbours,
    parts: readonly Counter[],
  ): Promise<Tally[] | undefined> {
    const windowMs = lengthMs - tickMs;
    const asked = { measured, revision, windowMs, lookback: historyLookback, young: [], parts, byBucket: true };
    const vector = await this.#client.instant(source, countingQuery({ ...asked, byInstance: true }), toMs);
    const told = vector.filter(({ labels }) => labels[instanceLabel]);
    if (told.length === 0 || brokenCount(vector) !== null) return undefined;
    const each = Map.groupBy(told, ({ labels }) => labels[instanceLabel]!);
    return [...each.values()].flatMap(
      (samples) => latencyTallies(near, samples, measured.revisionLabel)?.byRevision[revision] ?? [],
    );
  }

  async #historyOfRatio(question: HistoryQuestion, measured: Measured, shape: RatioShape): Promise<History> {
    const { source, revision, toMs } = question;
    const { revisionLabel } = measured;
    const parts = await this.#spelled(source, shape, measured, toMs);
    const checks = await this.#checks(source, shape, measured, toMs);
    const vectors = await this.#past(question, measured, { parts, byBucket: false, checks: checks.needed });
    return ticksOf(question, vectors, (vector) =>
      missingIn(vector, { ...checks, alike: [] }, revisionLabel, [revision]) === null
        ? ratioTallies(shape, withoutChecks(vector), revisionLabel)[revision]
        : undefined,
    );
  }

  /** The answers at the end of each tick, by time. */
  async #past(
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

const withoutChecks = (vector: Vector): Vector => vector.filter((sample) => !isCheck(sample) && !isInstances(sample));

/** Each instance has a last bucket. */
const instancesOf = ({ counter }: HistogramShape) => ({ instancesOf: bucket(counter, ['+Inf']) });

const noChecks: Checks = { parts: [], needed: [], alike: [] };

/** The bucket that tells the threshold, and the last one. */
function bucketChecks({ counter }: HistogramShape, { upper }: Neighbours): Checks {
  const parts = [upper.texts, ['+Inf']].map((texts) => bucket(counter, texts));
  return { parts, needed: parts, alike: excludedBy([counter]) };
}

function measuredOf({ source, objective, service, revisionLabel, isShared }: Asked): Measured {
  const measured = measuredBy(source, objective, service, revisionLabel);
  return isShared ? measuredShared(measured, source) : measured;
}

/** What was judged up to the midst of a minute goes on with the next. */
const noMinute = ({ fromMs, toMs }: CountsQuestion): Answer<Counts> => {
  const seconds = Math.round((toMs - fromMs) / 1000);
  return unknown('InsufficientSamples', `There is no whole minute in ${seconds} s of Cloud Run's own metrics.`, toMs);
};

const windowOf = ({ fromMs, toMs, tickMs }: CountsQuestion) => ({ fromMs, toMs, tickMs });

type Nearest =
  | ({ readonly kind: 'Near' } & Neighbours)
  | { readonly kind: 'None'; readonly message: string }
  /** No revision that is compared shows any bucket: nothing was observed. */
  | { readonly kind: 'Nothing' };

/** The boundaries around the threshold that the compared revisions share, if each by itself would be judged at the same. */
function nearestOf(
  shape: HistogramShape,
  buckets: Vector,
  revisionLabel: string,
  compared: readonly string[],
): Nearest {
  if (!buckets.some(({ labels }) => compared.includes(labels[revisionLabel] ?? ''))) return { kind: 'Nothing' };
  const boundaries = boundariesOf(buckets, revisionLabel, compared);
  if (!measureAlike(buckets, revisionLabel, compared, shape)) {
    const message = `${compared.join(' and ')} have other boundaries of ${shape.counter.name} near the threshold: they cannot be compared.`;
    return { kind: 'None', message };
  }
  if (boundaries.length === 0) {
    return { kind: 'None', message: `${shape.counter.name} has no boundaries that ${compared.join(' and ')} share.` };
  }
  const scale = scaleOf(shape, boundaries);
  if (!scale.ok) return { kind: 'None', message: scale.message };
  return { kind: 'Near', ...neighbours(boundaries, scale.threshold)! };
}

const textsOf = ({ upper, lower }: Neighbours): string[] => [...(lower?.texts ?? []), ...upper.texts, '+Inf'];

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

async function orUnknown<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PromqlFailure) return unknown(error.reason, error.message);
    throw error;
  }
}
