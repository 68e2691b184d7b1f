import { describe, expect, test } from 'vitest';
import { adopted, ramping, Stage } from './stage.ts';

describe('people and pipelines are respected', () => {
  test('a person who puts everything on the candidate makes it the stable revision, guarded but not touched', async () => {
    const { stage, stable, candidate } = await ramping();
    stage.world.setTraffic('api', [{ revision: candidate, percent: 100 }]);
    await stage.run(2);
    expect(stage.status).toMatchObject({
      phase: 'Steady',
      stable: { revision: candidate },
      lastGood: { revision: stable },
      guard: { revision: candidate, control: stable, external: true },
    });
    const before = stage.writes.length;
    stage.event({ at: '0s', for: '20m', on: 'Candidate', errorPercent: 100 });
    await stage.run(20);
    expect(stage.writes.length).toBe(before);
    expect(stage.reasons()).toContain('Burning');
  });

  test('a person who goes back to an older revision after a promotion is obeyed, and the newer one is not tried again', async () => {
    const { stage, stable, candidate } = await ramping();
    await stage.until((status) => status.stable?.revision === candidate, 60);
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.run(60);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: 'ReturnedToLastGood' });
  });

  test('LATEST set again is pinned once more; twice in a day it is left to whoever manages it', async () => {
    const { stage, candidate } = await ramping();
    stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
    await stage.run(2);
    expect(stage.traffic).toBe(`${candidate}=100`);
    stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
    await stage.run(5);
    expect(stage.traffic).toBe('LATEST=100');
    expect(stage.status.decision?.reason).toBe('ExternallyManaged');
    const writes = stage.writes.length;
    stage.world.deploy('api');
    await stage.run(30);
    expect(stage.traffic).toBe('LATEST=100');
    expect(stage.writes.length).toBe(writes);
  });

  test('while paused nothing moves, whatever happens to the candidate, and it goes on when resumed', async () => {
    const { stage, stable, candidate } = await ramping();
    stage.annotate('paused', 'database migration');
    await stage.run(1);
    const before = stage.traffic;
    stage.event({ at: '0s', for: '30m', on: 'Candidate', errorPercent: 50 });
    await stage.run(20);
    expect(stage.traffic).toBe(before);
    expect(stage.status).toMatchObject({
      phase: 'Held',
      hold: { reason: 'Paused', message: 'Paused: database migration' },
    });
    stage.annotate('paused', null);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 10);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('promote, abort and retry are obeyed once and taken away', async () => {
    const { stage, stable, candidate } = await ramping();
    stage.annotate('abort', candidate);
    await stage.until((status) => status.rejected?.[0]?.reason === 'Aborted', 2);
    expect(stage.traffic).toBe(`${stable}=100`);
    stage.annotate('retry', candidate);
    await stage.until((status) => status.candidate?.revision === candidate, 3);
    stage.annotate('promote', candidate);
    await stage.until((status) => status.stable?.revision === candidate, 2);
    expect(stage.policies.get(stage.key)!.spec).toMatchObject({
      policy: { requests: { abort: null, retry: null, promote: null } },
    });
    stage.annotate('abort', 'api-00009-zzz');
    await stage.run(1);
    expect(stage.reasons()).toContain('NothingToObey');
    expect(stage.traffic).toBe(`${candidate}=100`);
  });

  test('a service that follows LATEST is pinned in Enforce and left alone in Observe', async () => {
    const stage = new Stage({ spec: { mode: 'Observe' } });
    stage.start();
    await stage.run(5);
    expect(stage.traffic).toBe('LATEST=100');
    expect(stage.writes).toEqual([]);
    expect(stage.status.decision?.reason).toBe('FollowsLatest');
  });

  test('Observe judges a rollout made by hand and says what it would do, and writes nothing', async () => {
    const stage = new Stage({ spec: { mode: 'Observe' }, traffic: [{ revision: 'api-00001-aaa', percent: 100 }] });
    stage.start();
    await stage.until((status) => status.phase === 'Steady', 5);
    stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '10' } });
    await stage.until((status) => /^Would start the rollout/.test(status.decision?.message ?? ''), 3);
    expect(stage.writes).toEqual([]);
  });

  test('in Observe a candidate that a person takes away again is rejected, and stays so when the policy is enforced', async () => {
    const { stage, stable } = await adopted({
      spec: { mode: 'Observe' },
      traffic: [{ revision: 'api-00001-aaa', percent: 100 }],
    });
    const candidate = stage.world.deploy('api');
    await stage.run(1);
    stage.world.setTraffic('api', [
      { revision: stable, percent: 70 },
      { revision: candidate, percent: 30 },
    ]);
    await stage.until((status) => status.rollout?.candidate === candidate, 10);
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.until((status) => status.rollout === undefined, 10);
    expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: 'ReturnedToStable' });
    stage.policies.respec(stage.key, { mode: 'Enforce' });
    await stage.run(15);
    expect(stage.writes).toEqual([]);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('a split found at adoption is not touched until one revision has everything', async () => {
    const stage = new Stage({ traffic: [{ revision: 'api-00001-aaa', percent: 100 }] });
    const second = stage.world.deploy('api');
    await stage.run(1);
    stage.world.setTraffic('api', [
      { revision: 'api-00001-aaa', percent: 60 },
      { revision: second, percent: 40 },
    ]);
    stage.start();
    await stage.run(10);
    expect(stage.writes).toEqual([]);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'NotAdoptable' } });
    stage.world.setTraffic('api', [{ revision: second, percent: 100 }]);
    await stage.until((status) => status.phase === 'Steady' && status.stable?.revision === second, 3);
  });

  test('manual scaling to one instance cannot serve two revisions, so a candidate waits', async () => {
    const stage = new Stage();
    stage.start();
    await stage.until((status) => status.phase === 'Steady', 5);
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    await stage.run(1);
    stage.world.deploy('api');
    await stage.run(5);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'ManualScaling' } });
  });

  test('nor is a running candidate superseded then, nor a control taken after promotion', async () => {
    const oneInstance = { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } };
    const { stage, candidate } = await ramping();
    stage.world.change('api', oneInstance);
    const newer = stage.world.deploy('api');
    await stage.run(5);
    expect(stage.traffic).toContain(candidate);
    expect(stage.traffic).not.toContain(newer);

    const promoted = await ramping();
    await promoted.stage.until((status) => status.stable?.revision === promoted.candidate, 70);
    promoted.stage.world.change('api', oneInstance);
    promoted.stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 50 });
    await promoted.stage.run(10);
    expect(promoted.stage.traffic).toBe(`${promoted.candidate}=100`);
    expect(promoted.stage.reasons()).toContain('Burning');
  });
});
