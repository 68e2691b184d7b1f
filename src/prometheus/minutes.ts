/** What is remembered of how full one service's revisions were: a complete minute stays what it is. */
import { minuteMs } from '../counting/changes.ts';
import type { Asked } from '../counting/saturation.ts';
import { type Answer, known } from '../facts/answer.ts';
import type { SaturationMinutes } from '../facts/saturation.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { Company } from './company.ts';
import type { PromqlFailure } from './promql.ts';

/** Minutes of which a part came a little late are asked for once more. */
const overlapMs = 3 * minuteMs;
/** What comes later than that is looked for every few minutes, so far back: a server pays for every minute that is asked. */
const lateEveryMs = 5 * minuteMs;
const lateMs = 15 * minuteMs;
/** Every policy that looks at all does so several times in that time: about other revisions now, or it is gone. */
const leftAfterMs = 120 * minuteMs;

/** From the minute that ended at `firstMs` to the one that ended at `lastMs`. */
export interface Span {
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Seen extends Span {
  /** Up to here what came late has been asked for. */
  readonly soughtMs: number;
  readonly answer: Answer<SaturationMinutes>;
}

/** When its policy looked last, by the minute that it saw, and how long after the look before: null: there was none. */
interface Looked extends Span {
  readonly everyMs: number | null;
}

export class Minutes {
  readonly source: MetricsSource;
  /** Two sources of the same text are the same. */
  readonly sourceText: string;
  readonly asked: Asked;
  /** How many may be asked for together with it. */
  readonly company = new Company();
  #seen: Seen | null = null;
  #size = 0;
  #looked: Looked | null = null;
  /** It was asked for along with another, and its policy has not come for it yet. */
  #isWaiting = false;
  #failed: { readonly lastMs: number; readonly failure: PromqlFailure } | null = null;
  #asking: Promise<unknown> | null = null;

  constructor(source: MetricsSource, asked: Asked) {
    this.source = source;
    this.sourceText = JSON.stringify(source);
    this.asked = asked;
  }

  /** Nothing is remembered that a window from there could go on from. */
  isAnew(firstMs: number): boolean {
    return this.#before(firstMs) === null;
  }

  /** How many minutes of a revision are held. */
  get size(): number {
    return this.#size;
  }

  /** Nobody looks at it any more. */
  isLeft(lastMs: number): boolean {
    return this.#asking === null && this.#looked !== null && lastMs - this.#looked.lastMs > leftAfterMs;
  }

  /** Who asks for it now. */
  get asking(): Promise<unknown> | null {
    return this.#asking;
  }

  /** How long before its last look its policy looked; null: it did not. */
  get everyMs(): number | null {
    return this.#looked?.everyMs ?? null;
  }

  /** `asking` changes this, or fails it, and never rejects. */
  isAskedBy(asking: Promise<unknown>): void {
    this.#asking = asking.finally(() => {
      this.#asking = null;
    });
  }

  /**
   * Its policy looks: what is known of the span, or null where something of it is to be asked for. Where that was tried for it
   * in vain it is told so, once.
   */
  look(span: Span): Answer<SaturationMinutes> | null {
    const { firstMs, lastMs } = span;
    const failed = this.#failed;
    const before = this.#looked;
    this.#failed = null;
    this.#isWaiting = false;
    // By a clock that was ahead minutes were asked for that had not been: what was said of them is nothing.
    if (before !== null && lastMs < before.lastMs) this.#seen = null;
    if (before === null || lastMs !== before.lastMs) {
      const isLater = before !== null && lastMs > before.lastMs;
      this.#looked = { firstMs, lastMs, everyMs: isLater ? lastMs - before.lastMs : null };
    }
    if (failed?.lastMs === lastMs) throw failed.failure;
    const seen = this.#seen;
    if (seen === null || seen.firstMs > firstMs || seen.lastMs < lastMs) return null;
    // What lies before is asked for no more, as a rule.
    if (before !== null && lastMs > before.lastMs)
      this.#remember({ ...seen, firstMs, answer: between(seen.answer, span) });
    return between(seen.answer, span);
  }

  /** From where it is to be asked for, so that a policy that looks at this span knows all of it. */
  sinceMs({ firstMs, lastMs }: Span): number {
    const seen = this.#before(firstMs);
    if (seen === null) return firstMs;
    const againMs = this.#isSought(lastMs) ? lateMs : overlapMs;
    return Math.max(firstMs, seen.lastMs + minuteMs - againMs);
  }

  /**
   * The span at which its policy will look, if it will at this minute: as long after its last look as that was after the one
   * before, `usualMs` where that is not known. Who did not come the last time is not expected again.
   */
  expected(lastMs: number, usualMs: number): Span | null {
    const [seen, looked] = [this.#seen, this.#looked];
    if (seen === null || looked === null || this.#isWaiting || this.#asking !== null) return null;
    if (seen.lastMs >= lastMs || looked.lastMs + (looked.everyMs ?? usualMs) > lastMs) return null;
    // A window goes along with the time, or stands where it began: what is remembered will do for either.
    const movedMs = looked.firstMs + lastMs - looked.lastMs;
    return { firstMs: seen.answer.kind === 'Known' ? seen.firstMs : movedMs, lastMs };
  }

  /** What was answered from `sinceMs` on. `isExpected`: its policy comes for it later. */
  put(span: Span, more: Answer<SaturationMinutes>, isExpected: boolean): void {
    const seen = this.#before(span.firstMs);
    const sinceMs = this.sinceMs(span);
    const firstMs = isExpected && seen !== null ? seen.firstMs : span.firstMs;
    const kept = seen && between(seen.answer, { firstMs, lastMs: sinceMs - minuteMs });
    const soughtMs = seen === null || this.#isSought(span.lastMs) ? span.lastMs : seen.soughtMs;
    this.#remember({ firstMs, lastMs: span.lastMs, soughtMs, answer: kept === null ? more : joined(kept, more) });
    this.#isWaiting = isExpected;
  }

  /** Nothing is remembered of a failure but that it is to be told. */
  fail(lastMs: number, failure: PromqlFailure): void {
    this.#failed = { lastMs, failure };
    this.#isWaiting = true;
  }

  #remember(seen: Seen): void {
    const { answer } = seen;
    this.#seen = seen;
    this.#size = answer.kind === 'Known' ? Object.values(answer.value).reduce((sum, of) => sum + of.length, 0) : 0;
  }

  /** What is known from there on, if it can be gone on from. */
  #before(firstMs: number): Seen | null {
    const seen = this.#seen;
    return seen !== null && seen.firstMs <= firstMs && seen.answer.kind === 'Known' ? seen : null;
  }

  #isSought(lastMs: number): boolean {
    return this.#seen === null || lastMs - this.#seen.soughtMs >= lateEveryMs;
  }
}

function between(answer: Answer<SaturationMinutes>, { firstMs, lastMs }: Span): Answer<SaturationMinutes> {
  if (answer.kind === 'Unknown') return answer;
  const kept = Object.entries(answer.value).map(
    ([revision, minutes]) => [revision, minutes.filter(({ endMs }) => endMs >= firstMs && endMs <= lastMs)] as const,
  );
  return known(Object.fromEntries(kept.filter(([, minutes]) => minutes.length > 0)));
}

function joined(before: Answer<SaturationMinutes>, more: Answer<SaturationMinutes>): Answer<SaturationMinutes> {
  if (before.kind === 'Unknown' || more.kind === 'Unknown') return more;
  const revisions = new Set([...Object.keys(before.value), ...Object.keys(more.value)]);
  const minutesOf = (revision: string) => [...(before.value[revision] ?? []), ...(more.value[revision] ?? [])];
  return known(Object.fromEntries([...revisions].map((revision) => [revision, minutesOf(revision)])));
}
