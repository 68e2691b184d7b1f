/**
 * The noise of a scenario is what it says, and the same in drawn counts and in the lab, which serves request by request.
 * Seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { World as Lab } from '../../src/lab/world.ts';
import { bind } from '../../src/rehearsal/measures.ts';
import { candidateName, World as Rehearsed, stableName } from '../../src/rehearsal/world.ts';
import { type Counts, noCounts, serve } from '../../src/scenario/draw.ts';
import { Instances } from '../../src/scenario/instances.ts';
import { throughP50AndP90 } from '../../src/scenario/lognormal.ts';
import type { Noise, Reach } from '../../src/scenario/noise.ts';
import { Random } from '../../src/scenario/random.ts';
import { historyMs, parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { Spells } from '../../src/scenario/spells.ts';
import { Timeline } from '../../src/scenario/truth.ts';
import { Unrest } from '../../src/scenario/unrest.ts';
import { START_MS } from '../lab/worlds.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';
import { difference, meanOf, varianceOf } from './samples.ts';

const minute = 60_000;
const tickMs = 15_000;
const measures = { errors: true, thresholdsMs: [300], disconnects: false };

type NoiseText = NonNullable<ScenarioText['noise']>;
const scenarioOf = (noise: NoiseText, rest: Partial<ScenarioText> = {}) =>
  parseScenario({ name: 'noisy', truth: 'Good', horizon: '12h', noise, ...rest });
const noiseOf = (noise: NoiseText): Noise => scenarioOf(noise).noise;

describe('instances', () => {
  const noise = { sd: 0.2, each: 20 };
  const instances = (seed = 1) => new Instances(noise, new Random(seed));
  const factorsOf = (of: Instances, rps: number) => of.scaleTo(rps).map(({ factor }) => factor);

  test.each([
    [0, 1],
    [0.1, 1],
    [20, 1],
    [20.1, 2],
    [0.2 * 500, 5],
    [0.07 * 100 * 20, 7],
    [500, 25],
  ])('at %s requests a second of 20 each there are %i', (rps, count) => {
    const some = instances();
    const luck = some.scaleTo(rps);
    expect([some.count, luck.length]).toEqual([count, count]);
    expect(luck.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 12);
  });

  test('live on while others come and go, and those that come anew are others', () => {
    const some = instances();
    const five = factorsOf(some, 100);
    expect(new Set(five).size).toBe(5);
    const two = factorsOf(some, 40);
    expect(two).toEqual(five.slice(0, 2));
    const again = factorsOf(some, 100);
    expect(again.slice(0, 2)).toEqual(two);
    expect(again.slice(2).every((factor) => !five.includes(factor))).toBe(true);
    some.stop();
    expect(some.count).toBe(0);
    expect(factorsOf(some, 100).every((factor) => !again.includes(factor))).toBe(true);
  });

  test('have factors of mean 1 and the deviation that is said, log-normal', () => {
    const factors = factorsOf(new Instances({ sd: 0.2, each: 1 }, new Random(5)), 20_000);
    expect(Math.abs(meanOf(factors) - 1)).toBeLessThan((4 * 0.2) / Math.sqrt(factors.length));
    expect(Math.sqrt(varianceOf(factors))).toBeCloseTo(0.2, 2);
    const logs = factors.map(Math.log);
    const [middle, spread] = [meanOf(logs), Math.sqrt(varianceOf(logs))];
    const skew = meanOf(logs.map((log) => ((log - middle) / spread) ** 3));
    expect(Math.abs(skew)).toBeLessThan(4 * Math.sqrt(6 / logs.length));
  });

  const world = (number: number, percent: number, rest: Partial<ScenarioText> = {}) => {
    const scenario = scenarioOf({ instances: { sd: 0.2, each: 20 } }, rest);
    const all = new Rehearsed(scenario, bind(validPolicy([availability, latency])), 31, number);
    all.split = [
      { revision: stableName, percent: 100 - percent },
      { revision: candidateName(1), percent },
    ];
    return all;
  };

  test('of each arm are counted in a tick, and where there is no such noise nobody knows', () => {
    const some = world(1, 25);
    some.advanceTo(minute);
    expect(some.ticks.at(-1)!.instances).toEqual(
      new Map([
        [stableName, 4],
        [candidateName(1), 2],
      ]),
    );
    some.split = [{ revision: stableName, percent: 100 }];
    some.advanceTo(2 * minute);
    expect(some.ticks.at(-1)!.instances!.get(candidateName(1))).toBe(0);
    const quiet = new Rehearsed(scenarioOf({}), bind(validPolicy()), 31, 1);
    quiet.advanceTo(minute);
    expect(quiet.ticks.at(-1)!.instances).toBeNull();
  });

  test('of the stable have served its past, and their luck differs from run to run', () => {
    const slowAt = (number: number) => {
      const some = world(number, 0, { traffic: { rps: 20 } });
      const past = some.history()[1]!.ticks;
      some.advanceTo(historyMs);
      const fraction = (tallies: readonly { bad: number; total: number }[]) =>
        tallies.reduce((sum, { bad }) => sum + bad, 0) / tallies.reduce((sum, { total }) => sum + total, 0);
      return [fraction(past), fraction(some.ticks.slice(2).map(({ byObjective }) => byObjective[1]!.get(stableName)!))];
    };
    const runs = [1, 2, 3, 4, 5, 6].map(slowAt);
    for (const [past, now] of runs as [number, number][]) {
      expect(Math.abs(past - now)).toBeLessThan(5 * Math.sqrt((2 * past) / (20 * 6 * 3600)));
    }
    const slow = runs.map(([past]) => past!);
    expect(Math.max(...slow)).toBeGreaterThan(2 * Math.min(...slow));
  });

  test('are nobody to blame for: the excess is that of a mean instance', () => {
    const slower = { latencyMs: { p50: 176, p95: 400, p99: 560 } };
    const excessOf = (candidate: object, sd: number) => {
      const scenario = scenarioOf({ instances: { sd, each: 20 } }, { candidate });
      const timeline = new Timeline(scenario, [300], new Random(1));
      const [counts, some] = [noCounts(1), new Instances({ sd, each: 20 }, new Random(3))];
      const excess = serve(scenario, measures, timeline, 'candidate', 0.1, 0, minute, new Random(2), counts, some);
      return excess / counts.requests;
    };
    expect(excessOf({}, 0.2)).toBe(0);
    expect(excessOf(slower, 0.001)).toBeCloseTo(0.1207, 3);
    expect(excessOf(slower, 0.1)).toBeCloseTo(excessOf(slower, 0.001), 1.5);
  });
});

describe('bursts of latency', () => {
  const timelineOf = (on: Reach, seed: number) =>
    new Timeline(
      scenarioOf({ latencyBursts: { every: '10m', for: '30s', latencyFactor: 2, on } }),
      [300],
      new Random(seed),
    );
  const seconds = Array.from({ length: 3600 }, (_, second) => second * 1000);
  const hitsOf = (timeline: Timeline, arm: 'stable' | 'candidate') => {
    const slow = seconds.map((ms) => timeline.asMet(arm, 50, ms, Math.min(ms + 1000, timeline.steadyUntilMs(ms))).slow);
    const calm = Math.min(...slow.flat());
    return slow.map(([fraction]) => fraction! > calm);
  };

  test.each<[Reach, boolean]>([
    ['Both', true],
    ['Each', false],
  ])('on %s hit both arms at once: %s; each a part of the time, with a phase of its run', (on, atOnce) => {
    const starts = [1, 2, 3, 4, 5, 6].map((seed) => {
      const timeline = timelineOf(on, seed);
      const [stable, candidate] = [hitsOf(timeline, 'stable'), hitsOf(timeline, 'candidate')];
      for (const hits of [stable, candidate]) {
        expect(Math.abs(hits.filter((hit) => hit).length - 6 * 30)).toBeLessThanOrEqual(31);
      }
      const together = seconds.filter((_, i) => stable[i] && candidate[i]).length;
      expect(together === stable.filter((hit) => hit).length).toBe(atOnce);
      return stable.indexOf(true);
    });
    expect(new Set(starts).size).toBeGreaterThan(3);
  });

  test('are as many times as long as is said, and only what both have is in the truth of an arm', () => {
    for (const on of ['Both', 'Each'] as const) {
      const timeline = timelineOf(on, 1);
      const at = seconds[hitsOf(timeline, 'candidate').indexOf(true) + 5]!;
      const shape = { p50: 220, p95: 500, p99: 700 };
      const twice = new Timeline(scenarioOf({}, { stable: { latencyMs: shape } }), [300], new Random(1));
      const [slow] = timeline.asMet('candidate', 50, at, at + 1).slow;
      expect(slow).toBeCloseTo(twice.of('stable', 50, at, at + 1).slow[0]!, 9);
      expect(timeline.of('candidate', 50, at, at + 1).slow[0]! > 0.05).toBe(on === 'Both');
    }
  });
});

describe('spells', () => {
  const lengthMinutes = { p50: 1, p90: 5, max: 54 };
  const peakErrorPercent = { p50: 6, p90: 30 };
  const noise = noiseOf({ spells: { perDay: 54, lengthMinutes, peakErrorPercent } }).spells!;

  /** Each rise from nothing to nothing, of spells so rare that none meet. */
  function alone() {
    const spells = new Spells({ ...noise, perDay: 0.02 }, 0, new Random(9));
    const found: { startMs: number; lengthMs: number; peak: number }[] = [];
    let atMs = 0;
    while (found.length < 4000) {
      const startMs = spells.edgeAfter(atMs);
      if (spells.errorPercentAt(startMs + 1) === 0) throw new Error('nothing begins where an edge is');
      const peakMs = spells.edgeAfter(startMs);
      atMs = spells.edgeAfter(peakMs);
      found.push({ startMs, lengthMs: atMs - startMs, peak: spells.errorPercentAt(peakMs) });
      expect(spells.errorPercentAt(atMs)).toBe(0);
      expect(spells.errorPercentAt((startMs + peakMs) / 2)).toBeCloseTo(found.at(-1)!.peak / 2, 1);
    }
    return found;
  }

  test('have the lengths, the peaks and the frequency that are said', () => {
    const found = alone();
    const below = (values: readonly number[], limit: number) =>
      values.filter((value) => value <= limit).length / values.length;
    const near = (part: number, of: number) => expect(Math.abs(part - of)).toBeLessThan(4 * Math.sqrt(0.25 / 4000));
    const lengths = found.map(({ lengthMs }) => lengthMs / minute);
    near(below(lengths, 1), 0.5);
    near(below(lengths, 5), 0.9);
    expect(Math.max(...lengths)).toBe(54);
    const peaks = found.map(({ peak }) => peak);
    near(below(peaks, 6), 0.5);
    near(below(peaks, 30), 0.9);
    expect(Math.max(...peaks)).toBeLessThanOrEqual(100);
    expect(throughP50AndP90(peakErrorPercent, 1.2815515655446004)).toBeCloseTo(30, 9);
    const days = found.at(-1)!.startMs / (24 * 60 * minute);
    expect(Math.abs(4000 / days / 0.02 - 1)).toBeLessThan(4 / Math.sqrt(4000));
  });

  test('add up where they meet, whichever moment is asked for first', () => {
    const often = { ...noise, perDay: 1000 };
    const [forward, backward] = [new Spells(often, 0, new Random(4)), new Spells(often, 0, new Random(4))];
    const times = Array.from({ length: 500 }, (_, i) => 10 * 60 * minute + i * 7_001);
    const there = times.map((atMs) => forward.errorPercentAt(atMs));
    const back = [...times].reverse().map((atMs) => backward.errorPercentAt(atMs));
    expect(back.reverse()).toEqual(there);
    expect(there.filter((percent) => percent > 0).length).toBeGreaterThan(250);
  });

  test.each<[Reach, boolean]>([
    ['Both', true],
    ['Each', false],
  ])('on %s are the same of both arms: %s', (on, same) => {
    const unrest = new Unrest({ latencyBursts: null, spells: { ...noise, on } }, 0, 6);
    const times = Array.from({ length: 2000 }, (_, i) => i * 20_000);
    const of = (arm: string, withOwn?: boolean) => times.map((atMs) => unrest.on(arm, atMs, withOwn).errorPercent);
    expect(of('stable').some((percent) => percent > 0)).toBe(true);
    expect(JSON.stringify(of('stable')) === JSON.stringify(of('candidate'))).toBe(same);
    // Without what it has alone, an arm has what all have.
    expect(of('stable', false)).toEqual(same ? of('stable') : times.map(() => 0));
  });

  test('make the variance of errors grow with the length of a tick, as it does in real traffic', () => {
    const scenario = scenarioOf(
      { spells: { perDay: 54, lengthMinutes, peakErrorPercent } },
      { horizon: '168h', traffic: { rps: 10 } },
    );
    const timeline = new Timeline(scenario, [300], new Random(2));
    const random = new Random(3);
    const dispersion = (lengthMs: number) => {
      const errors = Array.from({ length: Math.floor(scenario.horizonMs / lengthMs) }, (_, i) => {
        const counts = noCounts(1);
        serve(scenario, measures, timeline, 'stable', 1, i * lengthMs, (i + 1) * lengthMs, random, counts);
        return counts.errors;
      });
      return varianceOf(errors) / meanOf(errors);
    };
    const [short, longer, long] = [15_000, minute, 5 * minute].map(dispersion) as [number, number, number];
    expect(short).toBeGreaterThan(5);
    expect(longer).toBeGreaterThan(1.7 * short);
    expect(long).toBeGreaterThan(1.7 * longer);
  });
});

describe('drawn counts and those of single requests are alike, over many worlds,', () => {
  const worlds = 300;
  const rest = { stable: { errorPercent: 0.5 } };

  /** A tick of each of many worlds of five instances, all of which are there. */
  function lived(noise: NoiseText): Counts[] {
    const { instances, latencyBursts, spells } = noiseOf(noise);
    const env = { LAB_CPU_MS_PER_REQUEST: '1', LAB_ERROR_PERCENT: '0.5' };
    const place = { project: 'acme', region: 'europe-west1', name: 'api', rps: 100 };
    return Array.from({ length: worlds }, (_, i) => {
      const lab = new Lab({
        seed: 1000 + i,
        startMs: START_MS,
        historyMs: 15_000,
        services: [
          {
            ...place,
            env,
            template: { minInstances: 5, maxInstances: 5 },
            noise: { instances, latencyBursts, spells },
          },
        ],
      });
      lab.advanceTo(START_MS + tickMs);
      const { requests, errors, slow } = Object.values(lab.truth('api').byRevision)[0]!;
      return { requests, errors, slow: [slow], connections: 0, disconnects: 0 };
    });
  }

  function drawn(noise: NoiseText): Counts[] {
    const scenario = scenarioOf({ ...noise }, rest);
    return Array.from({ length: worlds }, (_, i) => {
      const timeline = new Timeline(scenario, [300], new Random(2000 + i));
      const some = scenario.noise.instances && new Instances(scenario.noise.instances, new Random(3000 + i));
      const counts = noCounts(1);
      serve(scenario, measures, timeline, 'stable', 1, minute, minute + tickMs, new Random(4000 + i), counts, some);
      return counts;
    });
  }

  const slowOf = (all: readonly Counts[]) => all.map(({ slow }) => slow[0]!);
  const errorsOf = (all: readonly Counts[]) => all.map(({ errors }) => errors);
  const lengthMinutes = { p50: 1, p90: 5, max: 20 };

  test.each<[string, (all: readonly Counts[]) => number[], NoiseText, NoiseText]>([
    [
      'of instances with luck, and more of it is told apart',
      slowOf,
      { instances: { sd: 0.1, each: 20 } },
      { instances: { sd: 0.25, each: 20 } },
    ],
    [
      'of as many instances, and a single one is told apart, whose luck evens out less',
      slowOf,
      { instances: { sd: 0.2, each: 20 } },
      { instances: { sd: 0.2, each: 100 } },
    ],
    [
      'of bursts of latency, and shorter ones are told apart',
      slowOf,
      { latencyBursts: { every: '2m', for: '60s', latencyFactor: 1.5 } },
      { latencyBursts: { every: '2m', for: '30s', latencyFactor: 1.5 } },
    ],
    [
      'of spells of errors, and a quarter as many are told apart',
      errorsOf,
      { spells: { perDay: 400, lengthMinutes, peakErrorPercent: { p50: 6, p90: 30 } } },
      { spells: { perDay: 100, lengthMinutes, peakErrorPercent: { p50: 6, p90: 30 } } },
    ],
  ])('%s', (_, of, noise, other) => {
    const lab = of(lived(noise));
    const same = of(drawn(noise));
    expect(difference(same, lab)).toBeLessThan(1);
    expect(difference(of(drawn(other)), lab)).toBeGreaterThan(1);
    expect(Math.abs(Math.log(varianceOf(same) / varianceOf(lab)))).toBeLessThan(0.6);
  });
});
