/** Requests that wait for an instance, oldest first. */
import { stepMs } from './step.ts';

/** What waits longer is refused with 429; Cloud Run's request count never sees it. */
const patienceMs = 10_000;

export class Queue {
  #batches: { atMs: number; requests: number }[] = [];

  length = 0;

  add(nowMs: number, requests: number): void {
    if (requests === 0) return;
    this.#batches.push({ atMs: nowMs, requests });
    this.length += requests;
  }

  /** Takes up to `most`, oldest first: those that have waited for a second or more, and those that just came. */
  take(nowMs: number, most: number): { waited: number; fresh: number } {
    let waited = 0;
    let fresh = 0;
    for (let head = this.#batches[0]; head !== undefined && waited + fresh < most; head = this.#batches[0]) {
      const taken = Math.min(head.requests, most - waited - fresh);
      if (head.atMs < nowMs) waited += taken;
      else fresh += taken;
      head.requests -= taken;
      if (head.requests === 0) this.#batches.shift();
    }
    this.length -= waited + fresh;
    return { waited, fresh };
  }

  /** How many have lost their patience. */
  refuse(nowMs: number): number {
    let refused = 0;
    for (let head = this.#batches[0]; head !== undefined && nowMs - head.atMs >= patienceMs; head = this.#batches[0]) {
      refused += head.requests;
      this.#batches.shift();
    }
    this.length -= refused;
    return refused;
  }

  /** What would have to be served a second so that nobody is refused. */
  get urgency(): number {
    return (this.length * stepMs) / patienceMs;
  }
}
