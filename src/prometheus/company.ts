/**
 * How many may be asked for in one question together with this one. What failed in company is asked for by half as many the
 * next time, so that one that cannot be answered takes fewer and fewer along, and in the end fails alone.
 */
import { minuteMs } from '../counting/changes.ts';

/** However short their names are. */
const most = 200;
/** Whether more can be answered again is tried out so rarely. */
const growsEveryMs = 60 * minuteMs;

export class Company {
  #most = most;
  #changedMs = Number.NEGATIVE_INFINITY;

  get most(): number {
    return this.#most;
  }

  failed(together: number, atMs: number): void {
    this.#most = Math.max(1, Math.floor(together / 2));
    this.#changedMs = atMs;
  }

  answered(atMs: number): void {
    if (this.#most >= most || atMs - this.#changedMs < growsEveryMs) return;
    this.#most = Math.min(most, 2 * this.#most);
    this.#changedMs = atMs;
  }
}
