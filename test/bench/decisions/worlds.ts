/** The worlds of the bench, by name. What is not said is healthy, 100 requests a second, samples every 15 s at once. */
import type { ScenarioText } from '../../../src/scenario/scenario.ts';

type World = Omit<ScenarioText, 'name' | 'truth'>;

const slower = { p50: 176, p95: 400, p99: 560 };
const on = (rps: number, world: World): World => ({ ...world, traffic: { ...world.traffic, rps } });
/** As Cloud Run's own metrics come, and two honest cases of Google Cloud. */
export const late = (world: World): World => ({ ...world, tick: '60s', metricsDelay: '120s' });
export const managedPrometheus = (world: World): World => ({ ...world, tick: '30s', metricsDelay: '75s' });
export const cloudMonitoring = (world: World): World => ({ ...world, tick: '60s', metricsDelay: '180s' });

const errors = (errorPercent: number): World => ({ candidate: { errorPercent: 0.05 + errorPercent } });

/** The six of the mean harm. */
export const harms = {
  '+0.5 % errors': errors(0.5),
  '+1 % errors': errors(1),
  '+5 % errors': errors(5),
  '+50 % errors': errors(50),
  '100 % errors': { candidate: { errorPercent: 100 } },
  'slower 1.6 times': { candidate: { latencyMs: slower } },
} satisfies Record<string, World>;

const healthy: World = {};
const diurnal: World = { traffic: { shape: 'Diurnal' } };
const outage: World = { events: [{ at: '1m', for: '10m', on: 'Both', errorPercent: 20 }] };
export const clusters: World = { noise: { errorClusterMean: 5 } };
export const bursty: World = { noise: { errorClusterMean: 5, bursts: { every: '10m', for: '30s', errorPercent: 2 } } };
const blip: World = { events: [{ at: '0s', jitter: '30m', for: '60s', on: 'Candidate', errorPercent: 5 }] };

/** A candidate that is not to blame. */
export const good = {
  'healthy, 1 rps': on(1, healthy),
  'healthy, 10 rps': on(10, healthy),
  'healthy, 100 rps': healthy,
  'diurnal, 1 rps': on(1, diurnal),
  'diurnal, 10 rps': on(10, diurnal),
  'diurnal, 100 rps': diurnal,
  'shared outage, 1 rps': on(1, outage),
  'shared outage, 10 rps': on(10, outage),
  'shared outage, 100 rps': outage,
  'clusters, 10 rps': on(10, clusters),
  'clusters, 100 rps': clusters,
  'bursty, 10 rps': on(10, bursty),
  'bursty, 100 rps': bursty,
  'blip, 10 rps': on(10, blip),
  'blip, 100 rps': blip,
  'both above the SLO': { stable: { errorPercent: 0.2 } },
  'stable sick': { events: [{ at: '3m', for: '5m', on: 'Stable', errorPercent: 10 }] },
  'flash crowd': {
    events: [
      { at: '2m', for: '5m', on: 'Traffic', rps: 1000 },
      { at: '2m', for: '5m', on: 'Both', latencyFactor: 1.281 },
    ],
  },
  night: { events: [{ at: '90s', for: '30m', on: 'Traffic', rps: 1 }] },
  'flapping metrics': { events: [{ at: '0s', for: '60s', every: '180s', on: 'Metrics', outage: true }] },
  'stable at 20 %': { stable: { errorPercent: 20 }, candidate: { errorPercent: 0.05 } },
  'healthy, 120 s late': late(healthy),
  'healthy, 75 s late': managedPrometheus(healthy),
  'healthy, 180 s late': cloudMonitoring(healthy),
  'metrics outage': { events: [{ at: '2m', for: '10m', on: 'Metrics', outage: true }] },
  'shared failure after promotion': { events: [{ at: '60m', for: '60m', on: 'Both', errorPercent: 100 }] },
  'healthy, 0.05 rps': on(0.05, healthy),
  'a deploy every 10 min': { horizon: '8h', deployEvery: '10m' },
} satisfies Record<string, World>;

const leak: World = { events: [{ at: '10m', for: '110m', on: 'Candidate', errorPercent: 10, ramp: '20m' }] };
const inTheWatch = (world: World): World => ({
  ...on(150, world),
  events: [{ at: '20m', for: '100m', on: 'Candidate', errorPercent: 4 }],
});
const cron: World = {
  events: [{ at: '5m', jitter: '10m', for: '15s', every: '10m', on: 'Candidate', errorPercent: 100 }],
};

/** A candidate that is to blame. */
export const bad = {
  '100 % errors, 10 rps': on(10, harms['100 % errors']),
  '100 % errors, 1 rps': on(1, harms['100 % errors']),
  '+1 % errors, 2 rps': on(2, harms['+1 % errors']),
  'leak from 10 min': leak,
  'leak, 120 s late': late(leak),
  '+4 % in the watch': inTheWatch({}),
  '+4 % in the watch, 120 s late': inTheWatch(late({})),
  'total failure 15 s in 10 min': cron,
  'total failure 15 s in 10 min, 120 s late': late(cron),
  'overload above 20 rps': { candidate: { overload: { aboveRps: 20, errorPercent: 5 } } },
  'overload of 2 %': { candidate: { overload: { aboveRps: 20, errorPercent: 2 } } },
  'total failure after promotion': { events: [{ at: '60m', for: '60m', on: 'Candidate', errorPercent: 100 }] },
  '+5 %, 0.05 rps': on(0.05, harms['+5 % errors']),
} satisfies Record<string, World>;

const afterPromotion = (at: string, errorPercent: number): World => ({
  horizon: '3h',
  events: [{ at, for: '2h', on: 'Candidate', errorPercent }],
});

/** Rehearsed with one objective, by a profile: the least that a policy can say. */
export const minimal = {
  '+0.9 % after promotion': { profile: 'Balanced', world: afterPromotion('60m', 0.9) },
  '+0.2 % after promotion': { profile: 'Fast', world: on(150, afterPromotion('45m', 0.2)) },
  '+10 % after promotion': { profile: 'Careful', world: afterPromotion('75m', 10) },
} satisfies Record<string, { readonly profile: string; readonly world: World }>;

/** Rehearsed with the profile Fast. */
export const fasts = { 'healthy, Fast': healthy } satisfies Record<string, World>;

const from = (at: string, errorPercent: number, rest: object = {}): World => ({
  events: [{ at, for: '110m', on: 'Candidate', errorPercent, ...rest }],
});
const again = (length: string, every: string, errorPercent: number): World => ({
  events: [{ at: '1m', jitter: every, for: length, every, on: 'Candidate', errorPercent }],
});
const once = (length: string, errorPercent: number): World => ({
  events: [{ at: '0s', jitter: '30m', for: length, on: 'Candidate', errorPercent }],
});

const waking = (rps: number): World => ({
  traffic: { rps, shape: 'Steps', steps: [{ at: '30m', rps: 80 }] },
  candidate: { errorPercent: 100 },
});

/** Where single heuristics show: no bar is set here. */
export const finer = {
  '+0.5 % after promotion': afterPromotion('60m', 0.5),
  '+5 % after promotion, 120 s late': late(afterPromotion('60m', 5)),
  '+2 % in the watch': from('20m', 2),
  '+2 % in the watch, 10 rps': on(10, from('20m', 2)),
  '+0.5 % in the watch': from('20m', 0.5),
  'leak from 22 min': from('22m', 10, { ramp: '20m' }),
  'slow leak': from('5m', 3, { ramp: '60m' }),
  'overload of 2 % above 40 rps': { candidate: { overload: { aboveRps: 40, errorPercent: 2 } } },
  '60 s of 3 % in 10 min': again('60s', '10m', 3),
  '30 s of 5 % in 5 min, 120 s late': late(again('30s', '5m', 5)),
  '+0.3 % errors, 1000 rps': on(1000, errors(0.3)),
  'outage on top of +5 %': { ...outage, ...errors(5) },
  '100 % errors, 0.01 rps, then 80': waking(0.01),
  '100 % errors, 0.03 rps, then 80': waking(0.03),
} satisfies Record<string, World>;

export const finerGood = {
  'slow for its first 3 min': { events: [{ at: '0s', for: '3m', on: 'Candidate', latencyFactor: 1.6 }] },
  'once 60 s of 10 %': once('60s', 10),
  'once 15 s of 20 %': once('15s', 20),
  'a floor of 0.43 % for both': on(300, {
    horizon: '4h',
    events: [{ at: '90s', for: '230m', on: 'Both', errorPercent: 0.43 }],
  }),
} satisfies Record<string, World>;
