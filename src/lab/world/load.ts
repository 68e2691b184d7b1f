/** What one instance has in flight, and what that takes of its CPU and of its memory. */
import type { Random } from '../../scenario/random.ts';
import { finishedPerSecond, inFlightAfter, responseSeconds, type Sharing, unfinished } from './sharing.ts';
import { stepMs } from './step.ts';

/** One minute of it, as the platform samples it. */
export interface LoadSeen {
  /** Seconds in which all of its CPU was used, or as much in parts. */
  readonly cpuSeconds: number;
  /** The most that were in flight at once, for an instant. */
  readonly peakInFlight: number;
  /** The most that were in flight for a second: what the memory is held by. */
  readonly mostInFlight: number;
}

/**
 * A container's own latency is what its users know, where the busiest of its instances uses three quarters of its CPU: so much
 * of the stretch is in it already.
 */
const usual = 1.1;
/** Latencies are drawn from tables, which are made in steps of this factor. */
const step = Math.log(1.05);

/** How uneven the work is: instances' parts of it are log-normal. */
const unevennessSd = 0.15;
/** Where the parts drift, a minute's memory: that of an hour is 1/e. */
const memory = Math.exp(-1 / 60);

export class Load {
  #z: number;
  /** Its part of the work, as a multiple of what is even. */
  weight: number;
  inFlight = 0;
  /** How many times as long requests take as they say. */
  stretch = 1;
  #takenMs = Number.NEGATIVE_INFINITY;
  #cpuSeconds = 0;
  #mostInFlight = 0;
  #responseSeconds = 0;

  constructor(random: Random) {
    this.#z = random.normal();
    this.weight = Math.exp(unevennessSd * this.#z);
  }

  /** A minute later it is another's turn to have more to do. */
  drift(random: Random): void {
    this.#z = memory * this.#z + Math.sqrt(1 - memory * memory) * random.normal();
    this.weight = Math.exp(unevennessSd * this.#z);
  }

  /**
   * One second that ends at `nowMs`, with so many requests; at most `concurrency` are in flight. Returns what fraction of its
   * CPU it used.
   */
  take(requests: number, nowMs: number, sharing: Sharing, concurrency: number): number {
    this.inFlight = Math.min(concurrency, inFlightAfter(sharing, requests + this.#carried(nowMs, sharing)));
    this.#takenMs = nowMs;
    this.#responseSeconds = responseSeconds(sharing, this.inFlight);
    this.stretch = inSteps(this.#responseSeconds / sharing.aloneSeconds);
    if (this.inFlight > this.#mostInFlight) this.#mostInFlight = this.inFlight;
    const used = (this.inFlight / this.#responseSeconds) * sharing.cpuSeconds;
    this.#cpuSeconds += used;
    return used;
  }

  /** How many requests it can take in the second that ends at `nowMs`. */
  room(nowMs: number, sharing: Sharing, concurrency: number): number {
    return Math.max(0, concurrency + finishedPerSecond(sharing, concurrency) - this.#carried(nowMs, sharing));
  }

  #carried(nowMs: number, sharing: Sharing): number {
    const idleSeconds = (nowMs - this.#takenMs) / stepMs - 1;
    if (idleSeconds === 0 || this.inFlight === 0) return this.inFlight;
    return this.inFlight * unfinished(sharing) ** idleSeconds;
  }

  /** What there was since this was asked last. */
  seen(concurrency: number, random: Random): LoadSeen {
    const seen = {
      cpuSeconds: this.#cpuSeconds,
      mostInFlight: this.#mostInFlight,
      peakInFlight: Math.min(concurrency, peak(this.#mostInFlight, this.#responseSeconds, random)),
    };
    this.#cpuSeconds = 0;
    this.#mostInFlight = 0;
    return seen;
  }
}

const inSteps = (stretch: number): number =>
  stretch < usual ? 1 : Math.exp(Math.round(Math.log(stretch / usual) / step) * step);

/**
 * The most at one instant of a minute whose busiest second had `most` on average: requests come when they like, and a minute
 * has as many looks at them as requests fit into it one after the other (Gumbel's law of the largest of so many).
 */
function peak(most: number, responseSeconds: number, random: Random): number {
  if (most === 0) return 0;
  const looks = Math.sqrt(2 * Math.log(Math.max(2, 60 / Math.max(0.05, responseSeconds))));
  const gumbel = -Math.log(-Math.log(random.next() * 0.998 + 0.001));
  return Math.max(1, Math.ceil(most + Math.sqrt(most) * (looks - 0.8 + gumbel / looks)));
}
