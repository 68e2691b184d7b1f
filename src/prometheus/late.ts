/** What may take longer than anybody waits: read once at a time, and what came too late for one who asked is told to the next. */
import { inTime } from './in-time.ts';

/** So old an answer is still told. */
const lateForMs = 3_600_000;
const mostLate = 100;

interface Late<T> {
  /** What exactly was asked. */
  readonly of: string;
  readonly answer: T;
}

export interface Asked {
  /** Of one key one is read at a time. */
  readonly key: string;
  readonly of: string;
  readonly toMs: number;
}

export class LateAnswers<T extends { readonly toMs: number }> {
  readonly #patienceMs: number | undefined;
  readonly #asking = new Map<string, Promise<void>>();
  readonly #late = new Map<string, Late<T>>();

  constructor(patienceMs?: number) {
    this.#patienceMs = patienceMs;
  }

  /** Rejects as `read` does; and with a PromqlFailure when it takes too long, and nothing came too late within the last hour. */
  async of({ key, of, toMs }: Asked, read: () => Promise<T>): Promise<T> {
    const answer = (this.#asking.get(key) ?? Promise.resolve()).then(read);
    let isLate = false;
    let hasFailed = false;
    const settled = answer.then(
      (found) => this.#keep(key, isLate ? { of, answer: found } : null),
      () => {
        hasFailed = true;
      },
    );
    this.#asking.set(key, settled);
    settled.then(() => this.#asking.get(key) === settled && this.#asking.delete(key));
    try {
      return await inTime(answer, this.#patienceMs);
    } catch (error) {
      if (hasFailed) throw error;
      isLate = true;
      const late = this.#late.get(key);
      if (late?.of === of && toMs - late.answer.toMs <= lateForMs) return late.answer;
      throw error;
    }
  }

  #keep(key: string, late: Late<T> | null): void {
    this.#late.delete(key);
    if (late) this.#late.set(key, late);
    if (this.#late.size > mostLate) this.#late.delete(this.#late.keys().next().value!);
  }
}
