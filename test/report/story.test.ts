import { describe, expect, test } from 'vitest';
import { bar } from '../../src/report/columns.ts';
import { story, type Told } from '../../src/report/story.ts';
import type { Status } from '../../src/status/status.ts';
import {
  ago,
  ahead,
  availability,
  decision,
  evidence,
  fresh,
  guard,
  latency,
  noData,
  nowMs,
  old,
  policy,
  ramping,
  rollout,
  row,
  saturated,
  steady,
} from './statuses.ts';

const told = (status: Status, more: Partial<Told> = {}): string =>
  `\n${story({ name: 'api', status, ...more }, nowMs).join('\n')}\n`;

const both = `availability: 3.28 % of 412 bad on ${fresh}, 0.05 % of 39,812 on ${old}, 0.1 % allowed (odds 20,000:1).`;
const burning = row('availability', {
  verdict: 'Breaching',
  candidatePercent: 3.28155,
  candidateTotal: 412,
  stablePercent: 0.0502361,
  stableTotal: 39812,
  odds: 20123,
});
const convicted = { reason: 'ErrorRateRegression', message: both, at: ago(0) };
const rolledBack = decision('RollBack', 'ErrorRateRegression', both, 0, 5);

describe('the story of a service that is', () => {
  test('not looked at by anyone yet', () => {
    expect(told({})).toBe(`
api  ◌ Pending  not adopted yet
  why    No operator has looked at it yet.
  did    nothing yet
  next   looked at as soon as an operator runs; one that does says in its log what it waits for
`);
  });

  test('pending, since it has no revision', () => {
    const message = 'The service has no ready revision yet.';
    expect(told({ phase: 'Pending', decision: decision('None', 'NoReadyRevision', message, 3, 30) })).toBe(`
api  ◌ Pending  not adopted yet
  why    The service has no ready revision yet.
  did    nothing (NoReadyRevision)
  next   looks again in 30 s
`);
  });

  test('steady', () => {
    expect(told(steady)).toBe(`
api  ✔ Steady  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  why    api-00001-aaa serves everything; no newer revision is waiting.
  did    nothing (Steady)
  next   waits for a new revision; looks again in 30 s
`);
  });

  test('too full, with what would help', () => {
    expect(told(saturated)).toBe(`
api  ✔ Steady  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  CPU          ████████▎             41 %  of the p95 instance
  memory       █████████████████▍    87 %  of the p95 instance, over the limit for 5 min or longer
  concurrency  ██████████▍           52 %  of the p95 instance
  why    api-00001-aaa serves everything; no newer revision is waiting.
  full   37 min over the limit in 24 h
  tune   maximum of instances 20 → 40 (NearMaximum): 18 of 20 instances were active. Twice the
         instances, while there is traffic for them. Not done: what all instances connect to bears
         no more; the service was rolled back a short while ago.
  tune   memory limit 512 MiB → 768 MiB (Saturated): It is full.
  did    nothing (Steady)
  next   waits for a new revision; looks again in 30 s
`);
  });

  test('in mid-rollout of a revision that tunes it', () => {
    const { candidate } = ramping;
    const tuning = { ...ramping, candidate: { ...candidate!, cause: 'Tuning' } };
    expect(told(tuning)).toContain('5 %  candidate, of tuning');
    expect(told({ ...tuning, candidate: { ...candidate!, cause: 'Deploy' } })).toContain('5 %  candidate\n');
  });

  test('tuned by words of a newer version, as they are', () => {
    const lever = { lever: 'gpu', target: 2, reason: 'New', message: 'Words.', blockedBy: ['Weather'] };
    const status = { ...steady, tuning: { mode: 'Auto', levers: [lever] } };
    expect(told(status)).toContain('tune   gpu not set → 2 (New): Words. Not done: Weather.');
  });

  test('steady, and was rolled back', () => {
    const rejected = [{ revision: fresh, at: ago(9), reason: 'ErrorRateRegression' }];
    const rolled = decision('RollBack', 'ErrorRateRegression', both, 9, 30);
    expect(told({ ...steady, rejected, objectives: [burning, latency], verdict: 'Breaching', decision: rolled })).toBe(`
api  ✔ Steady  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  api-00002-bbb                          0 %  rejected: ErrorRateRegression
  OBJECTIVE     BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS      VERDICT
  availability     3.28 % of 412  0.0502 % of 39,812  0.1 %  20,000:1  ✖ Breaching
  latency        1.83 % of 3,007    1.96 % of 45,107    5 %  even      ✔ Healthy
  why    availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 %
         allowed (odds 20,000:1).
  did    RollBack (ErrorRateRegression), 9 min ago
  next   waits for a new revision, or steadyrun.dev/retry: api-00002-bbb; looks again in 30 s
`);
  });

  test('steady, with a promotion under guard', () => {
    const message = `${fresh} held through the watch: availability at most 0.0867 % bad, latency at most 2.03 % bad.`;
    const promoted: Status = {
      phase: 'Steady',
      stable: { revision: fresh, percent: 100 },
      lastGood: { revision: old, since: ago(30) },
      split: [{ revision: fresh, percent: 100 }],
      rejected: [{ revision: 'api-00000-zzz', at: ago(900), reason: 'Aborted' }],
      guard,
      objectives: [availability, latency],
      decision: decision('Promote', 'WatchPassed', message, 30, 60),
    };
    expect(told(promoted)).toBe(`
api  ✔ Steady  api-00002-bbb at 100 %
  api-00002-bbb  ████████████████████  100 %  stable
  api-00001-aaa                          0 %  last good
  OBJECTIVE       BAD IN PROMOTED    BAD IN LAST GOOD  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    api-00002-bbb held through the watch: availability at most 0.0867 % bad, latency at most
         2.03 % bad.
  did    Promote (WatchPassed), 30 min ago
  next   api-00002-bbb is watched for another 22 h; looks again in 60 s
`);
  });

  test('ramping', () => {
    expect(told(ramping)).toBe(`
api  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago
  api-00001-aaa  ███████████████████   95 %  stable, last good
  api-00002-bbb  █                      5 %  candidate
  OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    Nothing speaks against api-00002-bbb: availability at most 0.122 % bad, latency at most
         2.62 % bad so far.
  did    Step (Healthy), 4 min ago
  next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 15 s
`);
  });

  test('ramping without any data yet, with an objective that does not gate', () => {
    const message = `${fresh} is new and ready: it starts at 1 % beside ${old}.`;
    const begun: Status = {
      ...ramping,
      stable: { revision: old, percent: 99 },
      candidate: { revision: fresh, percent: 1, since: ago(1) },
      objectives: [
        noData('availability'),
        noData('latency', 'InsufficientSamples'),
        { ...noData('slow'), gate: false },
      ],
      decision: decision('Start', 'NewRevision', message, 1, 10),
    };
    expect(told(begun)).toBe(`
api  ◐ Ramping  api-00002-bbb at 1 %, begun 60 s ago
  api-00001-aaa  ███████████████████▊  99 %  stable, last good
  api-00002-bbb  ▎                      1 %  candidate
  OBJECTIVE     BAD IN CANDIDATE  BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability           no data        no data  0.1 %  even  ? NoTraffic
  latency                no data        no data  0.1 %  even  ? InsufficientSamples
  slow                   no data        no data  0.1 %  even  ? NoTraffic, not gating
  why    api-00002-bbb is new and ready: it starts at 1 % beside api-00001-aaa.
  did    Start (NewRevision), 60 s ago
  next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 10 s
`);
  });

  test('ramping, its next step not in the traffic since Cloud Run does not answer', () => {
    const stuck: Status = {
      ...ramping,
      intent: {
        purpose: 'Step',
        change: {
          kind: 'Traffic',
          split: [
            { revision: fresh, percent: 12 },
            { revision: old, percent: 88 },
          ],
        },
        etag: '"1"',
        reason: 'Healthy',
        message: 'x',
        at: ago(0),
      },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Healthy', message: 'x', lastTransitionTime: ago(30) },
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'Unavailable',
          message: 'Cloud Run answered 503: try again',
          lastTransitionTime: ago(1),
        },
      ],
    };
    expect(told(stuck)).toBe(`
api  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago
  api-00001-aaa  ███████████████████   95 %  stable, last good
  api-00002-bbb  █                      5 %  candidate
  OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    Nothing speaks against api-00002-bbb: availability at most 0.122 % bad, latency at most
         2.62 % bad so far.
  error  Unavailable: Cloud Run answered 503: try again
  did    Step (Healthy), not seen in the traffic yet
  next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 15 s
`);
  });

  test('watching', () => {
    const watched: Status = {
      ...ramping,
      phase: 'Watching',
      stable: { revision: old, percent: 10 },
      candidate: { revision: fresh, percent: 90, since: ago(48) },
      rollout: { ...rollout, stage: 'Watch', watchedSeconds: 840 },
      decision: decision('None', 'Watching', '6 min of the watch are left.', 0),
    };
    expect(told(watched)).toBe(`
api  ◑ Watching  api-00002-bbb at 90 %, begun 48 min ago
  api-00001-aaa  ██                    10 %  stable, last good
  api-00002-bbb  ██████████████████    90 %  candidate
  OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    6 min of the watch are left.
  did    nothing (Watching)
  next   all of the traffic to api-00002-bbb if it holds; looks again in 15 s
`);
  });

  test('watching a promoted revision beside a control that was taken', () => {
    const message = `${old} gets half of the traffic to settle whether ${fresh} is to blame: ${both}`;
    const open: Status = {
      phase: 'Watching',
      stable: { revision: fresh, percent: 50 },
      lastGood: { revision: old, since: ago(60) },
      split: [
        { revision: fresh, percent: 50 },
        { revision: old, percent: 50 },
      ],
      guard: { ...guard, controlSince: ago(2), controlsTaken: 1 },
      objectives: [{ ...burning, odds: 2.4e8 }],
      decision: decision('TakeControl', 'BurningAfterPromotion', message, 2),
    };
    expect(told(open)).toBe(`
api  ◑ Watching  api-00002-bbb at 50 %
  api-00002-bbb  ██████████            50 %  stable
  api-00001-aaa  ██████████            50 %  last good
  OBJECTIVE     BAD IN PROMOTED    BAD IN LAST GOOD  LIMIT  ODDS              VERDICT
  availability    3.28 % of 412  0.0502 % of 39,812  0.1 %  over 1,000,000:1  ✖ Breaching
  why    api-00001-aaa gets half of the traffic to settle whether api-00002-bbb is to blame:
         availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 %
         allowed (odds 20,000:1).
  did    TakeControl (BurningAfterPromotion), 2 min ago
  next   back to api-00001-aaa if it is clearly better, else all of the traffic to api-00002-bbb
         again; looks again in 15 s
`);
  });

  test('the last good revision in a trial', () => {
    const message = `${fresh} did not burn at a part of the traffic, and does again with all of it.`;
    const open: Status = {
      phase: 'Watching',
      stable: { revision: fresh, percent: 0 },
      lastGood: { revision: old, since: ago(60) },
      split: [{ revision: old, percent: 100 }],
      guard: {
        ...guard,
        controlSince: ago(2),
        trial: { objective: 'availability', burned: 0.03, gone: 0, switches: 0 },
      },
      decision: decision('Trial', 'BurnsWithAll', message, 2),
    };
    expect(told(open)).toBe(`
api  ◑ Watching  api-00002-bbb at 0 %
  api-00002-bbb                          0 %  stable
  api-00001-aaa  ████████████████████  100 %  last good
  why    api-00002-bbb did not burn at a part of the traffic, and does again with all of it.
  did    Trial (BurnsWithAll), 2 min ago
  next   all of the traffic to api-00002-bbb again, to see whether it burns with it; looks again in
         15 s
`);
  });

  test('rolling back', () => {
    const back: Status = {
      ...ramping,
      phase: 'RollingBack',
      rollout: { ...rollout, convicted },
      objectives: [burning, latency],
      decision: rolledBack,
    };
    expect(told(back)).toBe(`
api  ✖ RollingBack  api-00002-bbb at 5 %, begun 12 min ago
  api-00001-aaa  ███████████████████   95 %  stable, last good
  api-00002-bbb  █                      5 %  candidate
  OBJECTIVE     BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS      VERDICT
  availability     3.28 % of 412  0.0502 % of 39,812  0.1 %  20,000:1  ✖ Breaching
  latency        1.83 % of 3,007    1.96 % of 45,107    5 %  even      ✔ Healthy
  why    availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 %
         allowed (odds 20,000:1).
  did    RollBack (ErrorRateRegression), not seen in the traffic yet
  next   all of the traffic back to api-00001-aaa; looks again in 5 s
`);
  });

  test('held, since a person has split the traffic', () => {
    const message = `${old} 70 %, ${fresh} 30 % was set by another hand; nothing is moved until one revision has all of the traffic again.`;
    const held: Status = {
      ...ramping,
      phase: 'Held',
      stable: { revision: old, percent: 70 },
      candidate: { revision: fresh, percent: 30, since: ago(12) },
      hold: { reason: 'SplitByHand', message, since: ago(9), paged: false },
      decision: decision('Hold', 'SplitByHand', message, 9),
    };
    expect(told(held)).toBe(`
api  ॥ Held (SplitByHand for 9 min)  api-00002-bbb at 30 %, begun 12 min ago
  api-00001-aaa  ██████████████        70 %  stable, last good
  api-00002-bbb  ██████                30 %  candidate
  OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    api-00001-aaa 70 %, api-00002-bbb 30 % was set by another hand; nothing is moved until one
         revision has all of the traffic again.
  did    nothing (SplitByHand)
  next   nothing moves until one revision has all of the traffic; looks again in 15 s
`);
  });

  test('held at 0 %, its candidate withdrawn', () => {
    const message = `${fresh} stays at 0 % (CandidateSilent) until it is retried or a newer revision comes.`;
    const held: Status = {
      ...steady,
      phase: 'Held',
      withdrawn: { revision: fresh, at: ago(200), reason: 'CandidateSilent' },
      hold: { reason: 'CandidateSilent', message, since: ago(200), paged: true },
      decision: decision('Hold', 'CandidateSilent', message, 200, 30),
    };
    expect(told(held)).toBe(`
api  ॥ Held (CandidateSilent for 3 h 20 min)  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  api-00002-bbb                          0 %  withdrawn: CandidateSilent
  why    api-00002-bbb stays at 0 % (CandidateSilent) until it is retried or a newer revision comes.
  did    nothing (CandidateSilent)
  next   nothing moves until a newer revision comes, or steadyrun.dev/retry: api-00002-bbb; looks
         again in 30 s
`);
  });

  test('only observed', () => {
    const { spec } = policy('api', { spec: { mode: 'Observe' } });
    const message = `Would start the rollout: ${fresh} is new and ready: it starts at 1 % beside ${old}.`;
    expect(told({ ...steady, decision: decision('Start', 'NewRevision', message, 1, 5) }, { spec })).toBe(`
api  ✔ Steady  api-00001-aaa at 100 %, only observed
  api-00001-aaa  ████████████████████  100 %  stable, last good
  why    Would start the rollout: api-00002-bbb is new and ready: it starts at 1 % beside
         api-00001-aaa.
  did    nothing, it only observes: Start (NewRevision)
  next   waits for a new revision; looks again in 5 s
`);
  });

  test('not obeyed, since its specification makes no sense', () => {
    const { spec } = policy('api', { spec: { objectives: [{ name: 'availability', targetPercent: 100 }] } });
    expect(told({}, { spec })).toBe(`
api  ✖ InvalidSpec  not adopted yet
  why    No operator has looked at it yet.
  error  InvalidSpec: spec.objectives[0].targetPercent: must be greater than 1 and less than 100,
         not 100
  did    nothing yet
  next   looked at as soon as an operator runs; one that does says in its log what it waits for
`);
  });

  test('not obeyed, since an older policy has the service', () => {
    const message = 'web/api is older and guards the same service; this policy does nothing.';
    const conditions: Status['conditions'] = [
      { type: 'Ready', status: 'False', reason: 'Conflict', message, lastTransitionTime: ago(5) },
      { type: 'Stalled', status: 'True', reason: 'Conflict', message, lastTransitionTime: ago(5) },
    ];
    expect(told({ phase: 'Pending', conditions })).toBe(`
api  ✖ Conflict  not adopted yet
  error  Conflict: web/api is older and guards the same service; this policy does nothing.
  did    nothing yet
  next   nothing moves while the other policy guards the service: delete one of the two
`);
  });
});

const nextOf = (status: Status): string => told(status).split('  next   ')[1]!.replace(/\s+/g, ' ').trim();

describe('what comes next', () => {
  const stalled = (reason: string): Status['conditions'] => [
    { type: 'Stalled', status: 'True', reason, message: 'x', lastTransitionTime: ago(5) },
  ];
  const failed: Status['conditions'] = [
    { type: 'Reconciling', status: 'True', reason: 'Unavailable', message: 'x', lastTransitionTime: ago(5) },
  ];
  const decided = (dueMinutes: number): Status => ({
    ...steady,
    decision: decision('None', 'Healthy', 'x', 1, dueMinutes * 60),
  });
  const noOperator = 'looked at as soon as an operator runs; one that does says in its log what it waits for';
  const invalid = 'nothing begins until the spec is corrected';
  const rival = 'nothing moves while the other policy guards the service: delete one of the two';
  const newer = 'nothing moves until the newer operator runs';

  // An operator that stands still renews no decision: that it is long past does not say that nobody runs.
  test.each<[string, Status, string]>([
    ['where nobody has looked', {}, noOperator],
    ['where the first look failed', { conditions: failed }, 'tried again until it succeeds'],
    ['of what makes no sense, and never did', { conditions: stalled('InvalidSpec') }, invalid],
    ['of what makes no sense any more', { ...decided(-29), conditions: stalled('InvalidSpec') }, invalid],
    [
      'of what goes on by the policy before the edit',
      { ...decided(1), conditions: stalled('InvalidSpec') },
      'waits for a new revision; looks again in 60 s',
    ],
    ['beside an older policy', { conditions: stalled('Conflict') }, rival],
    ['beside an older policy that came since', { ...decided(1), conditions: stalled('Conflict') }, rival],
    ['and beside it for long', { ...decided(-29), conditions: stalled('Conflict') }, rival],
    ['after a newer operator', { ...decided(-29), conditions: stalled('NewerOperator') }, newer],
    [
      'of what only a later version stalls for',
      { ...decided(-29), conditions: stalled('Else') },
      'nothing moves until this is over',
    ],
    ['where nothing is heard of the operator', decided(-29), 'overdue for 29 min: is the operator running?'],
  ])('%s', (_, status, expected) => {
    expect(nextOf(status)).toBe(expected);
  });

  const held = (reason: string, change: Status = {}): Status => ({
    ...ramping,
    phase: 'Held',
    hold: { reason, message: 'x', since: ago(5), paged: false },
    withdrawn: { revision: fresh, at: ago(5), reason },
    decision: decision('Hold', reason, 'x', 5),
    ...change,
  });

  test.each([
    ['Paused', 'until steadyrun.dev/paused is removed'],
    ['NotAdoptable', 'until one revision has all of the traffic'],
    ['SplitByHand', 'until one revision has all of the traffic'],
    ['ServiceNotFound', 'until the service exists'],
    ['StableDeleted', 'until a person gives one revision all of the traffic'],
    ['ManualScaling', 'until scaling is automatic, or to 2 instances or more'],
    ['MetricsOutage', 'until the metrics can be read again'],
    ['MetricsIncomplete', 'until every objective can be read'],
    ['NoTraffic', 'until there is traffic'],
    ['InsufficientSamples', `until the evidence is in, or a person decides: steadyrun.dev/promote or abort: ${fresh}`],
    ['Inconclusive', `until the evidence is in, or a person decides: steadyrun.dev/promote or abort: ${fresh}`],
    ['CandidateNotReady', `until a newer revision comes, or steadyrun.dev/retry: ${fresh}`],
    ['CandidateSilent', `until a newer revision comes, or steadyrun.dev/retry: ${fresh}`],
    ['SomethingElse', 'until this is over'],
  ])('of a hold because of %s says how it ends', (reason, ending) => {
    expect(nextOf(held(reason))).toBe(`nothing moves ${ending}; looks again in 15 s`);
  });

  test('of a look that is due says so', () => {
    const due = { ...steady, decision: { ...steady.decision!, nextCheck: ago(10) } };
    expect(nextOf(due)).toBe('waits for a new revision; looks again any moment');
  });

  test('of a look that is long overdue asks whether there is an operator', () => {
    const overdue = { ...steady, decision: { ...steady.decision!, nextCheck: ago(41) } };
    expect(nextOf(overdue)).toBe('overdue for 41 min: is the operator running?');
  });

  test('of a rejection that a later promotion has left behind says nothing', () => {
    const rejected = [{ revision: fresh, at: ago(100), reason: 'Aborted' }];
    const later = { ...steady, rejected, lastGood: { revision: old, since: ago(50) } };
    expect(nextOf(later)).toBe('waits for a new revision; looks again in 30 s');
    expect(told(later)).not.toContain(fresh);
  });

  test('of a guard window that is over is the next revision', () => {
    expect(nextOf({ ...steady, guard: { ...guard, until: ago(1) } })).toContain('waits for a new revision');
  });

  test('of a promoted revision that is convicted is the way back to its control', () => {
    const guilty: Status = {
      ...steady,
      phase: 'RollingBack',
      lastGood: { revision: 'another', since: ago(1) },
      guard: { ...guard, controlSince: ago(3), evidence: [evidence], convicted },
      decision: rolledBack,
    };
    expect(nextOf(guilty)).toBe(`all of the traffic back to ${old}; looks again in 5 s`);
    expect(told(guilty)).toContain('did    RollBack (ErrorRateRegression), not seen in the traffic yet');
  });
});

describe('a decision whose pass failed afterwards', () => {
  const failed = (reason: string): Status => ({
    ...ramping,
    conditions: [{ type: 'Reconciling', status: 'True', reason, message: 'words', lastTransitionTime: ago(1) }],
  });

  test('is not claimed to be in the traffic', () => {
    expect(told(failed('Unavailable'))).toContain('did    Step (Healthy), decided 4 min ago');
  });

  test('is not confused with a rollout that is only under way', () => {
    expect(told(failed('Healthy'))).toContain('did    Step (Healthy), 4 min ago');
    expect(told(failed('Healthy'))).not.toContain('error');
  });
});

test("somebody else's words reach the terminal as words only", () => {
  const message = 'a\u001b[2Jb\nc\td';
  expect(told({ ...steady, decision: decision('None', 'Steady', message) })).toContain('why    a [2Jb c d\n');
});

test.each([60, 80, 100, 120])(
  'no line is longer than %d columns, and no sentence breaks between a number and its unit',
  (columns) => {
    const lines = story({ name: 'api', status: ramping }, nowMs, columns);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join('\n')).toContain('✔ Healthy');
    expect(lines.some((line) => /^\s*(%|s|min|h)\b/.test(line))).toBe(false);
    expect(lines.length).toBeGreaterThan(5);
  },
);

test('times that lie ahead, by a clock that runs behind, are shown as now', () => {
  const early: Status = { ...ramping, candidate: { revision: fresh, percent: 5, since: ahead(30) } };
  expect(told(early)).toContain('begun 0 s ago');
});

test.each([
  [-1, '    '],
  [0, '    '],
  [0.01, '    '],
  [0.02, '▏   '],
  [0.25, '█   '],
  [0.3, '█▎  '],
  [0.5, '██  '],
  [1, '████'],
  [7, '████'],
])('a bar of %d is %j', (fraction, drawn) => {
  expect(bar(fraction, 4)).toBe(drawn);
});
