/**
 * How often a project's metrics are asked at most. Google's quota is a project's, shared with its dashboards and alerts: what
 * is over it is refused to everyone alike. Here what judges a revision goes first, and what only looks waits.
 */
import type { Clock } from '../ports/clock.ts';

/** What a rollout or a guarded revision is judged by; or what is looked at now and then, where nothing goes on. */
export type Urgency = 'Judging' | 'Looking';

/** Half of what Google allows a project (6,000 time series queries a minute): the other half is everybody else's. */
export const mostPerMinute = 3_000;
/** So much of a minute may be asked at once. */
const burst = 1 / 6;
const minuteMs = 60_000;

/** Of one project: a bucket that fills with time, and who waits for it. */
class Turns {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #perMs: number;
  readonly #waiting: Readonly<Record<Urgency, (() => void)[]>> = { Judging: [], Looking: [] };
  #left: number;
  #atMs: number;
  #isServing = false;

  /** No minute has more than `perMinute`: what may be asked at once, and what comes to it within a minute. */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#most = Math.max(1, Math.floor(perMinute * burst));
    this.#perMs = (perMinute - this.#most) / minuteMs;
    this.#left = this.#most;
    this.#atMs = clock.nowMs();
  }

  /** Rejects with the signal's reason. */
  async wait(urgency: Urgency, end: AbortSignal): Promise<void> {
    end.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const queue = this.#waiting[urgency];
    const leave = () => {
      const at = queue.indexOf(resolve);
      // Whoever has had its turn is not there any more.
      if (at !== -1) queue.splice(at, 1);
      reject(end.reason);
    };
    queue.push(resolve);
    end.addEventListener('abort', leave, { once: true });
    void this.#serve();
    await promise.finally(() => end.removeEventListener('abort', leave));
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    for (;;) {
      this.#fill();
      while (this.#left >= 1 && this.#next()) this.#left--;
      if (!this.#isWaitedFor()) break;
      await this.#clock.sleep(Math.ceil((1 - this.#left) / this.#perMs));
    }
    this.#isServing = false;
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs();
    this.#left = Math.min(this.#most, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }

  #isWaitedFor(): boolean {
    return this.#waiting.Judging.length + this.#waiting.Looking.length > 0;
  }

  /** Whether there was anyone. */
  #next(): boolean {
    const next = this.#waiting.Judging.shift() ?? this.#waiting.Looking.shift();
    next?.();
    return next !== undefined;
  }
}

export class Pace {
  readonly perMinute: number;
  readonly #clock: Clock;
  readonly #turns = new Map<string, Turns>();

  constructor(clock: Clock, perMinute = mostPerMinute) {
    this.#clock = clock;
    this.perMinute = perMinute;
  }

  /** Resolves when this project may be asked once more; rejects with the signal's reason. */
  turn(project: string, urgency: Urgency, end: AbortSignal): Promise<void> {
    const turns = this.#turns.get(project) ?? new Turns(this.#clock, this.perMinute);
    this.#turns.set(project, turns);
    return turns.wait(urgency, end);
  }
}
