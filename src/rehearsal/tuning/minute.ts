/** What is counted in a minute, and what metrics make of it: maxima through buckets, of the instance at the 95th percentile. */
import type { Sharing } from '../../scenario/sharing.ts';
import { Chance } from './chance.ts';
import { bucketQuantile, exactQuantile, percents, tenths } from './histogram.ts';
import { Latencies, latencyBuckets } from './latencies.ts';

/** Of more instances no statistics are kept. */
const most = 600;
/** An instance that was active for less than half of the minute is not looked at. */
const fewestSeconds = 30;
const atP95 = 0.95;

/** How full the instance at the 95th percentile was: on average over the minute, which no metric tells of concurrency. */
export interface Saturation {
  readonly cpu: number;
  readonly memory: number;
  readonly concurrency: number;
}

/** As the platform's metrics have it. Of cpu, memory and peak: of the instance at the 95th percentile. */
export interface Measured {
  readonly instances: number;
  readonly cpu: number;
  readonly cpuMean: number;
  readonly memory: number;
  /** The most in flight at once. */
  readonly peakInFlight: number;
  readonly requestsPerSecond: number;
  readonly meanLatencySeconds: number;
}

const perInstance = (): Float64Array => new Float64Array(most);

export class Minute {
  readonly latencies = new Latencies();
  arrived = 0;
  left = 0;
  activeSum = 0;
  refused = 0;
  killed = 0;
  started = 0;
  seconds = 0;
  #latencySum = 0;
  #sharing: Sharing | null = null;
  #buckets = new Int16Array(0);
  /** By instance: sums over the seconds, the seconds themselves, and the extremes. */
  readonly #inFlight = perInstance();
  readonly #cpu = perInstance();
  readonly #memory = perInstance();
  readonly #active = perInstance();
  readonly #most = perInstance();
  readonly #lastMemory = perInstance();
  /** The same of those that are looked at, as means. */
  readonly #meanInFlight = perInstance();
  readonly #meanCpu = perInstance();
  readonly #meanMemory = perInstance();
  readonly #peak = perInstance();
  readonly #memoryNow = perInstance();
  readonly #peaks: Chance;

  constructor(seed: number) {
    this.#peaks = new Chance(seed * 15_485_863 + 3);
  }

  clear(): void {
    this.arrived = this.left = this.activeSum = this.refused = this.killed = this.started = this.seconds = 0;
    this.#latencySum = 0;
    this.latencies.clear();
    for (const sums of [this.#inFlight, this.#cpu, this.#memory, this.#active, this.#most]) sums.fill(0);
  }

  served(instance: number, inFlight: number, left: number, cpu: number, memory: number, sharing: Sharing): void {
    if (sharing !== this.#sharing) {
      this.#sharing = sharing;
      this.#buckets = latencyBuckets(sharing);
    }
    const place = sharing.place(inFlight);
    this.latencies.means[this.#buckets[place]!]! += left;
    this.#latencySum += left * sharing.latency[place]!;
    if (instance >= most) return;
    this.#inFlight[instance]! += inFlight;
    this.#cpu[instance]! += cpu;
    this.#memory[instance]! += memory;
    this.#active[instance]!++;
    if (inFlight > this.#most[instance]!) this.#most[instance] = inFlight;
    this.#lastMemory[instance] = memory;
  }

  /** What was, and what is measured of it. */
  summary(concurrency: number): { readonly truth: Saturation; readonly measured: Measured } {
    const meanLatencySeconds = this.#latencySum / Math.max(1e-9, this.left);
    const instances = this.#means(concurrency, meanLatencySeconds);
    const quantile = (values: Float64Array): number => exactQuantile(values, instances, atP95);
    const truth: Saturation = {
      cpu: quantile(this.#meanCpu),
      memory: quantile(this.#meanMemory),
      concurrency: quantile(this.#meanInFlight) / concurrency,
    };
    let cpuSum = 0;
    for (let i = 0; i < instances; i++) cpuSum += this.#meanCpu[i]!;
    const measured: Measured = {
      instances,
      cpu: bucketQuantile(this.#meanCpu, instances, atP95, percents),
      cpuMean: cpuSum / Math.max(1, instances),
      memory: bucketQuantile(this.#memoryNow, instances, atP95, percents),
      peakInFlight: bucketQuantile(this.#peak, instances, atP95, tenths),
      requestsPerSecond: this.left / this.seconds,
      meanLatencySeconds,
    };
    return { truth, measured };
  }

  #means(concurrency: number, meanLatencySeconds: number): number {
    let count = 0;
    for (let i = 0; i < most && this.#active[i]! > 0; i++) {
      const seconds = this.#active[i]!;
      if (seconds < fewestSeconds) continue;
      this.#meanCpu[count] = this.#cpu[i]! / seconds;
      this.#meanMemory[count] = this.#memory[i]! / seconds;
      this.#meanInFlight[count] = this.#inFlight[i]! / seconds;
      this.#memoryNow[count] = this.#lastMemory[i]!;
      const mean = this.#meanInFlight[count]!;
      this.#peak[count] = Math.min(concurrency, this.#peakOf(mean, this.#most[i]!, meanLatencySeconds));
      count++;
    }
    return count;
  }

  /** Within its seconds an instance has now more, now fewer in flight: the most of as many draws as requests come and go. */
  #peakOf(mean: number, mostMean: number, meanLatencySeconds: number): number {
    const draws = Math.max(2, 60 / Math.max(0.05, meanLatencySeconds));
    const expected = Math.sqrt(2 * Math.log(draws));
    const gumbel = -Math.log(-Math.log(this.#peaks.next() * 0.998 + 0.001));
    const above = Math.sqrt(mean) * (expected - 0.3 + gumbel / expected) - 0.5 * Math.sqrt(mean);
    return Math.max(1, Math.ceil(mostMean + above));
  }
}
