/** What was begun and is not seen in the traffic. */
import { expect, test } from 'vitest';
import { decide } from '../../src/decide/decide.ts';
import { freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { known } from '../../src/facts/answer.ts';
import type { Observation } from '../../src/facts/observation.ts';
import type { Service } from '../../src/facts/service.ts';
import { iso } from '../../src/facts/time.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Status } from '../../src/status/status.ts';
import { availability, validPolicy } from '../policy/valid.ts';

const nowMs = Date.parse('2026-01-05T08:00:00Z');
const [old, promoted] = ['api-00001-old', 'api-00002-new'];
const half = [
  { revision: old, percent: 50 },
  { revision: promoted, percent: 50 },
];

const service = (policy: Policy): Service => ({
  ref: policy.service,
  uid: 'one',
  etag: 'e',
  generation: 1,
  settled: true,
  traffic: half,
  latestCreated: promoted,
  latestReady: promoted,
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'us',
});

/** A control was taken, and the promoted revision was to get everything again. */
const restoring: Status = {
  stable: { revision: promoted, percent: 50 },
  lastGood: { revision: old, since: iso(nowMs - 3_600_000) },
  split: half,
  adoption: {
    at: iso(nowMs - 86_400_000),
    serviceUid: 'one',
    followedLatest: false,
    pinnedAgainAt: [],
    externallyManaged: false,
  },
  guard: {
    revision: promoted,
    control: old,
    armedAt: iso(nowMs - 3_600_000),
    until: iso(nowMs + 3_600_000),
    external: false,
    controlsTaken: 1,
    controlSince: iso(nowMs - 900_000),
    requestsPerSecond: 10,
    evidence: [freshEvidence('availability', 1, 0.001, iso(nowMs - 30_000))],
  },
  intent: {
    purpose: 'Restore',
    change: { kind: 'Traffic', split: [{ revision: promoted, percent: 100 }] },
    etag: 'd',
    reason: 'NotToBlame',
    message: 'It has all of the traffic again.',
    at: iso(nowMs - 30_000),
  },
};

const seen = (policy: Policy): Observation => ({
  service: service(policy),
  revisions: { [old]: null, [promoted]: { name: promoted, createdAtMs: 0, ready: 'True', message: '' } },
  objectives: { availability: { freshness: known({ newestMs: nowMs - 30_000, intervalMs: 15_000 }) } },
});

test('the way back to the promoted revision does not depend on the one that it leaves', () => {
  const policy = validPolicy();
  expect(decide(policy, seen(policy), restoring, nowMs).decision.write).toMatchObject({
    purpose: 'Restore',
    needs: [promoted],
    change: { kind: 'Traffic', split: [{ revision: promoted, percent: 100 }] },
  });
});

test('in Observe it is not done, nor said to be done for ever', () => {
  const policy = validPolicy([availability], { mode: 'Observe' });
  const { decision } = decide(policy, seen(policy), restoring, nowMs);
  expect(decision.write).toBeNull();
  expect(decision.message).not.toContain('Would');
});
