/**
 * Worlds that each have a policy and bars of their own: shapes that earlier editions of the judgement were blind for or must
 * go on meeting, and the noise of real services.
 */
import type { Policy } from '../../../src/policy/policy.ts';
import type { ScenarioText } from '../../../src/scenario/scenario.ts';
import { availability, latency, validPolicy } from '../../policy/valid.ts';
import { late } from './worlds.ts';

type World = Omit<ScenarioText, 'name' | 'truth'>;

/** In percent of the runs, excess bad requests, seconds, and percent of the traffic. */
export interface Bars {
  readonly maxRollbackPercent?: number;
  readonly minRollbackPercent?: number;
  readonly minPromotedPercent?: number;
  readonly maxHarm?: number;
  /** Of the medians. */
  readonly maxSecondsTo90?: number;
  readonly maxStepPercent?: number;
}

export interface Shape {
  readonly truth: 'Good' | 'Bad';
  readonly world: World;
  readonly policy: Policy;
  readonly bars: Bars;
  readonly runs: number;
}

const of = (objectives: readonly object[], rollout: Record<string, unknown> = {}): Policy =>
  validPolicy(objectives, { rollout }, 'bench');
const target = (targetPercent: number) => ({ ...availability, targetPercent });
const usual = of([availability, latency]);

const good = (policy: Policy, bars: Bars, world: World, runs = 200): Shape => ({
  truth: 'Good',
  world,
  policy,
  bars,
  runs,
});
const bad = (policy: Policy, bars: Bars, world: World, runs = 200): Shape => ({
  truth: 'Bad',
  world,
  policy,
  bars,
  runs,
});
const at = (rps: number, world: World): World => ({ ...world, traffic: { ...world.traffic, rps } });

/** What has been found by looking for shapes that nobody had thought of. */
export const found: Readonly<Record<string, Shape>> = {
  'p95 from 290 to 310 ms': bad(
    usual,
    { maxHarm: 6000, minRollbackPercent: 90 },
    {
      stable: { errorPercent: 0.08, latencyMs: { p50: 110, p95: 290, p99: 405 } },
      candidate: { errorPercent: 0.02, latencyMs: { p50: 118, p95: 310, p99: 430 } },
    },
  ),
  'target 99.99, good': good(
    of([target(99.99), latency]),
    { maxRollbackPercent: 1, minPromotedPercent: 97, maxSecondsTo90: 1500 },
    at(300, { horizon: '3h', stable: { errorPercent: 0.006 } }),
  ),
  'outage, 10 s earlier at the candidate': good(
    usual,
    { maxRollbackPercent: 2 },
    {
      events: [
        { at: '8m', for: '190s', on: 'Candidate', errorPercent: 100 },
        { at: '490s', for: '180s', on: 'Stable', errorPercent: 100 },
      ],
    },
  ),
  'outage of 10 %, 12 % at the candidate': good(
    usual,
    { maxRollbackPercent: 3, maxSecondsTo90: 1900 },
    {
      events: [
        { at: '6m', for: '10m', on: 'Both', errorPercent: 10 },
        { at: '6m', for: '10m', on: 'Candidate', errorPercent: 2 },
      ],
    },
  ),
  'slow for its first 3 min': good(
    usual,
    { maxRollbackPercent: 10 },
    { events: [{ at: '0s', for: '3m', on: 'Candidate', latencyFactor: 1.6 }] },
  ),
  'maxBake 5 min, good': good(
    of([availability, latency], { maxBake: '5m' }),
    { maxRollbackPercent: 0.5, minPromotedPercent: 99, maxStepPercent: 40 },
    {},
  ),
  'maxBake 5 min or back, good': good(
    of([availability, latency], { maxBake: '5m', onInconclusive: 'Rollback' }),
    { maxRollbackPercent: 1, minPromotedPercent: 97 },
    {},
  ),
  'overload above 20 rps, ladder 10': bad(
    of([availability, latency], { stepsPercent: [10] }),
    { minRollbackPercent: 99, maxHarm: 250, maxStepPercent: 40 },
    { candidate: { overload: { aboveRps: 20, errorPercent: 5 } } },
  ),
  'target 99, 1.4 %': bad(
    of([target(99), latency]),
    { minRollbackPercent: 97, maxHarm: 400 },
    { stable: { errorPercent: 0.2 }, candidate: { errorPercent: 1.4 } },
  ),
  'total failure 20 s in 12 min after promotion, 80 rps': bad(
    usual,
    { minRollbackPercent: 90, maxHarm: 4500 },
    at(80, {
      horizon: '4h',
      events: [{ at: '50m', for: '20s', every: '12m', on: 'Candidate', errorPercent: 100 }],
    }),
  ),
  'dead, and asked for nothing for 30 min': bad(
    usual,
    { minRollbackPercent: 100, maxHarm: 120 },
    {
      traffic: { rps: 0.01, shape: 'Steps', steps: [{ at: '30m', rps: 80 }] },
      candidate: { errorPercent: 100 },
    },
  ),
  'total failure 15 s in 70 min': bad(
    usual,
    { minRollbackPercent: 90, maxHarm: 1700 },
    at(50, {
      horizon: '4h',
      events: [{ at: '14m', for: '15s', every: '70m', on: 'Candidate', errorPercent: 100 }],
    }),
  ),
  '+0.9 % after promotion, one objective': bad(
    of([availability]),
    { minRollbackPercent: 99, maxHarm: 400 },
    { horizon: '3h', events: [{ at: '60m', for: '120m', on: 'Candidate', errorPercent: 0.9 }] },
  ),
  'one pause of 12 s': good(
    usual,
    { maxRollbackPercent: 5 },
    { events: [{ at: '6m', for: '12s', on: 'Candidate', latencyFactor: 3, jitter: '60s' }] },
  ),
  '+0.2 % after promotion, one objective, Fast': bad(
    of([availability], { profile: 'Fast' }),
    { minRollbackPercent: 97, maxHarm: 250 },
    at(150, { horizon: '3h', events: [{ at: '45m', for: '135m', on: 'Candidate', errorPercent: 0.2 }] }),
  ),
  '3 min of 6 % in 40 min after promotion': bad(
    usual,
    { minRollbackPercent: 90, maxHarm: 2000 },
    at(60, {
      horizon: '6h',
      events: [{ at: '55m', for: '3m', every: '40m', on: 'Candidate', errorPercent: 6 }],
    }),
  ),
  'outage, 15 s earlier at the candidate, 120 s late': good(
    usual,
    { maxRollbackPercent: 2 },
    late({
      events: [
        { at: '605s', for: '240s', on: 'Stable', errorPercent: 100 },
        { at: '590s', for: '255s', on: 'Candidate', errorPercent: 100 },
      ],
    }),
  ),
  'a new floor of 0.43 % for both': good(
    usual,
    { maxRollbackPercent: 2, minPromotedPercent: 95 },
    at(300, { horizon: '4h', events: [{ at: '90s', for: '238m', on: 'Both', errorPercent: 0.43 }] }),
  ),
};

const p99 = { name: 'latency', indicator: { latency: { percentile: 99, threshold: '420ms' } } };
const mostFalse = { 0.05: 0.5, 0.1: 1, 0.2: 2 };

/** Good ones whose instances differ: a candidate at 1 % has one of them. */
const luck = Object.fromEntries(
  Object.entries(mostFalse).flatMap(([sd, maxRollbackPercent]) =>
    [5, 50, 500].flatMap((rps) =>
      Object.entries({ p95: latency, p99 }).map(([name, objective]) => [
        `instances differ by ${100 * Number(sd)} %, ${rps} rps, ${name}`,
        good(
          of([availability, objective]),
          { maxRollbackPercent, minPromotedPercent: 95 },
          at(rps, { noise: { instances: { sd: Number(sd), each: 20 } } }),
          2000,
        ),
      ]),
    ),
  ),
);

const profiles = ['Fast', 'Balanced', 'Careful'];
const afterPromotion = Object.fromEntries(
  profiles.map((profile) => [
    `+1 % after promotion, one objective, ${profile}`,
    bad(
      of([availability], { profile }),
      { minRollbackPercent: 100, maxHarm: 300 },
      { horizon: '3h', events: [{ at: '75m', for: '105m', on: 'Candidate', errorPercent: 1 }] },
    ),
  ]),
);

/** An outage that reaches one arm so many seconds before the other, and leaves both at once. */
const apart = (seconds: number, first: 'Stable' | 'Candidate'): World => {
  const outage = { errorPercent: 100 } as const;
  const other = first === 'Stable' ? 'Candidate' : 'Stable';
  return {
    events: [
      { at: '3m', for: '240s', on: first, ...outage },
      { at: `${180 + seconds}s`, for: `${240 - seconds}s`, on: other, ...outage },
    ],
  };
};
const outages = Object.fromEntries(
  [5, 20, 60].flatMap((seconds) =>
    (['Candidate', 'Stable'] as const).flatMap((first) =>
      Object.entries({ '15 s': apart(seconds, first), '60 s': late(apart(seconds, first)) }).map(([tick, world]) => [
        `outage, ${seconds} s earlier at the ${first.toLowerCase()}, ticks of ${tick}`,
        good(usual, { maxRollbackPercent: 2 }, world),
      ]),
    ),
  ),
);
/** One that the candidate meets a minute before the stable and has a minute longer, where few ticks convict. */
const around = Object.fromEntries(
  profiles.map((profile) => [
    `outage, 60 s longer at the candidate, before and behind, ${profile}`,
    good(
      of([availability, latency], { profile }),
      { maxRollbackPercent: 2 },
      {
        events: [
          { at: '5m', for: '240s', on: 'Candidate', errorPercent: 100 },
          { at: '6m', for: '120s', on: 'Stable', errorPercent: 100 },
        ],
      },
    ),
  ]),
);
/** The guard takes its control some 75 s after the beginning: this one ends soon after it, or before. */
const nearSwitches = Object.fromEntries(
  [60, 120, 180].map((seconds) => [
    `outage of ${seconds} s after promotion`,
    good(
      usual,
      { maxRollbackPercent: 1 },
      { horizon: '3h', events: [{ at: '60m', jitter: '60s', for: `${seconds}s`, on: 'Both', errorPercent: 100 }] },
    ),
  ]),
);

const slower: World = { candidate: { latencyMs: { p50: 176, p95: 400, p99: 560 } } };
export const slowerByLuck = 'slower 1.6 times, instances differ by 10 %';

/** Where the third edition of the judgement is asked for more. */
export const asked: Readonly<Record<string, Shape>> = {
  ...luck,
  [slowerByLuck]: bad(usual, { minRollbackPercent: 100 }, { ...slower, noise: { instances: { sd: 0.1, each: 20 } } }),
  ...afterPromotion,
  'total failure 20 s in 12 min after promotion': bad(
    usual,
    { minRollbackPercent: 99, maxHarm: 4500 },
    { horizon: '4h', events: [{ at: '60m', for: '20s', every: '12m', on: 'Candidate', errorPercent: 100 }] },
  ),
  ...outages,
  ...around,
  ...nearSwitches,
};

/** Plain regressions: true bad fractions of so many times what is allowed, beside a stable at half of it. */
export interface Plain {
  readonly targetPercent: number;
  readonly rps: number;
  readonly times: number;
}
const plains: readonly Plain[] = [99, 99.9, 99.99].flatMap((targetPercent) =>
  [10, 100, 1000].flatMap((rps) => [2, 5, 20].map((times) => ({ targetPercent, rps, times }))),
);

/** Judged beside the oracle. */
export const besideOracle: Readonly<Record<string, Shape>> = Object.fromEntries(
  plains.map(({ targetPercent, rps, times }) => {
    const allowedPercent = 100 - targetPercent;
    const errors = (factor: number) => ({ errorPercent: Number((factor * allowedPercent).toFixed(6)) });
    return [
      `${times} times what ${targetPercent} % allows, ${rps} rps`,
      bad(of([target(targetPercent), latency]), {}, at(rps, { stable: errors(0.5), candidate: errors(times) })),
    ];
  }),
);

/** Some of those that are asked for: the quick form is a test. */
const examples: readonly string[] = [
  'instances differ by 5 %, 500 rps, p95',
  'instances differ by 20 %, 50 rps, p99',
  '+1 % after promotion, one objective, Careful',
  'outage, 20 s earlier at the stable, ticks of 15 s',
  '2 times what 99 % allows, 100 rps',
  '5 times what 99.9 % allows, 100 rps',
  '20 times what 99.99 % allows, 1000 rps',
];

export const inQuick = (name: string): boolean => Object.hasOwn(found, name) || examples.includes(name);
