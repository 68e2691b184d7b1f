/** Answers that hold for a while, by key; a failure is not remembered. The oldest goes when there are too many. */
export class Remembered<T> {
  readonly #known = new Map<string, { readonly untilMs: number; readonly answer: Promise<T> }>();
  readonly #lengthMs: number;
  readonly #most: number;

  constructor(lengthMs: number, most: number) {
    this.#lengthMs = lengthMs;
    this.#most = most;
  }

  get(key: string, nowMs: number, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known && nowMs < known.untilMs) return known.answer;
    const answer = ask();
    this.#known.delete(key);
    this.#known.set(key, { untilMs: nowMs + this.#lengthMs, answer });
    answer.catch(() => this.forget(key));
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value!);
    return answer;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}
