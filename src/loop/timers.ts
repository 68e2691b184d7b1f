/** Keys that wait for their time. However many there are, the next is known at once, and a key comes and goes in few steps. */

interface Waiting {
  readonly key: string;
  dueMs: number;
  /** Of two that are due at the same time, whoever began to wait first comes first. */
  readonly since: number;
  /** Where in the heap it is. */
  at: number;
}

/** A binary heap of due times, the earliest on top. Each key is in it once, so that it never holds more than there are keys. */
export class Timers {
  readonly #heap: Waiting[] = [];
  readonly #byKey = new Map<string, Waiting>();
  #begun = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the first is due; undefined: nothing waits. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** Of several due times of one key the earliest counts. */
  set(key: string, dueMs: number): void {
    let one = this.#byKey.get(key);
    if (one === undefined) {
      one = { key, dueMs, since: this.#begun++, at: this.#heap.length };
      this.#byKey.set(key, one);
      this.#heap.push(one);
    } else if (dueMs < one.dueMs) one.dueMs = dueMs;
    this.#rise(one);
  }

  /** The first key that is due by now, which waits no more; undefined: none is. */
  takeDue(nowMs: number): string | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#byKey.delete(first.key);
    const last = this.#heap.pop()!;
    if (last !== first) {
      last.at = 0;
      this.#heap[0] = last;
      this.#sink(last);
    }
    return first.key;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#byKey.clear();
  }

  #rise(one: Waiting): void {
    while (one.at > 0) {
      const above = this.#heap[(one.at - 1) >> 1]!;
      if (!isBefore(one, above)) break;
      this.#swap(one, above);
    }
  }

  #sink(one: Waiting): void {
    for (;;) {
      const left = this.#heap[2 * one.at + 1];
      const right = this.#heap[2 * one.at + 2];
      const below = left && right && isBefore(right, left) ? right : left;
      if (below === undefined || !isBefore(below, one)) break;
      this.#swap(one, below);
    }
  }

  #swap(one: Waiting, other: Waiting): void {
    const { at } = one;
    one.at = other.at;
    other.at = at;
    this.#heap[one.at] = one;
    this.#heap[other.at] = other;
  }
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.since < b.since);
