import { describe, expect, test } from 'vitest';
import { adopted } from './stage.ts';

describe('the acts', () => {
  test('a healthy candidate is promoted through ramp and watch, and the old revision is remembered as last good', async () => {
    const { stage, stable } = await adopted();
    expect(stage.status.lastGood?.revision).toBe(stable);
    expect(stage.traffic).toBe(`${stable}=100`);

    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.phase === 'Ramping', 2);
    await stage.until((status) => status.phase === 'Watching', 40);
    await stage.until((status) => status.phase === 'Steady', 30);

    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.stable).toEqual({ revision: candidate, percent: 100 });
    expect(stage.status.lastGood?.revision).toBe(stable);
    expect(stage.status.candidate).toBeUndefined();
    expect(stage.status.decision).toMatchObject({ action: 'Promote', reason: 'WatchPassed' });
    expect(stage.reasons()).toEqual(expect.arrayContaining(['Adopted', 'NewRevision', 'Certified', 'WatchPassed']));
  });

  test('a candidate with 5 % errors goes back to 0 %, stays rejected, and is told why', async () => {
    const { stage, stable } = await adopted();
    const candidate = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '5' } });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.decision).toMatchObject({ action: 'RollBack', reason: 'ErrorRateRegression' });
    expect(stage.status.decision!.message).toMatch(
      /availability: .* % of \d+ bad on api-00002-.*, 0\.\d+ % of [\d,]+ on api-00001-/,
    );

    await stage.run(120);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.phase).toBe('Steady');
  });

  test('a candidate that is only slow goes back for its latency', async () => {
    const { stage } = await adopted();
    const candidate = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '110/420/900' } });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 30);
    expect(stage.status.rejected![0]!.reason).toBe('LatencyRegression');
  });

  test('a shared outage in mid-ramp convicts nobody, and the rollout goes on after it', async () => {
    const { stage } = await adopted();
    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.phase === 'Ramping', 2);
    stage.event({ at: '5m', for: '10m', on: 'Both', errorPercent: 20 });
    await stage.run(10);
    expect(stage.status.decision?.reason).toBe('SharedOutage');
    await stage.until((status) => status.stable?.revision === candidate, 90);
    expect(stage.status.rejected ?? []).toEqual([]);
  });

  test('a split made by hand is left alone, and the rollout goes on from where one revision has all', async () => {
    const { stage, stable } = await adopted();
    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.phase === 'Ramping', 2);
    stage.world.setTraffic('api', [
      { revision: stable, percent: 70 },
      { revision: candidate, percent: 30 },
    ]);
    const before = stage.writes.length;
    await stage.run(90);
    expect(stage.traffic).toBe(`${stable}=70 ${candidate}=30`);
    expect(stage.writes.length).toBe(before);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'SplitByHand', paged: true } });
    expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);

    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.run(2);
    expect(stage.status).toMatchObject({
      phase: 'Steady',
      rejected: [{ revision: candidate, reason: 'ReturnedToStable' }],
    });
    const next = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === next, 2);
  });
});
