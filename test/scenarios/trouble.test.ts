import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../../src/facts/answer.ts';
import type { Counts } from '../../src/facts/counts.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { replacing } from './replacing.ts';
import { adopted, minutes, ramping } from './stage.ts';

/** The same metrics, with the answers to counting changed while `broken` says so. */
const counting =
  (broken: () => boolean, change: (answer: Answer<Counts>, objective: string) => Answer<Counts>) =>
  (real: Metrics): Metrics =>
    replacing(real, {
      counts: async (question) => {
        const answer = await real.counts(question);
        return broken() ? change(answer, question.objective.name) : answer;
      },
    });

describe('no data is not evidence', () => {
  test('without any traffic a candidate is neither promoted nor convicted, and one page says so', async () => {
    const { stage, stable, candidate } = await ramping({ rps: 0 });
    const share = stage.traffic;
    await stage.run(180);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'NoTraffic', paged: true } });
    expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
    expect([stable, candidate].every((name) => share.includes(name))).toBe(true);
  });

  test('a metrics outage of 10 min in mid-ramp stops everything and changes nothing else', async () => {
    const { stage, candidate } = await ramping();
    await stage.run(4);
    stage.event({ at: '0s', for: '10m', on: 'Metrics', outage: true });
    await stage.run(5);
    const during = stage.traffic;
    await stage.run(5);
    expect(stage.traffic).toBe(during);
    expect(stage.status.hold?.reason).toBe('MetricsOutage');
    await stage.until((status) => status.stable?.revision === candidate, 80);
  });

  test('metrics that answer with errors hold the rollout, and with Withdraw take the candidate back after the deadline', async () => {
    let broken = false;
    const failing = (real: Metrics): Metrics =>
      replacing(real, {
        ...counting(
          () => false,
          (answer) => answer,
        )(real),
        freshness: async (...args) =>
          broken ? { kind: 'Unknown', reason: 'ProviderError', message: 'it answered 503' } : real.freshness(...args),
      });
    const { stage, stable, candidate } = await ramping({
      metrics: failing,
      spec: { rollout: { onMetricsOutage: 'Withdraw', maxBake: '45m' } },
    });
    broken = true;
    await stage.run(40);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsOutage' } });
    expect(stage.status.hold!.message).toContain('it answered 503');
    await stage.run(8);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.withdrawn).toMatchObject({ revision: candidate, reason: 'MetricsOutage' });
    expect(stage.status.rejected ?? []).toEqual([]);
    broken = false;
    await stage.until((status) => status.candidate?.revision === candidate, 3);
  });

  test('a count that is no number is unknown, however long it lasts', async () => {
    let broken = false;
    const noNumber = () => unknown('ProviderError', 'NaN');
    const { stage } = await ramping({ metrics: counting(() => broken, noNumber) });
    broken = true;
    const share = stage.traffic;
    await stage.run(120);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsOutage', paged: true } });
  });

  test('one objective that cannot be read keeps the rollout from moving forward, but not from going back', async () => {
    let broken = false;
    const partly = (answer: Answer<Counts>, objective: string): Answer<Counts> =>
      objective === 'latency' ? unknown('ProviderError', 'too many samples') : answer;
    const { stage, stable, candidate } = await ramping({ metrics: counting(() => broken, partly) });
    broken = true;
    const share = stage.traffic;
    await stage.run(60);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsIncomplete', paged: true } });
    stage.event({ at: '0s', for: '30m', on: 'Candidate', errorPercent: 30 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('empty answers are no data, although samples are said to be fresh', async () => {
    let broken = false;
    const empty = (answer: Answer<Counts>): Answer<Counts> =>
      answer.kind === 'Known' ? known({ ...answer.value, byRevision: {} }) : answer;
    const { stage, stable, candidate } = await ramping({ metrics: counting(() => broken, empty) });
    broken = true;
    const share = stage.traffic;
    await stage.run(40);
    expect(stage.traffic).toBe(share);
    await stage.run(120);
    expect(stage.traffic).toBe(share);
    expect(stage.status.hold?.reason).toBe('InsufficientSamples');
    expect([stable, candidate].every((name) => share.includes(name))).toBe(true);
  });

  test('too little traffic to prove the SLO promotes with a warning that prints the bound that was reached', async () => {
    const { stage, candidate } = await ramping({
      rps: 0.4,
      spec: { objectives: [{ name: 'availability', targetPercent: 99.9 }] },
    });
    await stage.until((status) => status.phase === 'Watching', 90);
    const warning = stage.policies.events.find(({ reason }) => reason === 'Inconclusive');
    expect(warning).toMatchObject({ type: 'Warning' });
    expect(warning!.message).toMatch(/availability at most [\d.]+ % bad/);
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });

  test('onInconclusive Hold holds and Rollback rolls back', async () => {
    const spec = (onInconclusive: string) => ({
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
      rollout: { onInconclusive },
    });
    const held = await ramping({ rps: 0.4, spec: spec('Hold') });
    await held.stage.run(120);
    expect(held.stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'Inconclusive' } });
    const back = await ramping({ rps: 0.4, spec: spec('Rollback') });
    await back.stage.until((status) => status.rejected?.[0]?.reason === 'Inconclusive', 120);
  });
});

test('objectives that do not gate never convict; with none that does, the bake time decides', async () => {
  const spec = { objectives: [{ name: 'availability', targetPercent: 99.9, gate: false }] };
  const { stage, candidate } = await ramping({ spec }, { LAB_ERROR_PERCENT: '20' });
  await stage.run(40);
  expect(stage.status.phase).toBe('Ramping');
  expect(stage.status.objectives![0]).toMatchObject({ name: 'availability', gate: false });
  expect(stage.status.rejected ?? []).toEqual([]);
  await stage.until((status) => status.stable?.revision === candidate, 60);
});

describe('deploys that follow each other', () => {
  test('a newer revision in mid-ramp supersedes the older candidate, which is not rejected', async () => {
    const { stage, stable, candidate } = await ramping();
    await stage.run(5);
    const newer = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === newer, 3);
    expect(stage.traffic).not.toContain(candidate);
    expect(stage.traffic).toContain(`${stable}=`);
    expect(stage.status.rejected ?? []).toEqual([]);
    await stage.until((status) => status.stable?.revision === newer, 70);
  });

  test('after three superseded in a row the running candidate is finished first, then the newest starts', async () => {
    const { stage } = await ramping();
    const deployed: string[] = [];
    for (let i = 0; i < 4; i++) {
      await stage.run(5);
      deployed.push(stage.world.deploy('api'));
    }
    await stage.run(3);
    expect(stage.status.candidate?.revision).toBe(deployed[2]);
    await stage.until((status) => status.stable?.revision === deployed[2], 70);
    await stage.until((status) => status.candidate?.revision === deployed[3], 3);
  });
});

describe('what Cloud Run says', () => {
  test('a revision that never becomes ready gets no traffic, and that is said', async () => {
    const { stage, stable } = await adopted();
    stage.world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    await stage.run(20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({ phase: 'Steady', decision: { reason: 'RevisionNotReady' } });
  });

  test('a candidate that shows nothing while stable shows its own is withdrawn, held, and tried again on request', async () => {
    let silent = true;
    const mute = (answer: Answer<Counts>): Answer<Counts> => {
      if (answer.kind === 'Unknown') return answer;
      const kept = Object.entries(answer.value.byRevision).filter(([name]) => name.includes('-00001-'));
      return known({ ...answer.value, byRevision: Object.fromEntries(kept) });
    };
    const { stage, stable, candidate } = await ramping({ metrics: counting(() => silent, mute) });
    await stage.until((status) => status.withdrawn?.reason === 'CandidateSilent', 30);
    expect(stage.traffic).toBe(`${stable}=100`);
    await stage.run(60);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'CandidateSilent' } });
    expect(stage.status.rejected ?? []).toEqual([]);
    silent = false;
    stage.annotate('retry', candidate);
    await stage.until((status) => status.candidate?.revision === candidate, 3);
  });

  test('a service that is gone is said to be gone, and nothing else happens', async () => {
    const { stage } = await ramping();
    stage.world.removeService({ project: 'acme', region: 'europe-west1', name: 'api' });
    await stage.clock.advance(minutes(3));
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'ServiceNotFound' } });
    expect(stage.status.conditions!.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False' });
  });
});

describe('fix forward, and after promotion', () => {
  test('a healthy candidate beside a broken stable is helped on, not held', async () => {
    const { stage, candidate } = await ramping();
    stage.event({ at: '0s', for: '3h', on: 'Stable', errorPercent: 20 });
    const took = await stage.until((status) => status.phase === 'Watching', 30);
    expect(stage.reasons()).toContain('FixForward');
    expect(took).toBeLessThan(20);
    await stage.until((status) => status.stable?.revision === candidate, 40);
  });

  test('total failure after promotion takes a control and rolls back to the last good revision', async () => {
    const { stage, stable, candidate } = await ramping();
    await stage.until((status) => status.stable?.revision === candidate, 70);
    await stage.run(30);
    stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 100 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 10);
    expect(stage.traffic).toBe(`${stable}=50 ${candidate}=50`);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 10);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({
      phase: 'Steady',
      stable: { revision: stable },
      lastGood: { revision: stable },
    });
  });

  test('total failure after promotion with a shared cause is not blamed on the revision, and people are told', async () => {
    const { stage, candidate } = await ramping();
    await stage.until((status) => status.stable?.revision === candidate, 70);
    await stage.run(30);
    stage.event({ at: '0s', for: '40m', on: 'Both', errorPercent: 100 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 10);
    await stage.until((status) => status.guard?.controlSince === undefined, 20);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.reasons()).toContain('NotToBlame');
    await stage.run(120);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.rejected ?? []).toEqual([]);
  });

  test('a policy that is deleted in mid-rollout leaves the traffic on stable', async () => {
    const { stage, stable } = await ramping();
    await stage.run(5);
    stage.policies.delete(stage.key);
    await stage.run(1);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});
