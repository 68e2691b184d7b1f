import { expect, test } from 'vitest';
import type { Case } from '../../src/decide/case.ts';
import { decide } from '../../src/decide/decide.ts';
import { ownership } from '../../src/decide/traffic/ownership.ts';
import type { Observation } from '../../src/facts/observation.ts';
import type { Service } from '../../src/facts/service.ts';
import type { TrafficTarget } from '../../src/facts/split.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Status } from '../../src/status/status.ts';
import { validPolicy } from '../policy/valid.ts';

const policy = validPolicy();
const nowMs = Date.parse('2026-01-05T08:00:00Z');

const service = (traffic: readonly TrafficTarget[], uid = 'one'): Service => ({
  ref: policy.service,
  uid,
  etag: 'e',
  generation: 1,
  settled: true,
  traffic,
  latestCreated: 'api-00009-new',
  latestReady: 'api-00009-new',
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'someone',
});

const seeing = (seen: Service): Observation => ({ service: seen, revisions: {}, objectives: {} });
const at = (seen: Service, known: Status, mode: Policy['mode'] = 'Enforce'): Case => ({
  policy: { ...policy, mode },
  seen: seeing(seen),
  service: seen,
  known,
  nowMs,
});

const adopted: Status = {
  stable: { revision: 'api-00001-old', percent: 100 },
  lastGood: { revision: 'api-00001-old', since: '2026-01-01T00:00:00.000Z' },
  split: [{ revision: 'api-00001-old', percent: 100 }],
  adoption: {
    at: '2026-01-01T00:00:00.000Z',
    serviceUid: 'one',
    followedLatest: false,
    pinnedAgainAt: [],
    externallyManaged: false,
  },
  rejected: [{ revision: 'api-00002-bad', at: '2026-01-02T00:00:00.000Z', reason: 'ErrorRateRegression' }],
};

test('a service that was created anew under the same name is adopted anew, and nothing of the old one is remembered', () => {
  const anew = service([{ revision: 'api-00009-new', percent: 100 }], 'two');
  const { state, decision } = decide(policy, seeing(anew), adopted, nowMs);
  expect(state).toMatchObject({ stable: { revision: 'api-00009-new' }, lastGood: { revision: 'api-00009-new' } });
  expect(decision.events).toMatchObject([{ reason: 'Adopted' }]);
  expect(state.rejected).toBeUndefined();
});

test.each([
  { createdAtMs: { 'api-00009-new': 9, 'api-00008-given': 8 }, isPassedBy: true, what: 'is newer' },
  {
    createdAtMs: { 'api-00009-new': 7, 'api-00008-given': 8 },
    isPassedBy: false,
    what: 'is older: it is not the newest',
  },
  { createdAtMs: {}, isPassedBy: true, what: 'was not asked' },
])('what a person passed by is not tried, where the revision that the service names as ready $what', (one) => {
  const revisions = Object.fromEntries(
    Object.entries(one.createdAtMs).map(([name, atMs]) => [
      name,
      { name, createdAtMs: atMs, ready: 'True' as const, message: '' },
    ]),
  );
  const given = service([{ revision: 'api-00008-given', percent: 100 }]);
  const { state } = decide(policy, { ...seeing(given), revisions }, adopted, nowMs);
  expect(state.stable).toMatchObject({ revision: 'api-00008-given' });
  const rejected = state.rejected?.map(({ revision }) => revision);
  expect(rejected?.includes('api-00009-new')).toBe(one.isPassedBy);
});

test('an intent that is seen in the traffic is confirmed, whatever hand the service was touched by last', () => {
  const split = [
    { revision: 'api-00001-old', percent: 95 },
    { revision: 'api-00009-new', percent: 5 },
  ];
  const intent = {
    purpose: 'Step' as const,
    change: { kind: 'Traffic' as const, split },
    etag: 'e',
    reason: 'Healthy',
    message: 'm',
    at: '2026-01-05T07:59:00.000Z',
  };
  const { state, decision } = decide(policy, seeing(service(split)), { ...adopted, intent }, nowMs);
  expect(state).toMatchObject({ split });
  expect(state.intent).toBeUndefined();
  // Whoever was to tell of it may have died: now it is known to be done.
  expect(decision.events[0]).toEqual({ type: 'Normal', reason: 'Healthy', action: 'Step', message: 'm' });
});

test('in Observe a service that follows LATEST is watched, and pinned for the first time once it is enforced', () => {
  const follows = service([{ revision: null, percent: 100 }]);
  const observed = ownership(at(follows, {}, 'Observe'));
  const outcome = 'outcome' in observed ? observed.outcome : null;
  expect(outcome).toMatchObject({ reason: 'FollowsLatest', state: { stable: { revision: 'api-00009-new' } } });
  expect(outcome?.write).toBeUndefined();
  expect(ownership(at(follows, outcome!.state))).toMatchObject({
    outcome: {
      reason: 'Adopted',
      write: { purpose: 'Pin', change: { split: [{ revision: 'api-00009-new', percent: 100 }] } },
    },
  });
});
