/** A service whose instances are few: what a share of them does to a candidate is not the candidate's doing. */
import { describe, expect, test } from 'vitest';
import { ownQueries } from '../own-queries.ts';
import { adopted, ramping, type StageOptions } from './stage.ts';

const scaling = { minInstances: 0, maxInstances: 3, manualInstances: null };
const own = (spec: Record<string, unknown> = {}): StageOptions => ({
  rps: 60,
  websockets: true,
  spec: { objectives: ownQueries('api').slice(0, 2), ...spec },
});

describe('of a service of at most three instances', () => {
  test('the ramp leaves out the shares that are worth less than their part of them', async () => {
    const { stage, stable } = await adopted(own());
    stage.world.change('api', { scaling });
    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.stable?.revision === candidate, 80);
    const shares = stage.splits.flatMap((split) => /-00002-\w+=(\d+)/.exec(split)?.[1] ?? []).map(Number);
    expect(stage.splits[0]).toContain(`${stable}=`);
    expect(shares.filter((share) => share > 20)).toEqual([41, 83, 100]);
  });

  test('a slow candidate with one of them for 45 % is not blamed, and with two for 67 % it is', async () => {
    const { stage, stable } = await adopted(own({ mode: 'Observe' }));
    stage.world.change('api', { scaling });
    const candidate = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '110/420/900' } });
    const byHand = (percent: number) =>
      stage.world.setTraffic('api', [
        { revision: stable, percent: 100 - percent },
        { revision: candidate, percent },
      ]);
    byHand(45);
    await stage.run(15);
    expect(stage.status.objectives).toMatchObject([
      { name: 'errors', verdict: 'Healthy' },
      { name: 'latency', verdict: 'Unknown', reason: 'NotAttributable' },
    ]);
    expect(stage.status.decision!.message).toContain(
      `latency not judged: ${candidate} has 1 of 3 instances for 45 % of the traffic`,
    );
    byHand(67);
    await stage.until(({ decision }) => decision?.reason === 'LatencyRegression', 20);
    expect(stage.status.decision!.message).toContain('Would roll back: latency: ');
    expect(stage.writes).toEqual([]);
  });

  test('a control after promotion leaves the promoted revision its part', async () => {
    const { stage, stable, candidate } = await ramping(own());
    await stage.until((status) => status.stable?.revision === candidate, 80);
    stage.world.change('api', { scaling });
    stage.event({ at: '1m', for: '30m', on: 'Both', errorPercent: 20 });
    await stage.until(({ guard }) => guard?.controlSince !== undefined, 10);
    expect(stage.traffic).toBe(`${stable}=59 ${candidate}=41`);
    expect(stage.status.decision!.message).toContain(`${stable} gets 59 % of the traffic`);
  });

  test('a candidate that fails is sent back whatever its share of them', async () => {
    const { stage, stable, candidate } = await ramping(
      { ...own({ rollout: { stepsPercent: [45] } }) },
      { LAB_ERROR_PERCENT: '5' },
    );
    stage.world.change('api', { scaling });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 5);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});
