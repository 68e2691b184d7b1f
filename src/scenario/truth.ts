/** What is true of a run's world at a moment: its load, and how bad each arm is. */
import { rpsAt, type Scheduled, strainOn, strengthAt } from './events.ts';
import { type Luck, meanLuck, noLuck } from './instances.ts';
import { type LatencyMs, shareBelow } from './lognormal.ts';
import type { Random } from './random.ts';
import { historyMs, type Scenario } from './scenario.ts';
import { Unrest } from './unrest.ts';

export type ArmName = 'stable' | 'candidate';

/** Bad fractions of one arm for a while. */
export interface Truth {
  readonly errors: number;
  /** Of each threshold, in their order. */
  readonly slow: readonly number[];
  readonly disconnects: number;
}

interface Asked {
  readonly name: ArmName;
  readonly ownRps: number;
  readonly luck: Luck;
  readonly withOwnNoise: boolean;
}

interface Known {
  readonly untilMs: number;
  readonly overloaded: boolean;
  readonly luck: Luck;
  readonly truth: Truth;
}

const armNames: readonly ArmName[] = ['stable', 'candidate'];
const diurnalMs = 4 * 3_600_000;
/** A slope is followed in steps of at most this length. */
const slopeMs = 15_000;

export class Timeline {
  readonly #scenario: Scenario;
  readonly #thresholdsMs: readonly number[];
  readonly #scheduled: readonly Scheduled[];
  readonly #burstPhaseMs: number;
  readonly #diurnalPhase: number;
  readonly #unrest: Unrest;
  readonly #meanLuck: Luck;
  /** Whether an arm is met otherwise than it is: it has noise alone. */
  readonly #hasOwnNoise: boolean;
  readonly #sloping: boolean;
  /** Where anything begins or ends, rising. */
  readonly #edgesMs: readonly number[];
  /** The last answers for each arm, which are the next ones too until something begins or ends. */
  readonly #known = new Map<ArmName, Known>();
  readonly #knownAsMet = new Map<ArmName, Known>();

  /** `thresholdsMs` rise: what slow means, for each latency objective. */
  constructor(scenario: Scenario, thresholdsMs: readonly number[], random: Random) {
    this.#scenario = scenario;
    this.#thresholdsMs = thresholdsMs;
    this.#diurnalPhase = random.next();
    this.#burstPhaseMs = Math.round(random.next() * (scenario.noise.bursts?.everyMs ?? 0));
    const { latencyBursts, spells, instances } = scenario.noise;
    this.#unrest = new Unrest(scenario.noise, -historyMs, latencyBursts || spells ? random.below(2 ** 32) : 0);
    this.#meanLuck = meanLuck(instances);
    this.#hasOwnNoise = instances !== null || this.#unrest.isOwn;
    this.#scheduled = scenario.events.map((event) => ({
      event,
      startMs: event.at + Math.round(random.next() * (event.jitter ?? 0)),
      candidate: 'candidate',
    }));
    const ramps = scenario.events.some(({ ramp }) => ramp !== undefined);
    this.#sloping = scenario.traffic.shape === 'Diurnal' || ramps;
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
    const edgeMs = Math.min(
      edges[low] ?? Number.POSITIVE_INFINITY,
      this.#nextBurstEdge(fromMs),
      this.#unrest.edgeAfter(armNames, fromMs),
    );
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

  /**
   * How bad an arm with that much traffic of its own is in a steady stretch from `fromMs` to `toMs`. What noise it has alone
   * is nobody's doing: its instances are as they are in the mean.
   */
  of(name: ArmName, ownRps: number, fromMs: number, toMs: number): Truth {
    return this.#steady(this.#known, { name, ownRps, luck: this.#meanLuck, withOwnNoise: false }, fromMs, toMs);
  }

  /** The same as its users meet it, with the luck of its instances and the noise that it has alone. */
  asMet(name: ArmName, ownRps: number, fromMs: number, toMs: number, luck = noLuck): Truth {
    if (!this.#hasOwnNoise) return this.of(name, ownRps, fromMs, toMs);
    return this.#steady(this.#knownAsMet, { name, ownRps, luck, withOwnNoise: true }, fromMs, toMs);
  }

  /** How slow an instance of the stable with this luck is, while nothing happens. */
  readonly slowOf = (factor: number): readonly number[] =>
    this.#thresholdsMs.map((thresholdMs) =>
      slowerThan(thresholdMs, this.#scenario.stable.latencyMs, [{ factor, part: 1 }]),
    );

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

  #steady(memory: Map<ArmName, Known>, asked: Asked, fromMs: number, toMs: number): Truth {
    const { name, ownRps, luck } = asked;
    const { overload } = this.#scenario[name];
    const overloaded = overload !== null && ownRps > overload.aboveRps;
    const atMs = (fromMs + toMs) / 2;
    if (this.#sloping || this.#scenario.noise.spells !== null) return this.#compute(asked, overloaded, atMs);
    const known = memory.get(name);
    const untilMs = this.steadyUntilMs(fromMs);
    if (known && known.untilMs === untilMs && known.overloaded === overloaded && known.luck === luck)
      return known.truth;
    const truth = this.#compute(asked, overloaded, atMs);
    memory.set(name, { untilMs, overloaded, luck, truth });
    return truth;
  }

  #compute({ name, luck, withOwnNoise }: Asked, overloaded: boolean, atMs: number): Truth {
    const { candidate, noise } = this.#scenario;
    const arm = this.#scenario[name];
    const strain = strainOn(name, this.#scheduled, atMs);
    const unease = this.#unrest.on(name, atMs, withOwnNoise);
    const cold = name === 'candidate' && atMs < candidate.coldStart.forMs ? candidate.coldStart.errorPercent : 0;
    const burst = this.#inBurst(atMs) ? noise.bursts!.errorPercent : 0;
    const overload = overloaded ? arm.overload!.errorPercent : 0;
    const errorPercent = arm.errorPercent + strain.errorPercent + cold + burst + overload + unease.errorPercent;
    const latencyFactor = strain.latencyFactor * unease.latencyFactor;
    return {
      errors: Math.min(1, errorPercent / 100),
      slow: this.#thresholdsMs.map((thresholdMs) => slowerThan(thresholdMs / latencyFactor, arm.latencyMs, luck)),
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

/** Requests are spread evenly over the instances. */
function slowerThan(thresholdMs: number, shape: LatencyMs, luck: Luck): number {
  let slow = 0;
  for (const { factor, part } of luck) slow += part * (1 - shareBelow(shape, thresholdMs / factor));
  return slow;
}

const mod = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus;
