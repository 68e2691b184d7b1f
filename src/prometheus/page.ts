/** Which services are asked for in one question: one that is due, and as many others that are due with it as it bears. Pure. */
import { minuteMs } from '../counting/changes.ts';
import { namesLength } from '../counting/saturation.ts';
import type { Minutes, Span } from './minutes.ts';

/** The names stand in each of the question's selectors, and no server says how long a pattern may be. */
const mostCharacters = 2_000;
/** Minutes of revisions, six figures each: half of what is read of an answer at most. */
const mostMinutes = 10_000;
/** Nobody is asked for further back for the sake of others. */
const furthestMs = 30 * minuteMs;

export interface Page {
  /** Whoever asks, first. */
  readonly all: readonly { readonly one: Minutes; readonly span: Span }[];
  /** From where on it is asked. */
  readonly sinceMs: number;
}

/** Who asks for the first time, or for long ago, asks alone. */
export function pageOf(first: Minutes, span: Span, others: Iterable<Minutes>): Page {
  const { lastMs } = span;
  const page = new Growing(first, span);
  const usualMs = first.everyMs;
  if (usualMs === null || page.sinceMs < lastMs + minuteMs - furthestMs) return page;
  for (const other of others) {
    if (other === first || !isAlike(first, other)) continue;
    const expected = other.expected(lastMs, usualMs);
    if (expected !== null) page.take(other, expected);
  }
  return page;
}

class Growing implements Page {
  readonly all: { one: Minutes; span: Span }[];
  sinceMs: number;
  #revisions: number;
  #characters: number;
  #most: number;

  constructor(first: Minutes, span: Span) {
    this.all = [{ one: first, span }];
    this.sinceMs = first.sinceMs(span);
    this.#revisions = first.asked.revisions.length;
    this.#characters = namesLength(first.asked);
    this.#most = first.company.most;
  }

  /** If it bears it. */
  take(other: Minutes, span: Span): void {
    const ownMs = other.sinceMs(span);
    const sinceMs = Math.min(this.sinceMs, ownMs);
    const revisions = this.#revisions + other.asked.revisions.length;
    const characters = this.#characters + namesLength(other.asked);
    const most = Math.min(this.#most, other.company.most);
    const minutes = (revisions * (span.lastMs + minuteMs - sinceMs)) / minuteMs;
    const isFar = ownMs < span.lastMs + minuteMs - furthestMs;
    if (isFar || this.all.length >= most || characters > mostCharacters || minutes > mostMinutes) return;
    this.all.push({ one: other, span });
    this.sinceMs = sinceMs;
    this.#revisions = revisions;
    this.#characters = characters;
    this.#most = most;
  }
}

/** The same server answers for both, of the same project. */
const isAlike = (one: Minutes, other: Minutes): boolean =>
  one.asked.service.project === other.asked.service.project && one.sourceText === other.sourceText;
