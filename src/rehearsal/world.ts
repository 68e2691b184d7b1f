/** A run's world as the rules see it: a split, time that passes, and ticks of counts that become visible late. */

import type { Tally } from '../facts/counts.ts';
import type { Split } from '../facts/split.ts';
import { type Counts, clear, noCounts, serve } from '../scenario/draw.ts';
import { Instances, type Served } from '../scenario/instances.ts';
import { Random } from '../scenario/random.ts';
import { historyMs, type Scenario } from '../scenario/scenario.ts';
import { Timeline } from '../scenario/truth.ts';
import type { Bound } from './measures.ts';
import type { TrueTick } from './oracle.ts';

/** Counts by objective, in the policy's order, and by revision. */
export interface Tick {
  readonly toMs: number;
  readonly byObjective: readonly ReadonlyMap<string, Tally>[];
  /** How many instances each revision had at its end; null where nobody can know. */
  readonly instances: ReadonlyMap<string, number> | null;
}

/** What one objective counts of the stable before the deploy: tick by tick, and by instance where instances differ. */
export interface Past {
  readonly ticks: readonly Tally[];
  readonly byInstance?: readonly Tally[];
}

export const stableName = 'service-00001';
export const candidateName = (number: number): string => `service-${String(number + 1).padStart(5, '0')}`;
/** The candidate that was deployed last. */
export const newestAt = ({ deployEveryMs }: Scenario, atMs: number): string =>
  candidateName(1 + (deployEveryMs === null ? 0 : Math.floor(atMs / deployEveryMs)));

/** When a candidate was deployed, counted from the first one's deploy. */
export const deployedAtMs = ({ deployEveryMs }: Scenario, candidate: string): number =>
  (Number(candidate.slice(-5)) - 2) * (deployEveryMs ?? 0);

/** All times count from the deploy. */
export class World {
  readonly scenario: Scenario;
  readonly ticks: Tick[] = [];
  /** What is true of the candidates, once it is asked for. */
  truth: TrueTick[] | null = null;
  split: Split = [{ revision: stableName, percent: 100 }];
  excessBadRequests = 0;
  /** Failed requests of every revision but the stable. */
  candidateErrors = 0;
  nowMs: number;
  /** Every finished tick up to here can be read. */
  newestMs: number;
  readonly #bound: Bound;
  readonly #seed: readonly [number, string, string];
  readonly #timeline: Timeline;
  readonly #offsetMs: number;
  readonly #streams = new Map<string, Random>();
  readonly #instances = new Map<string, Instances>();
  readonly #open = new Map<string, Counts>();
  readonly #expected = new Map<string, Counts>();
  #tickEndMs: number;

  constructor(scenario: Scenario, bound: Bound, seed: number, number: number) {
    this.scenario = scenario;
    this.#bound = bound;
    this.#seed = [seed, scenario.name, String(number)];
    const random = this.random('world');
    this.#offsetMs = 1 + Math.floor(random.next() * scenario.tickMs);
    this.#timeline = new Timeline(scenario, bound.thresholdsMs, random);
    this.nowMs = this.#offsetMs - scenario.tickMs;
    this.#tickEndMs = this.#offsetMs;
    this.newestMs = this.#lastTickEnd(-scenario.metricsDelayMs);
    this.advanceTo(0);
  }

  /** When ticks become visible, from the deploy on: the moments worth looking at. */
  *looksMs(): Generator<number> {
    const { tickMs, metricsDelayMs, horizonMs } = this.scenario;
    yield 0;
    const first = this.#offsetMs + (metricsDelayMs % tickMs);
    for (let atMs = first > tickMs ? first - tickMs : first; atMs < horizonMs; atMs += tickMs) yield atMs;
  }

  advanceTo(toMs: number): void {
    while (this.nowMs < toMs) {
      const untilMs = Math.min(toMs, this.#tickEndMs);
      this.#stopIdle();
      for (const { revision, percent } of this.split) this.#serve(revision, percent / 100, untilMs);
      this.nowMs = untilMs;
      if (untilMs === this.#tickEndMs) this.#endTick();
    }
    const { outage, delayMs } = this.#timeline.metrics(this.nowMs);
    if (!outage) this.newestMs = Math.max(this.newestMs, this.#lastTickEnd(this.nowMs - delayMs));
  }

  /** The stable's past before the deploy, without events, by objective. */
  history(): Past[] {
    const { tickMs } = this.scenario;
    const quiet = { ...this.scenario, events: [] };
    const timeline = new Timeline(quiet, this.#bound.thresholdsMs, this.random('world', 1));
    const random = this.random('history');
    const instances = this.#instancesOf(stableName);
    instances?.remember();
    const past = this.#bound.readers.map((): Tally[] => []);
    const counts = noCounts(this.#bound.thresholdsMs.length);
    for (let toMs = this.#offsetMs - historyMs; toMs <= this.newestMs; toMs += tickMs) {
      clear(counts);
      serve(quiet, this.#bound, timeline, 'stable', 1, toMs - tickMs, toMs, random, counts, instances);
      this.#bound.readers.forEach((read, i) => {
        past[i]!.push(read(counts));
      });
    }
    const served = instances?.served(timeline.slowOf, this.random('history by instance'));
    return past.map((ticks, i) => ({
      ticks,
      ...(served && this.#bound.isLatency[i] && { byInstance: served.map((one) => this.#tallyOf(one, i)) }),
    }));
  }

  #tallyOf({ requests, slow }: Served, objective: number): Tally {
    const counts = noCounts(slow.length);
    counts.requests = requests;
    slow.forEach((count, i) => {
      counts.slow[i] = count;
    });
    return this.#bound.readers[objective]!(counts);
  }

  #serve(revision: string, share: number, untilMs: number): void {
    if (share === 0) return;
    const arm = revision === stableName ? 'stable' : 'candidate';
    const counts = this.#open.get(revision) ?? noCounts(this.#bound.thresholdsMs.length);
    this.#open.set(revision, counts);
    const random = this.#streams.get(revision) ?? this.random(revision);
    this.#streams.set(revision, random);
    const instances = this.#instances.get(revision) ?? this.#instancesOf(revision);
    if (instances !== null) this.#instances.set(revision, instances);
    this.excessBadRequests += serve(
      this.scenario,
      this.#bound,
      this.#timeline,
      arm,
      share,
      this.nowMs,
      untilMs,
      random,
      counts,
      instances,
      arm === 'candidate' && this.truth !== null ? this.#expectedOf(revision) : null,
    );
  }

  #expectedOf(revision: string): Counts {
    const expected = this.#expected.get(revision) ?? noCounts(this.#bound.thresholdsMs.length);
    this.#expected.set(revision, expected);
    return expected;
  }

  /** Those that it begins with are always the same, so that the stable's have served its past. */
  #instancesOf(revision: string): Instances | null {
    const { instances } = this.scenario.noise;
    return instances && new Instances(instances, this.random(`instances of ${revision}`));
  }

  #stopIdle(): void {
    for (const [revision, instances] of this.#instances) {
      if (!this.split.some((target) => target.revision === revision && target.percent > 0)) instances.stop();
    }
  }

  #endTick(): void {
    const byObjective = this.#bound.readers.map(() => new Map<string, Tally>());
    for (const [revision, counts] of this.#open) {
      if (revision !== stableName) this.candidateErrors += counts.errors;
      this.#bound.readers.forEach((read, i) => {
        byObjective[i]!.set(revision, read(counts));
      });
    }
    const counted = [...this.#instances].map(([revision, { count }]) => [revision, count] as const);
    const instances = this.scenario.noise.instances && new Map(counted);
    this.ticks.push({ toMs: this.#tickEndMs, byObjective, instances });
    this.truth?.push(...[...this.#expected].map(([revision, expected]) => this.#trueTick(revision, expected)));
    this.#open.clear();
    this.#expected.clear();
    this.#tickEndMs += this.scenario.tickMs;
  }

  #trueTick(revision: string, expected: Counts): TrueTick {
    const byObjective = this.#bound.readers.map((read) => ({
      met: read(this.#open.get(revision)!),
      expectedBad: read(expected).bad,
    }));
    return { toMs: this.#tickEndMs, byObjective, excessBadRequests: this.excessBadRequests };
  }

  #lastTickEnd(atMs: number): number {
    const { tickMs } = this.scenario;
    return this.#offsetMs + Math.floor((atMs - this.#offsetMs) / tickMs) * tickMs;
  }

  /** A stream of chance of its own; `skip`: without so many first numbers. */
  random(name: string, skip = 0): Random {
    const random = new Random(...this.#seed, name);
    for (let i = 0; i < skip; i++) random.next();
    return random;
  }
}
