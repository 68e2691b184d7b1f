/** Statuses as an operator writes them, for whoever shows one to people. */

import { iso } from '../../src/facts/time.ts';
import { storedPolicy } from '../../src/policy/parse.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import type { Evidence } from '../../src/status/evidence.ts';
import type { GuardState } from '../../src/status/guard.ts';
import type { RolloutState } from '../../src/status/rollout.ts';
import type { Status } from '../../src/status/status.ts';
import { toStore } from '../../src/status/write.ts';

export const nowMs = Date.parse('2026-01-05T03:00:00Z');
export const ago = (minutes: number): string => iso(nowMs - minutes * 60_000);
export const ahead = (seconds: number): string => iso(nowMs + seconds * 1000);

export const old = 'api-00001-aaa';
export const fresh = 'api-00002-bbb';

export const decision = (action: string, reason: string, message: string, minutesAgo = 0, lookIn = 15) => ({
  action,
  reason,
  message,
  at: ago(minutesAgo),
  nextCheck: ahead(lookIn),
});

export const evidence: Evidence = {
  objective: 'availability',
  dispersion: 1,
  judgedAgainst: 0.001,
  ticks: 0,
  absolute: [],
  relative: [],
  mirrored: [],
  absoluteMeter: [],
  relativeMeter: [],
  candidate: { bad: 0, total: 0 },
  control: { bad: 0, total: 0 },
  certified: { bad: 0, total: 0, expectedBad: 0 },
  judgedUntil: ago(1),
};

export const rollout: RolloutState = {
  candidate: fresh,
  control: old,
  stage: 'Ramp',
  startedAt: ago(12),
  steppedAt: ago(4),
  shares: [],
  startPercent: 1,
  requestsPerSecond: 100,
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
  evidence: [evidence],
};

export const guard: GuardState = {
  revision: fresh,
  control: old,
  armedAt: ago(30),
  until: ahead(22 * 3600),
  external: false,
  controlsTaken: 0,
  requestsPerSecond: 100,
  evidence: [evidence],
};

type Row = NonNullable<Status['objectives']>[number];

export const row = (name: string, change: Partial<Row> = {}): Row => ({
  name,
  verdict: 'Healthy',
  gate: true,
  limitPercent: 0.1,
  candidatePercent: 0.0326477,
  stablePercent: 0.052788,
  candidateTotal: 3063,
  stableTotal: 51148,
  odds: 0.014,
  ...change,
});

export const availability = row('availability');
export const latency = row('latency', {
  limitPercent: 5,
  candidatePercent: 1.82907,
  candidateTotal: 3007,
  stablePercent: 1.95535,
  stableTotal: 45107,
});
export const noData = (name: string, reason = 'NoTraffic'): Row => {
  const { candidatePercent: _, stablePercent: __, ...rest } = row(name);
  return { ...rest, verdict: 'Unknown', reason, candidateTotal: 0, stableTotal: 0, odds: 1 };
};

/** A service in its everyday state. */
export const steady: Status = {
  phase: 'Steady',
  stable: { revision: old, percent: 100 },
  lastGood: { revision: old, since: ago(2000) },
  split: [{ revision: old, percent: 100 }],
  decision: decision('None', 'Steady', `${old} serves everything; no newer revision is waiting.`, 40, 30),
};

/** In mid-rollout, twelve minutes after its beginning. */
export const ramping: Status = {
  ...steady,
  phase: 'Ramping',
  stable: { revision: old, percent: 95 },
  candidate: { revision: fresh, percent: 5, since: ago(12) },
  split: [
    { revision: fresh, percent: 5 },
    { revision: old, percent: 95 },
  ],
  verdict: 'Healthy',
  rollout,
  objectives: [availability, latency],
  decision: decision(
    'Step',
    'Healthy',
    `Nothing speaks against ${fresh}: availability at most 0.122 % bad, latency at most 2.62 % bad so far.`,
    4,
  ),
};

/** Its memory is too full, and what would help is not done. */
export const saturated: Status = {
  ...steady,
  saturation: {
    at: ago(1),
    cpu: { percent: 41, sustained: false },
    memory: { percent: 87, sustained: true },
    concurrency: { percent: 52, sustained: false },
    minutesOver24h: 37,
  },
  tuning: {
    mode: 'ServiceLevel',
    levers: [
      {
        lever: 'maxInstances',
        current: 20,
        target: 40,
        reason: 'NearMaximum',
        message: '18 of 20 instances were active.',
        predicted: 'Twice the instances, while there is traffic for them.',
        blockedBy: ['ConnectionCeiling', 'AfterRollback'],
      },
      { lever: 'minInstances', current: 0, reason: 'WithinTarget', message: 'Nothing to do.', blockedBy: [] },
      { lever: 'memory', current: 512, target: 768, reason: 'Saturated', message: 'It is full.', blockedBy: [] },
    ],
  },
};

/** As the cluster holds it. */
export function policy(
  name: string,
  change: { namespace?: string; spec?: object; status?: Status } = {},
): StoredPolicy {
  return storedPolicy({
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name, namespace: change.namespace ?? 'default', uid: name, generation: 3, creationTimestamp: ago(90) },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
      ...change.spec,
    },
    status: toStore(change.status ?? {}, {}, 'test'),
  });
}
