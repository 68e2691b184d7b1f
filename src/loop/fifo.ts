/**
 * First in, first out. A Set that is emptied from its front keeps holes there, which every look at its first key steps over:
 * that grows with how many wait.
 */
export class Fifo<T> {
  #items: T[] = [];
  #taken = 0;

  get size(): number {
    return this.#items.length - this.#taken;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** undefined: it is empty. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#taken++];
    // What was taken is let go of once it is the greater part, so that all in all each item is moved once.
    if (2 * this.#taken > this.#items.length) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
