/** Cloud Run's autoscaler as it is documented: as many instances as the last minute's CPU and concurrency ask for. */
import type { Second } from './instances.ts';
import type { Config } from './service.ts';

export const secondsBetweenScalings = 5;
const windowSeconds = 60;
/** So many of its answers the highest counts of: it scales in two minutes later than out. */
const remembered = 24;
/** A shortfall of so much of an instance is none. */
const tolerance = 0.02;

export class Autoscaler {
  desired: number;
  readonly #cpus = new Float64Array(windowSeconds);
  readonly #inFlight = new Float64Array(windowSeconds);
  #cpuSum = 0;
  #inFlightSum = 0;
  #place = 0;
  readonly #answers: number[] = [];

  constructor(desired: number) {
    this.desired = desired;
  }

  see({ cpus, inFlight }: Second): void {
    const place = this.#place;
    this.#cpuSum += cpus - this.#cpus[place]!;
    this.#inFlightSum += inFlight - this.#inFlight[place]!;
    this.#cpus[place] = cpus;
    this.#inFlight[place] = inFlight;
    this.#place = (place + 1) % windowSeconds;
  }

  /** How many there should be, the least included. */
  scale(second: number, cpusEach: number, active: number, pending: number, config: Config): number {
    const seconds = Math.min(windowSeconds, second + 1);
    const { concurrency, cpuPercent, concurrencyPercent, maxInstances, minInstances } = config;
    let wanted = Math.max(
      Math.ceil((100 * this.#cpuSum) / seconds / (cpusEach * cpuPercent) - tolerance),
      Math.ceil((100 * this.#inFlightSum) / seconds / (concurrency * concurrencyPercent) - tolerance),
      1,
    );
    if (pending > 1) wanted = Math.max(wanted, active + Math.ceil(pending / concurrency));
    this.#answers.push(wanted);
    if (this.#answers.length > remembered) this.#answers.shift();
    this.desired = Math.max(1, Math.min(maxInstances, Math.max(...this.#answers)));
    return Math.max(this.desired, Math.min(minInstances, maxInstances));
  }
}
