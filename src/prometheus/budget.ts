/**
 * The counts of error budgets. What was counted stays counted, so it is asked for once: each question brings what is new, for
 * all objectives of a policy together; after a restart a window is read anew, by the hour. Only in memory: it is far too much
 * for a status, and the metrics have it.
 */
import { boundariesOf, neighbours, scaleOf } from '../counting/boundaries.ts';
import { budgetQuery, budgetTally, type Counted, isWithoutBoundary, samplesOf } from '../counting/budget.ts';
import { minuteMs } from '../counting/changes.ts';
import { type HistogramShape, type Measured, measuredBy, measuredShared, partsOf } from '../counting/measured.ts';
import { bucket } from '../counting/queries.ts';
import { brokenCount } from '../counting/tally.ts';
import type { Vector } from '../counting/vector.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import { type BudgetCell, type BudgetCounts, cellMs } from '../facts/budget.ts';
import type { Tally } from '../facts/counts.ts';
import type { BudgetQuestion, BudgetSeries } from '../ports/metrics.ts';
import { selectorText } from '../promql/counters/format.ts';
import {
  cellsOf,
  firstEndOf,
  goesOn,
  overlapMs,
  type Piece,
  piecesOf,
  type ReachOf,
  reachOf,
} from './budget-pieces.ts';
import type { KnownSeries } from './known-series.ts';
import { LateAnswers } from './late.ts';
import { hourMs, Ledger } from './ledger.ts';
import { LongRanges } from './long-ranges.ts';
import type { Paths } from './paths.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';
import { Remembered } from './remembered.ts';

/** A month of one objective takes some 25 kB. */
const mostRemembered = 10_000;
/** A histogram keeps its boundaries; a revision that has others shows in the counts, and then they are read again. */
const boundariesForMs = 6 * hourMs;

interface Entry {
  readonly series: BudgetSeries;
  readonly counted: Counted;
  readonly key: string;
  /** By which its boundaries are remembered; null: they were read just now, or it has none. */
  readonly rememberedBy: string | null;
}

/** The same with what is remembered of it: held, so that nothing that goes on beside can take it away. */
interface Held extends Entry {
  readonly ledger: Ledger | null;
}

/** Of one objective the cells of a piece, or what is wrong with the answer. */
interface Found {
  readonly cells: BudgetCell[] | string;
  /** A revision has no bucket that ends at the boundary. */
  readonly lacksBoundary: boolean;
}

/** By the key of an objective. */
type Counts = Map<string, Answer<readonly BudgetCell[]>>;

export class Budgets {
  readonly #ranges: LongRanges;
  readonly #known: KnownSeries;
  readonly #paths: Paths;
  readonly #answers: LateAnswers<BudgetCounts>;
  readonly #boundaries = new Remembered<Vector>(boundariesForMs, mostRemembered);
  readonly #ledgers = new Map<string, Ledger>();

  constructor(client: PromqlClient, knownSeries: KnownSeries, paths: Paths, patienceMs?: number) {
    this.#ranges = new LongRanges(client);
    this.#known = knownSeries;
    this.#paths = paths;
    this.#answers = new LateAnswers(patienceMs);
  }

  /**
   * Throws PromqlFailure. Who asks while a month is still being read waits for it, though not for long; what came too late for
   * the last look is told to this one, if nothing newer comes in time.
   */
  async of(question: BudgetQuestion): Promise<Answer<BudgetCounts>> {
    const { source, service, series, toMs } = question;
    const asked = { key: JSON.stringify([source, service]), of: JSON.stringify(series), toMs };
    return known(await this.#answers.of(asked, () => this.#count(question)));
  }

  async #count(question: BudgetQuestion): Promise<BudgetCounts> {
    const byObjective = (await this.#look(question, false)) ?? (await this.#look(question, true))!;
    return { toMs: question.toMs, byObjective };
  }

  /** null: not by the boundaries that were remembered, which are forgotten, so that it is looked once more. */
  async #look(question: BudgetQuestion, isLast: boolean): Promise<BudgetCounts['byObjective'] | null> {
    const prepared = await Promise.all(question.series.map((series) => this.#prepared(question, series)));
    const entries = prepared.flatMap((one) => (one.kind === 'Known' ? [one.value] : []));
    // Who is counted alike is counted once.
    const unlike = [...new Map(entries.map((entry) => [entry.key, entry])).values()];
    const held = unlike.map((entry) => ({ ...entry, ledger: this.#goingOn(entry.key, reachOf(question)) }));
    // What is asked alike, in slices of one length and from the same time on, is asked together.
    const groups = Map.groupBy(held, (entry) =>
      JSON.stringify([entry.series.timeSliceMs, piecesOf(question, entry.ledger)]),
    );
    const counts: Counts = new Map();
    const failures: PromqlFailure[] = [];
    for (const group of groups.values()) {
      const counted = await this.#counted(question, group, isLast).catch((error: unknown) => failed(group, error));
      if (counted === null) return null;
      if ('failure' in counted) failures.push(counted.failure);
      for (const [key, answer] of counted.counts) counts.set(key, answer);
    }
    if (failures.length > 0 && failures.length === groups.size) throw failures[0];
    const byObjective = question.series.map(({ name }, i) => {
      const one = prepared[i]!;
      return [name, one.kind === 'Unknown' ? one : named(name, counts.get(one.value.key)!)] as const;
    });
    return Object.fromEntries(byObjective);
  }

  async #counted(
    question: BudgetQuestion,
    group: readonly Held[],
    isLast: boolean,
  ): Promise<{ readonly counts: Counts } | null> {
    const { hoursFromMs, finelyFromMs } = reachOf(question);
    const pieces = piecesOf(question, group[0]!.ledger);
    // All of them come to their ends, so that nothing is still being asked when it is asked again.
    const settled = await Promise.allSettled(pieces.map((piece) => this.#ask(question, group, piece)));
    const asked = settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    const changed = group.filter((_, place) => asked.some((found) => found[place]!.lacksBoundary));
    const remembered = changed.flatMap(({ rememberedBy }) => rememberedBy ?? []);
    for (const key of remembered) this.#boundaries.forget(key);
    for (const { counted } of changed)
      if (counted.kind === 'Histogram') this.#known.forgetSpelling(question.source, counted.parts[0]);
    if (remembered.length > 0 && !isLast) return null;
    const counts: Counts = new Map();
    for (const [place, { key, ledger: found }] of group.entries()) {
      const cells = asked.map((answers) => answers[place]!.cells);
      const broken = cells.find((one) => typeof one === 'string');
      if (broken !== undefined) counts.set(key, unknown('ProviderError', broken));
      else {
        const ledger = found ?? new Ledger(hoursFromMs, finelyFromMs);
        for (const cell of cells.flat() as BudgetCell[]) ledger.put(cell);
        ledger.moveOn(question.fromMs, hoursFromMs, finelyFromMs);
        this.#remember(key, ledger, finelyFromMs);
        counts.set(key, known(ledger.cells(question.toMs)));
      }
    }
    const isAllCounted = [...counts.values()].every(({ kind }) => kind === 'Known');
    if (isAllCounted)
      for (const piece of pieces) this.#ranges.forget(question.source, queryOf(group, stepOf(group, piece)));
    return { counts };
  }

  #goingOn(key: string, { hoursFromMs, finelyFromMs }: ReachOf): Ledger | null {
    const found = this.#ledgers.get(key);
    return found && goesOn(found, hoursFromMs, finelyFromMs) ? found : null;
  }

  /** The oldest come first. What ended so long ago could not go on: its policy is gone, or says something else. */
  #remember(key: string, ledger: Ledger, beforeMs: number): void {
    this.#ledgers.delete(key);
    this.#ledgers.set(key, ledger);
    for (const [key, { toMs }] of this.#ledgers) {
      if (toMs >= beforeMs && this.#ledgers.size <= mostRemembered) return;
      this.#ledgers.delete(key);
    }
  }

  async #ask(question: BudgetQuestion, group: readonly Entry[], piece: Piece): Promise<Found[]> {
    const stepMs = stepOf(group, piece);
    const vectors = await this.#ranges.of(question.source, queryOf(group, stepMs), {
      fromMs: firstEndOf(piece.fromMs, stepMs),
      toMs: piece.toMs,
      stepMs,
      keep: { fromMs: question.fromMs, toMs: question.toMs - overlapMs },
    });
    return group.map(({ series, counted }, place) => {
      const lacksBoundary = [...vectors.values()].some((vector) => isWithoutBoundary(counted, place, vector));
      // One exporter's trouble is no reason to lose sight of the other budgets.
      const broken = brokenCount([...vectors.values()].flatMap((vector) => samplesOf(place, vector)));
      if (broken !== null) return { cells: broken, lacksBoundary };
      const cells = cellsOf(piece, stepMs, (atMs) => {
        const tally = budgetTally(counted, place, vectors.get(atMs) ?? []);
        return series.timeSliceMs === null ? tally : sliceOf(tally, series);
      });
      return { cells, lacksBoundary };
    });
  }

  async #prepared(question: BudgetQuestion, series: BudgetSeries): Promise<Answer<Entry>> {
    const { source, service, revisionLabel, toMs } = question;
    const { indicator, timeSliceMs, allowedBadFraction } = series;
    const left = await this.#paths.of({ source, service, revisionLabel, objective: series }, toMs);
    if (left.missing !== null) return unknown('InsufficientSamples', `${series.name}: ${left.missing}`);
    // What is shared is among them.
    const measured = measuredShared(measuredBy(source, left, service, revisionLabel), source);
    if (measured.deltas && (timeSliceMs ?? cellMs) % minuteMs !== 0) {
      return unknown(
        'InsufficientSamples',
        `${series.name}: Google's own metrics come by the minute: write timeSlice: 1m.`,
      );
    }
    const counted = await this.#countedBy(question, measured, toMs);
    if (counted.kind === 'Unknown') return { ...counted, message: `${series.name}: ${counted.message}` };
    // What makes a slice a bad one is counted with; of events only the sum is judged.
    const slices = timeSliceMs === null ? null : [timeSliceMs, allowedBadFraction];
    const key = JSON.stringify([source, service, revisionLabel, indicator, slices]);
    return known({ series, key, ...counted.value });
  }

  async #countedBy(
    { source }: BudgetQuestion,
    measured: Measured,
    atMs: number,
  ): Promise<Answer<Pick<Entry, 'counted' | 'rememberedBy'>>> {
    const { shape } = measured;
    if (shape.kind === 'Ratio') {
      const parts = await Promise.all(partsOf(shape).map((part) => this.#known.spelled(source, part, measured, atMs)));
      return known({ counted: { kind: 'Ratio', measured, shape, parts }, rememberedBy: null });
    }
    const key = JSON.stringify([source, selectorText(shape.counter)]);
    let isNew = false;
    const buckets = await this.#boundaries.get(key, atMs, async () => {
      isNew = true;
      const found = await this.#known.buckets(source, shape.counter, measured, atMs);
      if (found.length === 0) this.#boundaries.forget(key);
      return found;
    });
    const counted = ofHistogram(measured, shape, buckets);
    return counted.kind === 'Unknown' ? counted : known({ counted: counted.value, rememberedBy: isNew ? null : key });
  }
}

const stepOf = (group: readonly Entry[], { lengthMs }: Piece): number => group[0]!.series.timeSliceMs ?? lengthMs;

const queryOf = (group: readonly Entry[], stepMs: number): string =>
  budgetQuery(
    group.map(({ counted }) => counted),
    stepMs,
  );

/** Of what cannot be had for some objectives the others are told. */
function failed(group: readonly Held[], error: unknown): { readonly counts: Counts; readonly failure: PromqlFailure } {
  if (!(error instanceof PromqlFailure)) throw error;
  const { reason, message } = error;
  return { failure: error, counts: new Map(group.map(({ key }) => [key, unknown(reason, message)])) };
}

const named = <T>(name: string, answer: Answer<T>): Answer<T> =>
  answer.kind === 'Unknown' ? { ...answer, message: `${name}: ${answer.message}` } : answer;

function ofHistogram(measured: Measured, shape: HistogramShape, buckets: Vector): Answer<Counted> {
  const boundaries = boundariesOf(buckets, measured.revisionLabel);
  if (buckets.length === 0) return unknown('NoTraffic', `${shape.counter.name} shows nothing just now.`);
  const scale = boundaries.length > 0 ? scaleOf(shape, boundaries) : null;
  if (scale?.ok === false) return unknown('InsufficientSamples', scale.message);
  const near = scale && neighbours(boundaries, scale.threshold);
  if (!near) return unknown('InsufficientSamples', `${shape.counter.name} has no boundary that its revisions share.`);
  return known({ kind: 'Histogram', measured, near, parts: [bucket(shape.counter, [...near.upper.texts, '+Inf'])] });
}

/** A slice counts as one where anything came in it. */
const sliceOf = ({ bad, total }: Tally, { allowedBadFraction }: BudgetSeries): Tally => {
  // Sums of what a server divides are not exact.
  const isBad = bad > allowedBadFraction * total * (1 + 1e-9);
  return total > 0 ? { bad: isBad ? 1 : 0, total: 1 } : { bad: 0, total: 0 };
};
