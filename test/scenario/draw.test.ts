/**
 * Counts that are drawn a stretch at a time are distributed like those of the lab, which serves request by request; and
 * what a scenario says of its noise and its events is what comes of it. Seeds are fixed; the significance is 1e-4.
 */
import { describe, expect, test } from 'vitest';
import type { ServiceSeed } from '../../src/lab/seed.ts';
import { World as Lab } from '../../src/lab/world.ts';
import { bind } from '../../src/rehearsal/measures.ts';
import { candidateName, World as Rehearsed, stableName } from '../../src/rehearsal/world.ts';
import { type Counts, type Measures, noCounts, serve } from '../../src/scenario/draw.ts';
import type { EventText } from '../../src/scenario/events.ts';
import { Random } from '../../src/scenario/random.ts';
import { parseScenario, type Scenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { Timeline } from '../../src/scenario/truth.ts';
import { START_MS } from '../lab/worlds.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';
import { difference, meanOf, varianceOf } from './samples.ts';

const tickMs = 15_000;
const ticks = 2400;
/** What the lab's truth calls slow. */
const thresholdsMs = [300];
const measures: Measures = { errors: true, thresholdsMs, disconnects: true };

const scenarioOf = (text: Omit<ScenarioText, 'name' | 'truth'> = {}): Scenario =>
  parseScenario({ name: 'drawn', truth: 'Good', horizon: '12h', ...text });

/** Per-tick counts of each kind. */
interface Columns {
  readonly requests: number[];
  readonly errors: number[];
  readonly slow: number[];
  readonly disconnects: number[];
}
const kinds = ['requests', 'errors', 'slow', 'disconnects'] as const;
const columns = (): Columns => ({ requests: [], errors: [], slow: [], disconnects: [] });

function drawn(scenario: Scenario, share: number, arm: 'stable' | 'candidate' = 'stable', count = ticks): Columns {
  const timeline = new Timeline(scenario, thresholdsMs, new Random(11, 'timeline'));
  const random = new Random(12, arm, String(share));
  const all = columns();
  for (let tick = 0; tick < count; tick++) {
    const counts: Counts = noCounts(1);
    serve(scenario, measures, timeline, arm, share, tick * tickMs, (tick + 1) * tickMs, random, counts);
    all.requests.push(counts.requests);
    all.errors.push(counts.errors);
    all.slow.push(counts.slow[0]!);
    all.disconnects.push(counts.disconnects);
  }
  return all;
}

/** One service of the lab, tick by tick, by revision in the order they were made. */
function lived(seed: Partial<ServiceSeed>, events: readonly EventText[] = [], percent = 0): Columns[] {
  // One instance is enough, and it is warm: the lab has machines, and a scenario has none.
  const env = { LAB_CPU_MS_PER_REQUEST: '1', ...seed.env };
  const lab = new Lab({
    seed: 21,
    startMs: START_MS,
    historyMs: 60_000,
    services: [{ project: 'acme', region: 'europe-west1', name: 'api', rps: 100, ...seed, env }],
  });
  const names = [lab.service('api').latestReady.name];
  if (percent > 0) {
    lab.setTraffic('api', [{ revision: names[0]!, percent: 100 }]);
    names.push(lab.deploy('api', { env: { ...env, LAB_ERROR_PERCENT: '5' } }));
    lab.setTraffic('api', [
      { revision: names[0]!, percent: 100 - percent },
      { revision: names[1]!, percent },
    ]);
    lab.advanceTo(lab.nowMs + 60_000);
  }
  for (const event of events) lab.event('api', event);
  const all = names.map(columns);
  const read = () => lab.truth('api').byRevision;
  let before = read();
  for (let tick = 0; tick < ticks; tick++) {
    lab.advanceTo(lab.nowMs + tickMs);
    const now = read();
    for (const [i, name] of names.entries()) {
      for (const kind of kinds) all[i]![kind].push(now[name]![kind] - before[name]![kind]);
    }
    before = now;
  }
  return all;
}

/** A run's world with a policy that looks at errors and latencies, the candidate at this share. */
function rehearsed(scenario: Scenario, percent: number): Rehearsed {
  const world = new Rehearsed(scenario, bind(validPolicy([availability, latency])), 31, 0);
  world.split = [
    { revision: stableName, percent: 100 - percent },
    { revision: candidateName(1), percent },
  ];
  return world;
}

function expectAlike(one: Columns, other: Columns): void {
  for (const kind of kinds) {
    const [a, b] = [one[kind], other[kind]];
    expect([kind, difference(a, b)]).toEqual([kind, expect.toSatisfy((value: number) => value < 1)]);
    const [varianceA, varianceB] = [varianceOf(a), varianceOf(b)];
    expect(Math.abs(meanOf(a) - meanOf(b))).toBeLessThanOrEqual(4 * Math.sqrt((varianceA + varianceB) / a.length));
    // A sample variance is off by sqrt(2 / n) of itself, and of small counts by as much more as 1 / mean.
    const spread = Math.sqrt((2 * (2 + 1 / Math.max(0.1, meanOf(a)))) / a.length);
    if (varianceB > 0) expect(Math.abs(varianceA / varianceB - 1)).toBeLessThan(4 * spread);
  }
}

describe('drawn counts and those of single requests are alike', () => {
  test('of a healthy service', () => {
    const [lab] = lived({});
    const healthy = drawn(scenarioOf({ traffic: { connectionsPerRequest: 0 } }), 1);
    expectAlike(healthy, lab!);
    expect(Math.abs(meanOf(healthy.requests) - 1500)).toBeLessThan(4 * Math.sqrt(1500 / ticks));
  });

  test('with 5 % of errors, and 5.6 % are told apart', () => {
    const [lab] = lived({ env: { LAB_ERROR_PERCENT: '5' } });
    const alike = (errorPercent: number) =>
      drawn(scenarioOf({ traffic: { connectionsPerRequest: 0 }, stable: { errorPercent } }), 1);
    expectAlike(alike(5), lab!);
    expect(difference(alike(5.6).errors, lab!.errors)).toBeGreaterThan(1);
    expect(() => expectAlike(alike(5.6), lab!)).toThrow('errors');
  });

  test('with a latency of 1.6 times the usual, and 1.62 times is told apart', () => {
    const slower = (latencyFactor: number): EventText => ({ at: '0s', for: '12h', on: 'Both', latencyFactor });
    const [lab] = lived({}, [slower(1.6)]);
    const alike = (factor: number) =>
      drawn(scenarioOf({ traffic: { connectionsPerRequest: 0 }, events: [slower(factor)] }), 1);
    expectAlike(alike(1.6), lab!);
    expect(difference(alike(1.62).slow, lab!.slow)).toBeGreaterThan(1);
  });

  test('with WebSockets that drop, and of a fifth more drops they are told apart', () => {
    const [lab] = lived({ websockets: true, env: { LAB_WEBSOCKET_DISCONNECT_PERCENT: '1' } });
    const alike = (websocketDisconnectPercent: number) =>
      drawn(scenarioOf({ stable: { websocketDisconnectPercent } }), 1);
    expectAlike(alike(1), lab!);
    expect(difference(alike(1.2).disconnects, lab!.disconnects)).toBeGreaterThan(1);
  });

  test('with trouble in the middle of every tick, and a second more of it is told apart', () => {
    const burst = (length: string): EventText[] => [
      { at: '7s', for: length, every: '15s', on: 'Both', errorPercent: 10 },
      { at: '10s', for: '3s', every: '15s', on: 'Traffic', rps: 250 },
    ];
    const [lab] = lived({}, burst('5s'));
    const alike = (length: string) =>
      drawn(scenarioOf({ traffic: { connectionsPerRequest: 0 }, events: burst(length) }), 1);
    expectAlike(alike('5s'), lab!);
    expect(difference(alike('6s').errors, lab!.errors)).toBeGreaterThan(1);
    // 5 s of 10 %, of which 2 s are at 250 requests a second.
    expect(meanOf(lab!.errors)).toBeCloseTo(0.1 * (3 * 100 + 2 * 250), -1);
  });

  test('of both arms of a split of 5 and 95, in a whole run', () => {
    const [old, fresh] = lived({}, [], 5);
    const candidate = candidateName(1);
    const world = rehearsed(scenarioOf({ candidate: { errorPercent: 5 } }), 5);
    world.advanceTo((ticks + 2) * tickMs);
    // The first two hold what was before.
    const whole = world.ticks.slice(2, ticks + 2);
    const columnsOf = (name: string): Columns => ({
      requests: whole.map(({ byObjective }) => byObjective[0]!.get(name)!.total),
      errors: whole.map(({ byObjective }) => byObjective[0]!.get(name)!.bad),
      slow: whole.map(({ byObjective }) => byObjective[1]!.get(name)!.bad),
      disconnects: new Array<number>(ticks).fill(0),
    });
    expectAlike(columnsOf(stableName), old!);
    expectAlike(columnsOf(candidate), fresh!);
    expect(meanOf(columnsOf(candidate).requests)).toBeCloseTo(75, 0);
  });
});

describe('noise', () => {
  const many = 20_000;

  test('comes in clusters: as many errors, and their variance is (2m - 1) times as large', () => {
    const clusterMean = 5;
    const quiet = { traffic: { connectionsPerRequest: 0 }, stable: { errorPercent: 1 } };
    const { errors } = drawn(scenarioOf({ ...quiet, noise: { errorClusterMean: clusterMean } }), 1, 'stable', many);
    // Of N requests that vary like a Poisson count themselves: N p^2 on top.
    const [mean, variance] = [15, 15 * (2 * clusterMean - 1) + 15 * 0.01];
    expect(Math.abs(meanOf(errors) - mean)).toBeLessThan(4 * Math.sqrt(variance / many));
    // The kurtosis of sums of three clusters or so is well below 6.
    expect(Math.abs(varianceOf(errors) / variance - 1)).toBeLessThan(4 * Math.sqrt(5 / many));
    const alone = drawn(scenarioOf(quiet), 1, 'stable', many).errors;
    expect(Math.abs(varianceOf(alone) / 15 - 1)).toBeLessThan(4 * Math.sqrt(2.1 / many));
  });

  test("of clusters is each arm's own", () => {
    const world = rehearsed(scenarioOf({ stable: { errorPercent: 1 }, noise: { errorClusterMean: 5 } }), 50);
    world.advanceTo((ticks + 2) * tickMs);
    const errorsOf = (name: string) => world.ticks.slice(2).map(({ byObjective }) => byObjective[0]!.get(name)!.bad);
    const [one, other] = [errorsOf(stableName), errorsOf(candidateName(1))];
    const [a, b] = [meanOf(one), meanOf(other)];
    const together = meanOf(one.map((value, i) => (value - a) * (other[i]! - b)));
    expect(Math.abs(together) / Math.sqrt(varianceOf(one) * varianceOf(other))).toBeLessThan(4 / Math.sqrt(ticks));
  });

  test('of bursts hits both arms at the same instants, a part of the time, with a phase of each run', () => {
    const scenario = scenarioOf({
      stable: { errorPercent: 0 },
      noise: { bursts: { every: '10m', for: '30s', errorPercent: 2 } },
    });
    const starts = [1, 2, 3, 4, 5, 6].map((seed) => {
      const timeline = new Timeline(scenario, [], new Random(seed));
      const seconds = Array.from({ length: 3600 }, (_, second) => second * 1000);
      const hit = (arm: 'stable' | 'candidate') =>
        seconds.map((atMs) => timeline.of(arm, 50, atMs, Math.min(atMs + 1000, timeline.steadyUntilMs(atMs))).errors);
      const [stable, candidate] = [hit('stable'), hit('candidate')];
      expect(candidate).toEqual(stable);
      const struck = stable.filter((errors) => errors > 0);
      expect(new Set(struck)).toEqual(new Set([0.02]));
      expect(Math.abs(struck.length - 6 * 30)).toBeLessThanOrEqual(31);
      return stable.findIndex((errors, second) => errors > 0 && !(stable[second - 1]! > 0)) % 600;
    });
    expect(new Set(starts).size).toBeGreaterThan(3);
  });
});

describe('time', () => {
  const bare = { traffic: { connectionsPerRequest: 0 }, stable: { errorPercent: 0 } };
  const errorsAt = (timeline: Timeline, atMs: number) => timeline.of('candidate', 50, atMs, atMs + 1).errors;

  test('an event begins up to its jitter late, uniformly, and lasts as long as it says', () => {
    const scenario = scenarioOf({
      ...bare,
      events: [{ at: '10m', for: '5m', on: 'Candidate', errorPercent: 10, jitter: '60s' }],
    });
    const delays = Array.from({ length: 4000 }, (_, seed) => {
      const timeline = new Timeline(scenario, [], new Random(seed, 'jitter'));
      const startMs = timeline.steadyUntilMs(0);
      expect([-1, 0, 299_999, 300_000].map((after) => errorsAt(timeline, startMs + after))).toEqual([0, 0.1, 0.1, 0]);
      return startMs - 600_000;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
    const bins = new Array<number>(10).fill(0);
    for (const delay of delays) bins[Math.min(9, Math.floor(delay / 6000))]!++;
    for (const bin of bins) expect(Math.abs(bin - 400)).toBeLessThan(5 * Math.sqrt(360));
  });

  test('a ramp climbs in a straight line, so that its half has a half of the errors', () => {
    const scenario = scenarioOf({
      ...bare,
      events: [{ at: '10m', for: '40m', on: 'Candidate', errorPercent: 10, ramp: '20m' }],
    });
    const { errors } = drawn(scenario, 1, 'candidate', 200);
    const within = (from: number, to: number) =>
      errors.slice(from * 4, to * 4).reduce((sum, value) => sum + value, 0) / ((to - from) * 6000);
    const near = (fraction: number, expected: number, requests: number) =>
      expect(Math.abs(fraction - expected)).toBeLessThan(5 * Math.sqrt(Math.max(expected, 1e-9) / requests));
    const timeline = new Timeline(scenario, [], new Random(1));
    for (const atMs of [0, 600_000, 1_200_000]) expect(timeline.steadyUntilMs(atMs) - atMs).toBeLessThanOrEqual(15_000);
    near(within(0, 10), 0, 60_000);
    near(within(10, 20), 0.025, 60_000);
    near(within(20, 30), 0.075, 60_000);
    near(within(30, 50), 0.1, 120_000);
    expect(within(0, 10)).toBe(0);
  });

  test('a repetition comes every so often, and between there is nothing', () => {
    const scenario = scenarioOf({
      ...bare,
      events: [{ at: '5m', for: '15s', every: '10m', on: 'Candidate', errorPercent: 100 }],
    });
    const { errors } = drawn(scenario, 1, 'candidate', 240);
    const struck = errors.flatMap((count, tick) => (count > 0 ? [tick] : []));
    expect(struck).toEqual([20, 60, 100, 140, 180, 220]);
    expect(drawn(scenario, 1, 'stable', 240).errors.every((count) => count === 0)).toBe(true);
  });

  test('a day of four hours has its mean rate, from two fifths of it to eight fifths', () => {
    const scenario = scenarioOf({ traffic: { shape: 'Diurnal', connectionsPerRequest: 0 } });
    const { requests } = drawn(scenario, 1, 'stable', 960);
    expect(Math.abs(meanOf(requests) - 1500)).toBeLessThan(4 * Math.sqrt(1500 / 960));
    expect(Math.max(...requests)).toBeGreaterThan(1500 * 1.6 - 100);
    expect(Math.max(...requests)).toBeLessThan(1500 * 1.6 + 5 * Math.sqrt(2400));
    expect(Math.min(...requests)).toBeGreaterThan(1500 * 0.4 - 5 * Math.sqrt(600));
    expect(Math.min(...requests)).toBeLessThan(1500 * 0.4 + 60);
    const phases = [1, 2, 3, 4].map((seed) => new Timeline(scenario, [], new Random(seed)).rps(0));
    expect(new Set(phases).size).toBe(4);
  });

  test('steps of the traffic hold from each on', () => {
    const scenario = scenarioOf({
      traffic: {
        rps: 100,
        shape: 'Steps',
        steps: [
          { at: '10m', rps: 20 },
          { at: '20m', rps: 400 },
        ],
        connectionsPerRequest: 0,
      },
    });
    const { requests } = drawn(scenario, 1, 'stable', 120);
    for (const [from, rps] of [
      [0, 100],
      [40, 20],
      [80, 400],
    ] as const) {
      const mean = meanOf(requests.slice(from, from + 40));
      expect(Math.abs(mean - 15 * rps)).toBeLessThan(4 * Math.sqrt((15 * rps) / 40));
    }
  });

  test("a cold start and an overload are the candidate's own", () => {
    const scenario = scenarioOf({
      ...bare,
      candidate: { coldStart: { errorPercent: 20, for: '60s' }, overload: { aboveRps: 20, errorPercent: 5 } },
    });
    const timeline = new Timeline(scenario, [], new Random(1));
    const at = (arm: 'stable' | 'candidate', rps: number, atMs: number) => timeline.of(arm, rps, atMs, atMs + 1).errors;
    expect([at('candidate', 10, 0), at('candidate', 20, 59_000), at('candidate', 21, 0)]).toEqual([0.2, 0.2, 0.25]);
    expect([at('candidate', 20, 60_000), at('candidate', 21, 60_000)]).toEqual([0, 0.05]);
    expect([at('stable', 100, 0), at('stable', 100, 60_000)]).toEqual([0, 0]);
  });

  test('its excess is what it fails more often than the stable, of the worst kind', () => {
    const scenario = scenarioOf({
      stable: { errorPercent: 1, websocketDisconnectPercent: 1 },
      candidate: { errorPercent: 3, websocketDisconnectPercent: 6 },
    });
    const counts = noCounts(1);
    const timeline = new Timeline(scenario, thresholdsMs, new Random(1));
    const excess = serve(scenario, measures, timeline, 'candidate', 0.5, 0, 60_000, new Random(2), counts);
    expect(excess).toBeCloseTo(Math.max(counts.requests * 0.02, counts.connections * 0.05), 6);
    expect(serve(scenario, measures, timeline, 'stable', 0.5, 0, 60_000, new Random(2), noCounts(1))).toBe(0);
  });
});
