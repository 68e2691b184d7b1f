import { describe, expect, test } from 'vitest';
import { parseScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { Misshapen } from '../../src/scenario/shape.ts';

const minute = 60_000;
const least = { name: 'late-leak', truth: 'Bad' };

const healthy = {
  errorPercent: 0.05,
  latencyMs: { p50: 110, p95: 250, p99: 350 },
  websocketDisconnectPercent: 0.3,
  overload: null,
};

const spells = { perDay: 54, lengthMinutes: { p50: 1, p90: 5, max: 54 }, peakErrorPercent: { p50: 6, p90: 30 } };

describe('a scenario', () => {
  test('is, but for what it says, the healthy service of the lab for two hours', () => {
    expect(parseScenario(least)).toEqual({
      name: 'late-leak',
      truth: 'Bad',
      horizonMs: 120 * minute,
      tickMs: 15_000,
      metricsDelayMs: 0,
      traffic: { rps: 100, shape: 'Constant', steps: [], connectionsPerRequest: 0.2 },
      stable: healthy,
      candidate: { ...healthy, coldStart: { errorPercent: 0, forMs: 0 } },
      events: [],
      noise: { errorClusterMean: 1, bursts: null, instances: null, latencyBursts: null, spells: null },
      deployEveryMs: null,
    } satisfies Scenario);
  });

  test('is read with everything it may say', () => {
    const slow = { p50: 200, p95: 400, p99: 600 };
    expect(
      parseScenario({
        ...least,
        horizon: '3h',
        tick: '60s',
        metricsDelay: '120s',
        traffic: {
          rps: 40,
          shape: 'Steps',
          steps: [
            { at: '10m', rps: 20 },
            { at: '1h', rps: 0 },
          ],
          connectionsPerRequest: 2,
        },
        stable: { errorPercent: 0.2, websocketDisconnectPercent: 1, overload: { aboveRps: 90, errorPercent: 1 } },
        candidate: {
          latencyMs: slow,
          overload: { aboveRps: 20, errorPercent: 5 },
          coldStart: { errorPercent: 20, for: '60s' },
        },
        events: [
          { at: '10m', for: '1m', every: '10m', on: 'Both', errorPercent: 10, latencyFactor: 1.5, jitter: '15s' },
          { at: '20m', for: '5m', on: 'Metrics', outage: true },
          { at: '0s', for: '20m', on: 'Traffic', rps: 1000, ramp: '20m' },
        ],
        noise: {
          errorClusterMean: 5,
          bursts: { every: '10m', for: '30s', errorPercent: 2 },
          instances: { sd: 0.1, each: 20 },
          latencyBursts: { every: '10m', for: '30s', latencyFactor: 2, on: 'Both' },
          spells: {
            perDay: 54,
            lengthMinutes: { p50: 1, p90: 5, max: 54 },
            peakErrorPercent: { p50: 6, p90: 30 },
            on: 'Each',
          },
        },
        deployEvery: '30m',
      }),
    ).toEqual({
      ...least,
      truth: 'Bad',
      horizonMs: 180 * minute,
      tickMs: minute,
      metricsDelayMs: 2 * minute,
      traffic: {
        rps: 40,
        shape: 'Steps',
        steps: [
          { atMs: 10 * minute, rps: 20 },
          { atMs: 60 * minute, rps: 0 },
        ],
        connectionsPerRequest: 2,
      },
      stable: {
        ...healthy,
        errorPercent: 0.2,
        websocketDisconnectPercent: 1,
        overload: { aboveRps: 90, errorPercent: 1 },
      },
      candidate: {
        errorPercent: 0.2,
        latencyMs: slow,
        websocketDisconnectPercent: 1,
        overload: { aboveRps: 20, errorPercent: 5 },
        coldStart: { errorPercent: 20, forMs: minute },
      },
      events: [
        {
          at: 10 * minute,
          for: minute,
          every: 10 * minute,
          on: 'Both',
          errorPercent: 10,
          latencyFactor: 1.5,
          jitter: 15_000,
        },
        { at: 20 * minute, for: 5 * minute, on: 'Metrics', outage: true },
        { at: 0, for: 20 * minute, on: 'Traffic', rps: 1000, ramp: 20 * minute },
      ],
      noise: {
        errorClusterMean: 5,
        bursts: { everyMs: 10 * minute, forMs: 30_000, errorPercent: 2 },
        instances: { sd: 0.1, each: 20 },
        latencyBursts: { everyMs: 10 * minute, forMs: 30_000, latencyFactor: 2, on: 'Both' },
        spells: {
          perDay: 54,
          lengthMs: { p50: minute, p90: 5 * minute, max: 54 * minute },
          peakErrorPercent: { p50: 6, p90: 30 },
          on: 'Each',
        },
      },
      deployEveryMs: 30 * minute,
    } satisfies Scenario);
  });

  test('whose noise does not say on whom it is has it on each arm alone', () => {
    const { noise } = parseScenario({
      ...least,
      noise: { latencyBursts: { every: '10m', for: '30s', latencyFactor: 2 }, spells },
    });
    expect([noise.latencyBursts!.on, noise.spells!.on]).toEqual(['Each', 'Each']);
  });

  test('whose candidate says nothing has a candidate like its stable', () => {
    const stable = {
      errorPercent: 1,
      latencyMs: { p50: 10, p95: 20, p99: 30 },
      websocketDisconnectPercent: 4,
      overload: { aboveRps: 50, errorPercent: 2 },
    };
    const { coldStart, ...candidate } = parseScenario({ ...least, stable }).candidate;
    expect(candidate).toEqual(stable);
    expect(coldStart).toEqual({ errorPercent: 0, forMs: 0 });
  });
});

const metrics = { at: '10m', for: '1h', on: 'Metrics' };

describe('a scenario is refused, each problem with its path,', () => {
  test.each<[string, object, string]>([
    ['with an unknown key', { horizn: '2h' }, 'horizn: there is no such field; did you mean horizon?'],
    [
      'with an unknown key of its traffic',
      { traffic: { rate: 1 } },
      'traffic.rate: there is no such field; there are rps, shape, steps, connectionsPerRequest',
    ],
    [
      'with a cold start of the stable',
      { stable: { coldStart: { errorPercent: 1, for: '1m' } } },
      'stable.coldStart: there is no such field; there are errorPercent, latencyMs, websocketDisconnectPercent, overload',
    ],
    ['without a name', { name: undefined }, 'name: is required'],
    ['with an empty name', { name: '' }, 'name: must be 1 to 100 characters long, not 0'],
    ['with a line break in its name', { name: 'a\nb' }, 'name: must be in one line, without control characters'],
    ['with a colour in its name', { name: 'a\u001b[31m' }, 'name: must be in one line, without control characters'],
    ['without a truth', { truth: undefined }, 'truth: is required'],
    ['with an unknown truth', { truth: 'Ugly' }, 'truth: must be Good or Bad, not "Ugly"'],
    ['without time', { horizon: '0s' }, 'horizon: must be longer than 0'],
    ['of more than a week', { horizon: '169h' }, 'horizon: must be at most 168h'],
    [
      'with a length without a unit',
      { horizon: '90' },
      'horizon: must be a length of time such as 90s, 10m or 1h30m, not "90"',
    ],
    ['with too short a tick', { tick: '500ms' }, 'tick: must be from 1s to 10m'],
    ['with too long a tick', { tick: '11m' }, 'tick: must be from 1s to 10m'],
    ['with metrics too late', { metricsDelay: '61m' }, 'metricsDelay: must be at most 1h'],
    ['without requests', { traffic: { rps: 0 } }, 'traffic.rps: must be greater than 0 and at most 1000000, not 0'],
    ['with a text for a number', { traffic: { rps: '9' } }, 'traffic.rps: must be a number, not "9"'],
    [
      'with an unknown shape',
      { traffic: { shape: 'Waves' } },
      'traffic.shape: must be Constant or Diurnal or Steps, not "Waves"',
    ],
    ['with no steps', { traffic: { shape: 'Steps' } }, 'traffic.steps: shape Steps needs at least one step'],
    [
      'with steps of a constant',
      { traffic: { steps: [{ at: '1m', rps: 1 }] } },
      'traffic.steps: means nothing with shape Constant; write shape: Steps',
    ],
    [
      'with steps that do not rise',
      {
        traffic: {
          shape: 'Steps',
          steps: [
            { at: '2m', rps: 1 },
            { at: '2m', rps: 2 },
          ],
        },
      },
      'traffic.steps[1].at: must be later than the step before',
    ],
    [
      'with a negative step',
      { traffic: { shape: 'Steps', steps: [{ at: '2m', rps: -1 }] } },
      'traffic.steps[0].rps: must be at least 0 and at most 1000000, not -1',
    ],
    [
      'with more than everything',
      { stable: { errorPercent: 101 } },
      'stable.errorPercent: must be at least 0 and at most 100, not 101',
    ],
    [
      'with less than nothing',
      { candidate: { websocketDisconnectPercent: -1 } },
      'candidate.websocketDisconnectPercent: must be at least 0 and at most 100, not -1',
    ],
    [
      'with a quantile of nothing',
      { stable: { latencyMs: { p50: 0, p95: 250, p99: 350 } } },
      'stable.latencyMs.p50: must be greater than 0, not 0',
    ],
    [
      'with more steps than are looked at',
      { traffic: { steps: new Array(1001).fill({ at: '1m', rps: 1 }) } },
      'traffic.steps: must have 0 to 1000 items, not 1001',
    ],
    [
      'with quantiles that fall',
      { stable: { latencyMs: { p50: 300, p95: 250, p99: 350 } } },
      'stable.latencyMs: p50, p95 and p99 must rise',
    ],
    [
      'with equal quantiles',
      { candidate: { latencyMs: { p50: 100, p95: 250, p99: 250 } } },
      'candidate.latencyMs: p50, p95 and p99 must rise',
    ],
    ['with a quantile missing', { stable: { latencyMs: { p50: 100, p95: 250 } } }, 'stable.latencyMs.p99: is required'],
    [
      'with a cold start of no length',
      { candidate: { coldStart: { errorPercent: 1, for: '0s' } } },
      'candidate.coldStart.for: must be longer than 0',
    ],
    [
      'with half an overload',
      { candidate: { overload: { aboveRps: 5 } } },
      'candidate.overload.errorPercent: is required',
    ],
    [
      'with bursts without an end',
      { noise: { bursts: { every: '30s', for: '30s', errorPercent: 2 } } },
      'noise.bursts: for must be shorter than every',
    ],
    [
      'with bursts too often',
      { noise: { bursts: { every: '999ms', for: '1ms', errorPercent: 2 } } },
      'noise.bursts.every: must be at least 1s',
    ],
    [
      'with clusters of less than one',
      { noise: { errorClusterMean: 0.5 } },
      'noise.errorClusterMean: must be at least 1 and at most 10000, not 0.5',
    ],
    [
      'with an unknown noise',
      { noise: { instance: { sd: 0.1, each: 20 } } },
      'noise.instance: there is no such field; did you mean instances?',
    ],
    [
      'with instances that are all alike',
      { noise: { instances: { sd: 0, each: 20 } } },
      'noise.instances.sd: must be greater than 0 and at most 2, not 0',
    ],
    ['with instances for no requests', { noise: { instances: { sd: 0.1 } } }, 'noise.instances.each: is required'],
    [
      'with instances for less than any request',
      { noise: { instances: { sd: 0.1, each: 0 } } },
      'noise.instances.each: must be at least 0.001 and at most 1000000, not 0',
    ],
    [
      'with bursts of latency without an end',
      { noise: { latencyBursts: { every: '30s', for: '30s', latencyFactor: 2 } } },
      'noise.latencyBursts: for must be shorter than every',
    ],
    [
      'with bursts of latency on somebody else',
      { noise: { latencyBursts: { every: '10m', for: '30s', latencyFactor: 2, on: 'Stable' } } },
      'noise.latencyBursts.on: must be Each or Both, not "Stable"',
    ],
    [
      'with spells that are there all the time',
      { noise: { spells: { ...spells, perDay: 1441 } } },
      'noise.spells.perDay: must be greater than 0 and at most 1440, not 1441',
    ],
    [
      'with spells whose longest are shorter than most',
      { noise: { spells: { ...spells, lengthMinutes: { p50: 1, p90: 5, max: 4 } } } },
      'noise.spells.lengthMinutes: p50, p90 and max must not fall',
    ],
    [
      'with spells whose highest are lower than most',
      { noise: { spells: { ...spells, peakErrorPercent: { p50: 6, p90: 5 } } } },
      'noise.spells.peakErrorPercent: p90 must be at least p50',
    ],
    [
      'with spells of more than everything',
      { noise: { spells: { ...spells, peakErrorPercent: { p50: 6, p90: 101 } } } },
      'noise.spells.peakErrorPercent.p90: must be greater than 0 and at most 100, not 101',
    ],
    [
      'with errors on the metrics',
      { events: [{ ...metrics, outage: true, errorPercent: 1 }] },
      'events[0].errorPercent: means nothing on Metrics, which takes outage, delay',
    ],
    [
      'with nothing but errors on the metrics',
      { events: [{ ...metrics, errorPercent: 1 }] },
      'events[0].errorPercent: means nothing on Metrics, which takes outage, delay\nevents[0]: nothing would happen: say one of outage, delay',
    ],
    [
      'with a gradual outage, in the second event',
      {
        events: [
          { ...metrics, delay: '1m' },
          { ...metrics, outage: true, ramp: '1m' },
        ],
      },
      'events[1].ramp: an outage has no degrees',
    ],
    ['with deploys too often', { deployEvery: '30s' }, 'deployEvery: must be at least 1m'],
    [
      'with two problems',
      { horizon: '0s', stable: { errorPercent: 101 } },
      'horizon: must be longer than 0\nstable.errorPercent: must be at least 0 and at most 100, not 101',
    ],
  ])('%s', (_, difference, message) => {
    const parse = () => parseScenario({ ...least, ...difference });
    expect(parse).toThrow(Misshapen);
    expect(parse).toThrow(expect.objectContaining({ message }));
  });

  test.each([
    [null, 'must be a mapping, not nothing'],
    ['late-leak', 'must be a mapping, not "late-leak"'],
    [[least], 'must be a mapping, not a list'],
  ])('when it is no scenario at all (%j)', (value, message) => {
    expect(() => parseScenario(value)).toThrow(expect.objectContaining({ message }));
  });
});
