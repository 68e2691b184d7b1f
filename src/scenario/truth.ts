/** What is true of a run's world at a moment: its load, and how bad each arm is. */
import { rpsAt, type Scheduled, strainOn, strengthAt } from './events.ts';
import { shareBelow } from './lognormal.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

export type ArmName = 'stable' | 'candidate';

/** Bad fractions of one arm for a while. */
export interface Truth {
  readonly errors: number;
  /** Of each threshold, in their order. */
  readonly slow: readonly number[];
  readonly disconnects: number;
}

const diurnalMs = 4 * 3_600_000;
/** A slope is followed in steps of at most this length. */
const slopeMs = 15_000;

export class Timeline {
  readonly #scenario: Scenario;
  readonly #thresholdsMs: readonly number[];
  readonly #scheduled: readonly Scheduled[];
  readonly #burstPhaseMs: number;
  readonly #diurnalPhase: number;
  readonly #sloping: boolean;
  /** Where anything begins or ends, rising. */
  readonly #edgesMs: readonly number[];
  /** The last answer for each arm, which is the next one too until something begins or ends. */
  readonly #known: { [name in ArmName]?: { untilMs: number; overloaded: boolean; truth: Truth } } = {};

  /** `thresholdsMs` rise: what slow means, for each latency objective. */
  constructor(scenario: Scenario, thresholdsMs: readonly number[], random: Random) {
    this.#scenario = scenario;
    this.#thresholdsMs = thresholdsMs;
    this.#diurnalPhase = random.next();
    this.#burstPhaseMs = Math.round(random.next() * (scenario.noise.bursts?.everyMs ?? 0));
    this.#scheduled = scenario.events.map((event) => ({
      event,
      startMs: event.at + Math.round(random.next() * (event.jitter ?? 0)),
      candidate: 'candidate',
    }));
    this.#sloping = scenario.traffic.shape === 'Diurnal' || scenario.events.some(({ ramp }) => ramp !== undefined);
    this.#edgesMs = this.#edges();
  }

  /** Until when at most everything stays as it is at `fromMs`. */
  steadyUntilMs(fromMs: number): number {
    const edges = this.#edgesMs;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! > fromMs) high = middle;
      else low = middle + 1;
    }
    const edgeMs = Math.min(edges[low] ?? Number.POSITIVE_INFINITY, this.#nextBurstEdge(fromMs));
    return this.#sloping ? Math.min(edgeMs, fromMs + slopeMs) : edgeMs;
  }

  /** Requests a second of the whole service, of a steady stretch around `atMs`. */
  rps(atMs: number): number {
    const { shape, rps, steps } = this.#scenario.traffic;
    const usual =
      shape === 'Diurnal'
        ? rps * (1 + 0.6 * Math.sin(2 * Math.PI * (atMs / diurnalMs + this.#diurnalPhase)))
        : (steps.findLast((step) => step.atMs <= atMs)?.rps ?? rps);
    return rpsAt(usual, this.#scheduled, atMs);
  }

  /** How bad an arm with that much traffic of its own is in a steady stretch from `fromMs` to `toMs`. */
  of(name: ArmName, ownRps: number, fromMs: number, toMs: number): Truth {
    const { overload } = this.#scenario[name];
    const overloaded = overload !== null && ownRps > overload.aboveRps;
    const atMs = (fromMs + toMs) / 2;
    if (this.#sloping) return this.#compute(name, overloaded, atMs);
    const known = this.#known[name];
    const untilMs = this.steadyUntilMs(fromMs);
    if (known && known.untilMs === untilMs && known.overloaded === overloaded) return known.truth;
    const truth = this.#compute(name, overloaded, atMs);
    this.#known[name] = { untilMs, overloaded, truth };
    return truth;
  }

  /** The metrics are away, or later than usual. */
  metrics(atMs: number): { readonly outage: boolean; readonly delayMs: number } {
    let outage = false;
    let delayMs = this.#scenario.metricsDelayMs;
    for (const scheduled of this.#scheduled) {
      if (scheduled.event.on !== 'Metrics' || strengthAt(scheduled, atMs) === 0) continue;
      outage ||= scheduled.event.outage === true;
      delayMs += scheduled.event.delay ?? 0;
    }
    return { outage, delayMs };
  }

  #compute(name: ArmName, overloaded: boolean, atMs: number): Truth {
    const { candidate, noise } = this.#scenario;
    const arm = this.#scenario[name];
    const strain = strainOn(name, this.#scheduled, atMs);
    const cold = name === 'candidate' && atMs < candidate.coldStart.forMs ? candidate.coldStart.errorPercent : 0;
    const burst = this.#inBurst(atMs) ? noise.bursts!.errorPercent : 0;
    const overload = overloaded ? arm.overload!.errorPercent : 0;
    const errorPercent = arm.errorPercent + strain.errorPercent + cold + burst + overload;
    return {
      errors: Math.min(1, errorPercent / 100),
      slow: this.#thresholdsMs.map((thresholdMs) => 1 - shareBelow(arm.latencyMs, thresholdMs / strain.latencyFactor)),
      disconnects: (arm.websocketDisconnectPercent + strain.websocketDisconnectPercent) / 100,
    };
  }

  #inBurst(atMs: number): boolean {
    const { bursts } = this.#scenario.noise;
    return bursts !== null && mod(atMs - this.#burstPhaseMs, bursts.everyMs) < bursts.forMs;
  }

  #nextBurstEdge(fromMs: number): number {
    const { bursts } = this.#scenario.noise;
    if (bursts === null) return Number.POSITIVE_INFINITY;
    const intoMs = mod(fromMs - this.#burstPhaseMs, bursts.everyMs);
    return fromMs + (intoMs < bursts.forMs ? bursts.forMs : bursts.everyMs) - intoMs;
  }

  #edges(): number[] {
    const { horizonMs, traffic, candidate } = this.#scenario;
    const edges = [0, candidate.coldStart.forMs, ...traffic.steps.map(({ atMs }) => atMs)];
    for (const { event, startMs } of this.#scheduled) {
      for (let atMs = startMs; atMs < horizonMs; atMs += event.every ?? Number.POSITIVE_INFINITY) {
        edges.push(atMs, atMs + event.for);
      }
    }
    return [...new Set(edges)].sort((a, b) => a - b);
  }
}

const mod = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus;
