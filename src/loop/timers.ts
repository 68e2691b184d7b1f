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
    if (last !== first) this.#fillTop(last);
    return first.key;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#byKey.clear();
  }

  #rise(one: Waiting): void {
    while (one.at > 0) {
      const { at } = one;
      const above = this.#heap[(at - 1) >> 1]!;
      if (!isBefore(one, above)) break;
      this.#put(one, above.at);
      this.#put(above, at);
    }
  }

  /** The earlier of two moves up, all the way down; `one`, which mostly belongs down there, takes the last place and rises. */
  #fillTop(one: Waiting): void {
    let free = 0;
    for (let left = this.#heap[1]; left !== undefined; left = this.#heap[2 * free + 1]) {
      const right = this.#heap[2 * free + 2];
      const next = right && isBefore(right, left) ? right : left;
      const { at } = next;
      this.#put(next, free);
      free = at;
    }
    this.#put(one, free);
    this.#rise(one);
  }

  #put(one: Waiting, at: number): void {
    one.at = at;
    this.#heap[at] = one;
  }
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.since < b.since);
