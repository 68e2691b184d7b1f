/** The counts of one window per revision, by one question: of a ratio or of a histogram. */
import { excludedBy } from '../counting/absence.ts';
import type { Neighbours } from '../counting/boundaries.ts';
import { wholeMinutes } from '../counting/changes.ts';
import { type HistogramShape, type Measured, ofBuckets, type RatioShape } from '../counting/measured.ts';
import { bucket, type Counting, countingQuery } from '../counting/queries.ts';
import { brokenCount, instancesIn, latencyTallies, ratioTallies } from '../counting/tally.ts';
import type { Vector } from '../counting/vector.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { Counts } from '../facts/counts.ts';
import type { CountsQuestion } from '../ports/metrics.ts';
import type { KnownSeries } from './known-series.ts';
import { asked, type Checks, missingIn } from './missing.ts';
import { nearestOf, textsOf } from './nearest.ts';
import { checksOf, noChecks, spelledParts, withoutChecks } from './parts.ts';
import type { PromqlClient } from './promql.ts';

/** How far back the last value before a window is looked for; nothing that is alive is silent for longer. */
const lookback = '15m';
const lookbackMs = 15 * 60_000;

export class Windows {
  readonly #client: PromqlClient;
  readonly #known: KnownSeries;

  constructor(client: PromqlClient, knownSeries: KnownSeries) {
    this.#client = client;
    this.#known = knownSeries;
  }

  /** A revision that nothing matched is missing; whether that means anything is not judged here. Throws PromqlFailure. */
  async of(question: CountsQuestion, measured: Measured): Promise<Answer<Counts>> {
    const { shape } = measured;
    const window = measured.deltas ? wholeMinutes(question) : question;
    if (window === null && question.fromMs < question.toMs) return noMinute(question);
    const asked = { ...question, ...window };
    return shape.kind === 'Ratio' ? this.#ofRatio(asked, measured, shape) : this.#ofHistogram(asked, measured, shape);
  }

  async #ofRatio(question: CountsQuestion, measured: Measured, shape: RatioShape): Promise<Answer<Counts>> {
    const { source, toMs, revisions } = question;
    const { revisionLabel } = measured;
    // A new revision may write its boundaries otherwise: what was remembered gets a second look before it is given up.
    for (const isLast of [false, true]) {
      const parts = await spelledParts(this.#known, source, shape, measured, toMs);
      const checks = await checksOf(this.#known, source, shape, measured, toMs);
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
}

/** Each instance has a last bucket. */
const instancesOf = ({ counter }: HistogramShape) => ({ instancesOf: bucket(counter, ['+Inf']) });

/** The bucket that tells the threshold, and the last one. */
function bucketChecks({ counter }: HistogramShape, { upper }: Neighbours): Checks {
  const parts = [upper.texts, ['+Inf']].map((texts) => bucket(counter, texts));
  return { parts, needed: parts, alike: excludedBy([counter]) };
}

/** What was judged up to the midst of a minute goes on with the next. */
const noMinute = ({ fromMs, toMs }: CountsQuestion): Answer<Counts> => {
  const seconds = Math.round((toMs - fromMs) / 1000);
  return unknown('InsufficientSamples', `There is no whole minute in ${seconds} s of Cloud Run's own metrics.`, toMs);
};

const windowOf = ({ fromMs, toMs, tickMs }: CountsQuestion) => ({ fromMs, toMs, tickMs });
