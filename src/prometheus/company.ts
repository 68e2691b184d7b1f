/**
 * How many may be asked for in one question together with this one. What failed in company is asked for by half as many the
 * next time, so that one that cannot be answered takes fewer and fewer along, and in the end fails alone.
 */
import { minuteMs } from '../counting/changes.ts';

/** However short their names are. */
const most = 200;
/** Whether more can be answered again is tried out so soon after what may have been an outage, */
const soonMs = 2 * minuteMs;
/** and so rarely where it is too much. */
const rarelyMs = 60 * minuteMs;

export class Company {
  #most = most;
  #changedMs = Number.NEGATIVE_INFINITY;
  #grownMs = Number.NEGATIVE_INFINITY;
  #growsEveryMs = soonMs;

  get most(): number {
    return this.#most;
  }

  /** `isPassing`: it may be no fault of the question. What fails again once it has grown is too much all the same. */
  failed(together: number, atMs: number, isPassing: boolean): void {
    const isTooMuch = !isPassing || atMs - this.#grownMs < rarelyMs;
    this.#most = Math.max(1, Math.floor(together / 2));
    this.#growsEveryMs = isTooMuch ? rarelyMs : soonMs;
    this.#changedMs = atMs;
  }

  answered(atMs: number): void {
    if (this.#most >= most || atMs - this.#changedMs < this.#growsEveryMs) return;
    this.#most = Math.min(most, 2 * this.#most);
    this.#changedMs = atMs;
    this.#grownMs = atMs;
  }
}
