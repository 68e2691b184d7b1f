import { describe, expect, test } from 'vitest';
import type { Blocker } from '../../src/decide/tuning/waits.ts';
import { iso } from '../../src/facts/time.ts';
import { type BlockFacts, blocks } from '../../src/facts/tuning.ts';
import { reported, withRoom } from '../../src/loop/conditions.ts';
import { type Failure, failureOf } from '../../src/loop/failure.ts';
import { policySchema } from '../../src/policy/schema.ts';
import { Conflict, OutcomeUnknown, Refused, Unavailable } from '../../src/ports/errors.ts';
import { type Condition, type ConditionType, well } from '../../src/status/condition.ts';
import { type Status, storedStatus } from '../../src/status/status.ts';
import { toStore } from '../../src/status/write.ts';
import { ago, decision, guard, nowMs, policy, ramping, rollout, saturated, steady } from '../report/statuses.ts';

const passing: Failure = { reason: 'Unavailable', message: 'Cloud Run answered 503', terminal: false };
const final: Failure = { reason: 'Refused', message: 'permission denied', terminal: true };
const held = (reason: string, state: Status = steady): Status => ({
  ...state,
  phase: 'Held',
  hold: { reason, message: 'held', since: ago(3), paged: false },
  decision: decision('Hold', reason, 'held'),
});
const saying = (reason: string, state: Status = steady): Status => ({
  ...state,
  decision: decision('None', reason, 'said'),
});

/** "Type=Status Reason: message" */
const conditionsOf = (state: Status, failure: Failure | null): string[] =>
  reported(policy('api'), state, failure, nowMs).conditions!.map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  );

const pinned = 'TrafficPinned=True Pinned: The traffic names its revisions.';
const samples = 'MetricsAvailable=True SamplesPresent: Samples are coming in.';
const { message: stepped } = ramping.decision!;
const { message: quiet } = steady.decision!;

describe('conditions of a policy', () => {
  test.each<[what: string, state: Status, failure: Failure | null, conditions: string[]]>([
    [
      'that is new',
      {},
      null,
      ['Ready=False Pending: Not looked at yet.', 'Reconciling=True Pending: Not looked at yet.'],
    ],
    [
      'that is new and cannot be looked at',
      {},
      passing,
      ['Ready=False Unavailable: Cloud Run answered 503', 'Reconciling=True Unavailable: Cloud Run answered 503'],
    ],
    [
      'that is new and may not be looked at',
      {},
      final,
      ['Ready=False Refused: permission denied', 'Stalled=True Refused: permission denied'],
    ],
    [
      'whose service does not exist yet',
      held('ServiceNotFound', {}),
      null,
      ['Ready=False ServiceNotFound: held', 'Reconciling=True ServiceNotFound: held'],
    ],
    ['whose service has gone', held('ServiceNotFound'), null, ['Ready=False ServiceNotFound: held', pinned]],
    [
      'whose traffic is split before adoption',
      held('NotAdoptable', {}),
      null,
      ['Ready=False NotAdoptable: held', 'Reconciling=True NotAdoptable: held'],
    ],
    ['that is steady', steady, null, [`Ready=True Steady: ${quiet}`, pinned]],
    [
      'that is steady, its service failing to answer',
      steady,
      passing,
      [`Ready=True Steady: ${quiet}`, 'Reconciling=True Unavailable: Cloud Run answered 503', pinned],
    ],
    [
      'that is steady, its service refusing us',
      steady,
      final,
      ['Ready=False Refused: permission denied', 'Stalled=True Refused: permission denied', pinned],
    ],
    [
      'in mid-rollout',
      ramping,
      null,
      [`Ready=True Healthy: ${stepped}`, `Reconciling=True Healthy: ${stepped}`, pinned, samples],
    ],
    [
      'in mid-rollout, its service failing to answer',
      ramping,
      passing,
      [`Ready=True Healthy: ${stepped}`, 'Reconciling=True Unavailable: Cloud Run answered 503', pinned, samples],
    ],
    [
      'in mid-rollout, its service refusing us',
      ramping,
      final,
      ['Ready=False Refused: permission denied', 'Stalled=True Refused: permission denied', pinned, samples],
    ],
    [
      'in mid-rollout, its metrics away',
      held('MetricsOutage', ramping),
      null,
      [
        'Ready=False MetricsOutage: held',
        'Reconciling=True MetricsOutage: held',
        pinned,
        'MetricsAvailable=False MetricsOutage: held',
      ],
    ],
    [
      'in mid-rollout, nobody using its service',
      held('NoTraffic', ramping),
      null,
      [
        'Ready=True NoTraffic: held',
        'Reconciling=True NoTraffic: held',
        pinned,
        'MetricsAvailable=False NoTraffic: held',
      ],
    ],
    [
      'that holds for a person, its metrics being there',
      held('SplitByHand', ramping),
      null,
      ['Ready=True SplitByHand: held', 'Reconciling=True SplitByHand: held', pinned, samples],
    ],
    [
      'that waits at 0 % for its metrics',
      held('MetricsOutage'),
      null,
      ['Ready=True MetricsOutage: held', pinned, 'MetricsAvailable=False MetricsOutage: held'],
    ],
    ['that watches over a promotion', { ...saying('Guarding'), guard }, null, ['Ready=True Guarding: said', pinned]],
    [
      'that has taken a control after a promotion',
      { ...saying('Settling'), guard: { ...guard, controlSince: ago(2) } },
      null,
      ['Ready=True Settling: said', 'Reconciling=True Settling: said', pinned],
    ],
    [
      'that only observes a service on LATEST',
      { ...saying('FollowsLatest'), unpinned: 'said' },
      null,
      ['Ready=True FollowsLatest: said', 'TrafficPinned=False FollowsLatest: said'],
    ],
    [
      'whose service somebody keeps on LATEST',
      {
        ...saying('ExternallyManaged'),
        unpinned: 'said',
        adoption: {
          at: '2026-01-05T08:00:00Z',
          serviceUid: '1',
          followedLatest: true,
          externallyManaged: true,
          pinnedAgainAt: [],
        },
      },
      null,
      ['Ready=True ExternallyManaged: said', 'TrafficPinned=False ExternallyManaged: said'],
    ],
  ])('%s', (_, state, failure, conditions) => {
    expect(conditionsOf(state, failure)).toEqual(conditions);
  });
});

describe('what kstatus relies on', () => {
  const states: Status[] = [{}, steady, ramping, { ...steady, guard, rollout }, held('MetricsOutage'), saying('X', {})];

  test('Ready is always there; Reconciling and Stalled are there only when true, and never both', () => {
    for (const state of states) {
      for (const failure of [null, passing, final]) {
        const { conditions } = reported(policy('api'), state, failure, nowMs);
        const of = (type: string) =>
          conditions!.filter((condition) => condition.type === type).map(({ status }) => status);
        expect(of('Ready')).toHaveLength(1);
        const progress = [...of('Reconciling'), ...of('Stalled')];
        expect(progress.every((status) => status === 'True')).toBe(true);
        expect(progress.length).toBeLessThanOrEqual(1);
        expect(new Set(conditions!.map(({ type }) => type)).size).toBe(conditions!.length);
      }
    }
  });

  test('the generation that was observed is said at the top and in every condition', () => {
    const { observedGeneration, conditions } = reported(policy('api'), ramping, passing, nowMs);
    expect(observedGeneration).toBe(3);
    expect(conditions!.map((condition) => condition.observedGeneration)).toEqual([3, 3, 3, 3]);
  });

  test('a status without a phase is Pending', () => {
    expect(reported(policy('api'), {}, null, nowMs).phase).toBe('Pending');
    expect(reported(policy('api'), ramping, null, nowMs).phase).toBe('Ramping');
  });
});

describe('lastTransitionTime', () => {
  const ready = (status: Condition['status'], at: string): Condition => ({
    type: 'Ready',
    status,
    reason: 'Before',
    message: 'before',
    lastTransitionTime: at,
  });
  const after = (before: Condition[], failure: Failure | null) =>
    reported(policy('api', { status: { ...steady, conditions: before } }), steady, failure, nowMs).conditions!.find(
      ({ type }) => type === 'Ready',
    )!;

  test('stays while only reason and message change', () => {
    expect(after([ready('True', ago(77))], null)).toMatchObject({ reason: 'Steady', lastTransitionTime: ago(77) });
  });

  test('moves when the status flips', () => {
    expect(after([ready('True', ago(77))], final)).toMatchObject({ status: 'False', lastTransitionTime: iso(nowMs) });
    expect(after([ready('False', ago(77))], null)).toMatchObject({ status: 'True', lastTransitionTime: iso(nowMs) });
  });

  test('begins when the condition appears', () => {
    expect(after([], null)).toMatchObject({ lastTransitionTime: iso(nowMs) });
  });

  test('begins anew when a condition comes back', () => {
    const stored = policy('api', { status: reported(policy('api'), steady, null, nowMs - 60_000) });
    const { conditions } = reported(stored, steady, passing, nowMs);
    expect(conditions!.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Ready', ago(1)],
      ['Reconciling', iso(nowMs)],
      ['TrafficPinned', ago(1)],
    ]);
  });
});

test.each<[error: unknown, failure: Failure]>([
  [new Refused('no'), { reason: 'Refused', message: 'no', terminal: true }],
  [new Conflict('changed'), { reason: 'ChangedMeanwhile', message: 'changed', terminal: false }],
  [new OutcomeUnknown('perhaps'), { reason: 'OutcomeUnknown', message: 'perhaps', terminal: false }],
  [new Unavailable('away'), { reason: 'Unavailable', message: 'away', terminal: false }],
  [new TypeError('a bug'), { reason: 'InternalError', message: 'a bug', terminal: false }],
  ['text', { reason: 'InternalError', message: 'text', terminal: false }],
])('%s is reported in its own words', (error, failure) => {
  expect(failureOf(error)).toEqual({ ...failure, error });
});

test("somebody else's words do not make a status too long to be stored", () => {
  const endless = failureOf(new Refused('x'.repeat(100_000)));
  const stored = toStore(reported(policy('api'), steady, endless, nowMs), {}, 'test');
  expect(storedStatus.safeParse(stored).success).toBe(true);
});

describe('what is full, and what is tuned', () => {
  const types = [
    'SaturationWithinTarget',
    'TuningReady',
    'CeilingReached',
    'ConnectionCeilingExceeded',
    'TuningExternallyManaged',
  ];
  const found = (state: Status) =>
    Object.fromEntries(
      reported(policy('api'), state, null, nowMs)
        .conditions!.filter(({ type }) => types.includes(type))
        .map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]),
    );
  const { saturation, tuning } = saturated;
  const blocked = (...blockedBy: string[]): Status => ({
    ...steady,
    tuning: { mode: 'Auto', levers: [{ ...tuning!.levers[0]!, reason: 'NearMaximum', message: 'Words.', blockedBy }] },
  });
  /** It does not compile where a block has no words. */
  const ofEach: Readonly<Record<Blocker, BlockFacts>> = blocks;
  const ready = 'True NothingInTheWay: Nothing is in the way of tuning.';

  test('is not spoken of while nothing is known', () => {
    expect(found(steady)).toEqual({});
    expect(found({ ...steady, saturation: { at: ago(1), minutesOver24h: 0 } })).toEqual({});
    expect(found({ ...steady, tuning: { mode: 'Off', levers: [] } })).toEqual({});
  });

  test('names the resources that are too full, and none that only was', () => {
    const message = 'The instance at the 95th percentile has been over the limit for 5 minutes or longer:';
    expect(found({ ...steady, saturation })).toEqual({
      SaturationWithinTarget: `False Saturated: ${message} memory 87 %.`,
    });
    const cpu = { percent: 99, sustained: true };
    expect(found({ ...steady, saturation: { ...saturation!, cpu } }).SaturationWithinTarget).toBe(
      `False Saturated: ${message} CPU 99 %, memory 87 %.`,
    );
    const memory = { percent: 99, sustained: false };
    expect(found({ ...steady, saturation: { ...saturation!, memory } })).toEqual({
      SaturationWithinTarget: 'True WithinTarget: The instances have room.',
    });
  });

  test.each(Object.entries(ofEach).map(([word, { is }]) => [word, is] as const))('says what %s is: %s', (word, is) => {
    expect(found(blocked('Budget', word))).toEqual({
      TuningReady: is === 'InTheWay' ? `False ${word}: Words.` : ready,
      ...(is === 'Ceiling' && { CeilingReached: `True ${word}: Words.` }),
      ...(is === 'AnotherHand' && { TuningExternallyManaged: 'True TuningExternallyManaged: Words.' }),
    });
  });

  test('takes a word that it does not know for nothing', () => {
    expect(found(blocked('Weather', 'constructor'))).toEqual({ TuningReady: ready });
  });

  test.each([
    [19, true],
    [20, false],
    [null, false],
  ])('says that 20 instances are allowed and %s can connect: %s', (bears, isSo) => {
    const connections = bears === null ? [] : [{ name: 'db', max: bears + 2, perInstance: 1 }];
    const stored = policy('api', { spec: { tuning: { connections } } });
    const lever = { ...tuning!.levers[0]!, reason: 'AboveCeiling', message: 'Words.', blockedBy: [] };
    const state: Status = { ...steady, tuning: { mode: 'Recommend', levers: [lever] } };
    const said = reported(stored, state, null, nowMs).conditions!.filter(({ type }) => type.startsWith('Connection'));
    expect(said.map(({ status, reason, message }) => [status, reason, message])).toEqual(
      isSo ? [['True', 'AboveCeiling', 'Words.']] : [],
    );
  });

  test('says each sentence once', () => {
    const [lever] = blocked('Quota').tuning!.levers;
    const levers = [lever!, { ...lever!, lever: 'minInstances' }, { ...lever!, message: 'More.' }];
    expect(found({ ...steady, tuning: { mode: 'Auto', levers } }).CeilingReached).toBe('True Quota: Words. More.');
  });

  test.each([
    [{}, undefined],
    [{ cpu: 5 }, 'cpu 5 %'],
    [{ cpu: 41, memory: 87, concurrency: 52 }, 'mem 87 %'],
    [{ cpu: 41, concurrency: 100 }, 'conc 100 %'],
    [{ cpu: 60, memory: 60 }, 'cpu 60 %'],
  ])('is the fullest of %j in a column', (percents, worst) => {
    const full = Object.entries(percents).map(([name, percent]) => [name, { percent, sustained: false }]);
    const before = { at: ago(1), minutesOver24h: 0, worst: 'cpu 99 %', ...Object.fromEntries(full) };
    expect(reported(policy('api'), { ...steady, saturation: before }, null, nowMs).saturation?.worst).toBe(worst);
  });
});

describe('every condition that there is', () => {
  const types = Object.keys(well) as ConditionType[];
  const stating = (type: ConditionType, isWell: boolean): Condition => {
    const status = isWell === (well[type] === 'True') ? ('True' as const) : ('False' as const);
    return { type, status, reason: 'Some', message: '', lastTransitionTime: ago(1) };
  };

  test.each(types.map((_, bad) => bad).concat(types.length))('is said if it is not well, of %i that are not', (bad) => {
    for (const order of [types, ['Ready' as const, ...types.slice(1).toReversed()]]) {
      const wanted = order.map((type, i) => stating(type, i >= bad));
      const said = withRoom(wanted);
      expect(said[0]!.type).toBe('Ready');
      expect(said.filter(({ type, status }) => well[type as ConditionType] !== status)).toEqual(wanted.slice(0, bad));
      // The first version of the operator reads no more; what is well is no reason to go beyond.
      expect(said.length).toBe(Math.max(16, Math.min(bad === 0 ? 1 : bad, types.length)));
    }
  });

  test('has its place in a stored status, all at once', () => {
    const conditions = types.map((type) => stating(type, false));
    expect(storedStatus.parse(toStore({ conditions }, {}, 'test')).conditions).toEqual(conditions);
    const { status } = policySchema.properties as { status: { properties: { conditions: { maxItems: number } } } };
    expect(status.properties.conditions.maxItems).toBeGreaterThanOrEqual(types.length);
  });
});
