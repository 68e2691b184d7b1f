/** Corners where a person, an outage and a rollout meet; each of these once went wrong. */
import { describe, expect, test } from 'vitest';
import { known } from '../../src/facts/answer.ts';
import { Refused } from '../../src/ports/errors.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { refusing } from './refusing.ts';
import { replacing } from './replacing.ts';
import { ramping, Stage, type StageOptions } from './stage.ts';

async function promoted(options: StageOptions = {}) {
  const { stage, stable, candidate } = await ramping(options);
  await stage.until((status) => status.stable?.revision === candidate, 70);
  return { stage, stable, candidate };
}

describe('a part of the traffic on LATEST', () => {
  test('is not pinned at adoption: nobody moves what they did not split', async () => {
    const stage = new Stage({ traffic: [{ revision: 'api-00001-aaa', percent: 100 }] });
    stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '50' } });
    await stage.run(1);
    stage.world.setTraffic('api', [
      { revision: 'api-00001-aaa', percent: 95 },
      { revision: null, percent: 5 },
    ]);
    stage.start();
    await stage.run(20);
    expect(stage.writes).toEqual([]);
    expect(stage.status.hold?.reason).toBe('NotAdoptable');
  });

  test('in mid-ramp is a split by hand', async () => {
    const { stage, stable } = await ramping();
    const before = stage.writes.length;
    stage.world.setTraffic('api', [
      { revision: stable, percent: 90 },
      { revision: null, percent: 10 },
    ]);
    await stage.run(20);
    expect(stage.writes.length).toBe(before);
    expect(stage.status.hold?.reason).toBe('SplitByHand');
  });
});

describe('what happens under a split by hand', () => {
  test('is not judged: an outage of both while a person moved the traffic about convicts nobody', async () => {
    const { stage, stable, candidate } = await ramping();
    await stage.run(3);
    const ours = stage.status.split!;
    const shares = (percent: number) => [
      { revision: stable, percent: 100 - percent },
      { revision: candidate, percent },
    ];
    stage.world.setTraffic('api', shares(7));
    await stage.run(20);
    stage.world.setTraffic('api', shares(50));
    stage.event({ at: '1m', for: '4m', on: 'Both', errorPercent: 100 });
    await stage.run(7);
    stage.world.setTraffic('api', ours);
    await stage.until((status) => status.stable?.revision === candidate, 90);
    expect(stage.status.rejected ?? []).toEqual([]);
  });

  test('in Observe is judged, and still a split by hand once the policy is enforced', async () => {
    const observing = { mode: 'Observe' };
    const stage = new Stage({ spec: observing, traffic: [{ revision: 'api-00001-aaa', percent: 100 }] });
    stage.start();
    await stage.until((status) => status.phase === 'Steady', 5);
    const candidate = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '10' } });
    await stage.run(1);
    stage.world.setTraffic('api', [
      { revision: 'api-00001-aaa', percent: 70 },
      { revision: candidate, percent: 30 },
    ]);
    await stage.until((status) => /^Would roll back/.test(status.decision?.message ?? ''), 20);
    expect(stage.writes).toEqual([]);
    stage.policies.respec(stage.key, { mode: 'Enforce' });
    await stage.run(10);
    expect(stage.writes).toEqual([]);
    expect(stage.status.hold?.reason).toBe('SplitByHand');
  });
});

describe('a rollout that may begin because a person gave the traffic back', () => {
  async function givenBack(trouble?: Parameters<Stage['event']>[0]) {
    const { stage, stable, candidate } = await ramping();
    await stage.run(3);
    stage.world.setTraffic('api', [
      { revision: stable, percent: 60 },
      { revision: candidate, percent: 40 },
    ]);
    await stage.run(5);
    const newer = stage.world.deploy('api');
    await stage.run(5);
    expect(stage.status.hold?.reason).toBe('SplitByHand');
    if (trouble) stage.event(trouble);
    await stage.run(7);
    const before = stage.splits.length;
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.run(2);
    return { stage, stable, newer, splits: stage.splits.slice(before) };
  }

  test('does not begin blind while the metrics are away', async () => {
    const { stage, splits } = await givenBack({ at: '0s', for: '60m', on: 'Metrics', outage: true });
    expect(splits).toEqual([]);
    expect(stage.status.hold?.reason).toBe('MetricsOutage');
  });

  test('begins as small as its traffic allows, as any other does', async () => {
    const { splits, stable, newer } = await givenBack();
    expect(splits).toEqual([`${stable}=99 ${newer}=1`]);
  });
});

test('a rollout given back to us is not superseded blind while the metrics are away', async () => {
  const { stage, stable, candidate } = await ramping();
  await stage.run(3);
  const ours = stage.status.split!;
  stage.world.setTraffic('api', [
    { revision: stable, percent: 60 },
    { revision: candidate, percent: 40 },
  ]);
  await stage.run(5);
  stage.world.deploy('api');
  await stage.run(5);
  stage.event({ at: '0s', for: '60m', on: 'Metrics', outage: true });
  await stage.run(7);
  const before = stage.splits.length;
  stage.world.setTraffic('api', ours);
  await stage.run(6);
  expect(stage.splits.slice(before)).toEqual([]);
  expect(stage.status.hold?.reason).toBe('MetricsOutage');
});

test('while paused not even LATEST is pinned', async () => {
  const stage = new Stage();
  stage.annotate('paused', 'hands off');
  stage.start();
  await stage.run(10);
  expect(stage.writes).toEqual([]);
  expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'Paused' } });
});

describe('after promotion', () => {
  test('a newer candidate that is rejected does not end the watch over the promoted revision', async () => {
    const { stage, stable, candidate } = await promoted();
    const newer = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
    await stage.until((status) => status.rejected?.[0]?.revision === newer, 20);
    expect(stage.status.guard?.revision).toBe(candidate);
    stage.event({ at: '0s', for: '5h', on: 'Stable', errorPercent: 100 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 10);
    expect(stage.traffic).toBe(`${stable}=50 ${candidate}=50`);
  });

  test('a newer revision that cannot start does not blind the watch either', async () => {
    const { stage } = await promoted();
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    stage.world.deploy('api');
    await stage.run(3);
    expect(stage.status.hold?.reason).toBe('ManualScaling');
    const judged = stage.status.guard!.evidence[0]!.judgedUntil;
    await stage.run(5);
    expect(stage.status.guard!.evidence[0]!.judgedUntil > judged).toBe(true);
  });

  test('a control that shows nothing settles nothing: the traffic is restored and people are told', async () => {
    let mute = '';
    const { stage, stable, candidate } = await promoted({
      metrics: (real): Metrics =>
        replacing(real, {
          counts: async (question) => {
            const reading = await real.counts(question);
            if (reading.kind === 'Unknown') return reading;
            const kept = Object.entries(reading.value.byRevision).filter(([name]) => name !== mute);
            return known({ ...reading.value, byRevision: Object.fromEntries(kept) });
          },
        }),
    });
    mute = stable;
    stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 100 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 10);
    await stage.until((status) => status.guard?.controlSince === undefined, 20);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.reasons()).toContain('LastGoodSilent');
  });

  test('metrics that go away while a control is taken are a hold with a page', async () => {
    let blind = false;
    const { stage } = await promoted({
      metrics: (real): Metrics =>
        replacing(real, {
          freshness: async (...args) =>
            blind ? { kind: 'Unknown', reason: 'ProviderError', message: 'gone' } : real.freshness(...args),
        }),
    });
    stage.event({ at: '0s', for: '5h', on: 'Both', errorPercent: 100 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 10);
    blind = true;
    const share = stage.traffic;
    await stage.run(60);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsOutage', paged: true } });
  });
});

test('a service that another tool manages is watched after the fact, and burning is said', async () => {
  const { stage } = await ramping();
  for (let i = 0; i < 2; i++) {
    stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
    await stage.run(3);
  }
  expect(stage.status.decision?.reason).toBe('ExternallyManaged');
  const writes = stage.writes.length;
  stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
  await stage.run(20);
  expect(stage.reasons()).toContain('Burning');
  expect(stage.writes.length).toBe(writes);
});

test('better latency is no cure for a shared outage of errors', async () => {
  const { stage, candidate } = await ramping({}, { LAB_LATENCY_MS: '60/120/180' });
  await stage.run(6);
  stage.event({ at: '0s', for: '40m', on: 'Both', errorPercent: 20 });
  await stage.run(8);
  const share = stage.traffic;
  await stage.run(25);
  expect(stage.traffic).toBe(share);
  expect(share).toContain(`${candidate}=`);
  expect(stage.reasons()).not.toContain('FixForward');
});

test('a shared outage that lasts longer than a bake may is paged once', async () => {
  const { stage } = await ramping();
  stage.event({ at: '0s', for: '5h', on: 'Both', errorPercent: 20 });
  await stage.run(120);
  expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'SharedOutage' } });
  expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
});

test('manual scaling set in mid-ramp stops the way forward, not the way back', async () => {
  const { stage, stable } = await ramping();
  stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
  stage.event({ at: '2m', for: '60m', on: 'Candidate', errorPercent: 100 });
  await stage.until((status) => status.candidate === undefined, 30);
  expect(stage.traffic).toBe(`${stable}=100`);
});

test('a rollback that is refused is said to be refused', async () => {
  const { services, refuse } = refusing(new Refused('Google refused: iam.serviceAccounts.actAs is missing.'));
  const { stage } = await ramping({ services }, { LAB_ERROR_PERCENT: '100' });
  refuse(true);
  await stage.until((status) => status.phase === 'RollingBack', 20);
  const told = stage.policies.events.find(({ reason }) => reason === 'NotCarriedOut');
  expect(told).toMatchObject({ type: 'Warning', action: 'RollBack' });
  expect(told!.message).toContain('iam.serviceAccounts.actAs is missing');
  expect(stage.status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'Refused' }),
  );
});

describe('requests', () => {
  test('a rejected revision that a person puts at 100 % is rejected no more', async () => {
    const { stage, candidate } = await ramping();
    stage.annotate('abort', candidate);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 3);
    stage.world.setTraffic('api', [{ revision: candidate, percent: 100 }]);
    await stage.run(2);
    expect(stage.status).toMatchObject({ phase: 'Steady', stable: { revision: candidate }, rejected: [] });
  });

  test('abort of a revision that still waits at 0 % rejects it', async () => {
    const stage = new Stage();
    stage.start();
    await stage.until((status) => status.phase === 'Steady', 5);
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    const waiting = stage.world.deploy('api');
    await stage.run(2);
    stage.annotate('abort', waiting);
    await stage.run(1);
    expect(stage.status.rejected).toMatchObject([{ revision: waiting, reason: 'Aborted' }]);
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: null } });
    await stage.run(5);
    expect(stage.traffic).toBe(`${stage.status.stable!.revision}=100`);
  });

  test('retry of what is not the newest revision is refused in words', async () => {
    const { stage, candidate } = await ramping();
    stage.annotate('abort', candidate);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 3);
    const newer = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === newer, 3);
    stage.annotate('retry', candidate);
    await stage.run(1);
    expect(stage.reasons()).toContain('NothingToObey');
    expect(stage.status.rejected?.[0]?.revision).toBe(candidate);
  });
});

test('a deploy on a service without traffic for an hour starts; it is no outage of the metrics', async () => {
  const stage = new Stage({ rps: 20 });
  stage.event({ at: '0s', for: '9h', on: 'Traffic', rps: 0 });
  stage.start();
  await stage.run(70);
  stage.world.deploy('api');
  await stage.until((status) => status.phase === 'Ramping', 5);
});

test('a policy that is deleted while its rollout is being started starts nothing', async () => {
  let deleting = false;
  const stage: Stage = new Stage({
    metrics: (real): Metrics =>
      replacing(real, {
        history: async (question) => {
          const answer = await real.history(question);
          if (deleting) stage.policies.delete(stage.key);
          return answer;
        },
      }),
  });
  stage.start();
  await stage.until((status) => status.phase === 'Steady', 5);
  const before = stage.traffic;
  deleting = true;
  stage.world.deploy('api');
  await stage.run(5);
  expect(stage.traffic).toBe(before);
});

test('Observe with a candidate that waits asks for little', async () => {
  const calls: string[] = [];
  const stage = new Stage({ spec: { mode: 'Observe' }, traffic: [{ revision: 'api-00001-aaa', percent: 100 }] });
  stage.start((call) => {
    calls.push(call);
    return 'go';
  });
  await stage.until((status) => status.phase === 'Steady', 5);
  stage.world.deploy('api');
  await stage.run(2);
  calls.length = 0;
  await stage.run(60);
  expect(calls.filter((call) => call === 'metrics.history').length).toBeLessThan(30);
  expect(calls.length).toBeLessThan(200);
});
