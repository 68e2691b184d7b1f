/** One series: two growing columns, searched by time. */
import type { LabelSet } from './labels.ts';

const firstCapacity = 16;

export class Series {
  readonly name: string;
  readonly labels: LabelSet;
  /** Samples live at [from, to) of both columns; the columns are replaced when they grow. */
  times = new Float64Array(firstCapacity);
  values = new Float64Array(firstCapacity);
  from = 0;
  to = 0;
  /** Its first samples were dropped: the first that is left is no birth. */
  isCut = false;
  #newestMs = Number.NEGATIVE_INFINITY;
  readonly #onFirstSample: (series: Series) => void;

  /** `onFirstSample` is told before a sample goes into a series that holds none. */
  constructor(name: string, labels: LabelSet, onFirstSample: (series: Series) => void) {
    this.name = name;
    this.labels = labels;
    this.#onFirstSample = onFirstSample;
  }

  get isEmpty(): boolean {
    return this.from === this.to;
  }

  append(atMs: number, value: number): void {
    if (!(atMs > this.#newestMs)) {
      throw new RangeError(`${this.name}${this.labels.key}: a sample at ${atMs} after one at ${this.#newestMs}`);
    }
    if (this.isEmpty) this.#onFirstSample(this);
    if (this.to === this.times.length) this.#makeRoom();
    this.times[this.to] = atMs;
    this.values[this.to] = value;
    this.to++;
    this.#newestMs = atMs;
  }

  /** Forgets what is older than `beforeMs`. */
  drop(beforeMs: number): void {
    const from = this.firstAtOrAfter(beforeMs);
    if (from > this.from) this.isCut = true;
    this.from = from;
    if (this.isEmpty) {
      this.times = new Float64Array(firstCapacity);
      this.values = new Float64Array(firstCapacity);
      this.from = 0;
      this.to = 0;
    }
  }

  /** The index of the newest sample at or before `ms`; below `from` when there is none. */
  lastAtOrBefore(ms: number): number {
    return this.#countBefore(ms, true) - 1;
  }

  /** The index of the oldest sample at or after `ms`; `to` when there is none. */
  firstAtOrAfter(ms: number): number {
    return this.#countBefore(ms, false);
  }

  /** The index just behind the samples before `ms` (or at it, when `inclusive`). Most questions are about an end, or beyond it. */
  #countBefore(ms: number, inclusive: boolean): number {
    const times = this.times;
    let low = this.from;
    let high = this.to;
    if (high > low && times[high - 1]! < ms) return high;
    if (high > low && times[low]! > ms) return low;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const time = times[middle]!;
      if (time < ms || (inclusive && time === ms)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Room is made by moving the living samples down where at least half is dropped, else by doubling: flat memory. */
  #makeRoom(): void {
    const living = this.to - this.from;
    const capacity = living * 2 > this.times.length ? this.times.length * 2 : this.times.length;
    this.times = moved(this.times, this.from, this.to, capacity);
    this.values = moved(this.values, this.from, this.to, capacity);
    this.from = 0;
    this.to = living;
  }
}

function moved(column: Float64Array, from: number, to: number, capacity: number): Float64Array<ArrayBuffer> {
  const room = new Float64Array(capacity);
  room.set(column.subarray(from, to));
  return room;
}
