/** A rollout that begins without traffic gets its share by the traffic that comes. */
import { expect, test } from 'vitest';
import { firstPercent } from '../../src/decide/traffic/rollout/ramp.ts';
import { adopted } from './stage.ts';

const idle = async (env: Record<string, string>, spec: Record<string, unknown> = {}) => {
  const { stage, stable } = await adopted({ rps: 0, spec });
  const candidate = stage.world.deploy('api', { env });
  await stage.until((status) => status.phase !== 'Steady' && status.rollout !== undefined, 10);
  await stage.run(10);
  return { stage, stable, candidate };
};

test('it has the smallest share until then', async () => {
  const { stage, candidate } = await idle({});
  expect(stage.traffic).toContain(`${candidate}=1`);
  expect(stage.status.rollout).toMatchObject({ idle: true, requestsPerSecond: 0 });
});

test.each([0.2, 2, 20, 100])(
  '%d requests a second lead it to what a rollout that begins with them gets',
  async (rps) => {
    const { stage, candidate } = await idle({});
    const spec = stage.policies.get(stage.key)!.spec;
    const pace = { delayMs: 180_000, tickMs: 60_000 };
    const wanted = (rate: number) => (spec.ok ? firstPercent(spec.policy, rate, pace, null) : 0);
    stage.event({ at: '0s', for: '9h', on: 'Traffic', rps });
    let most = 0;
    for (let i = 0; i < 80 && stage.status.rollout?.idle; i++) {
      await stage.clock.advance(15_000);
      if (stage.status.rollout?.idle) most = Math.max(most, stage.status.candidate?.percent ?? 0);
    }
    // The first ticks tell how much traffic there is within a factor.
    expect(most).toBeLessThanOrEqual(wanted(rps / 4));
    expect(most).toBeGreaterThanOrEqual(Math.min(wanted(4 * rps), 8));
    await stage.until((status) => status.rollout?.idle === undefined, 90);
    expect(stage.status.rejected ?? []).toEqual([]);
    expect(stage.traffic).toContain(candidate);
  },
);

test.each([0, 0.01])(
  'a candidate that fails after %d requests a second costs little more of a burst',
  async (before) => {
    const { stage, candidate } = await idle({ LAB_ERROR_PERCENT: '100' });
    stage.event({ at: '0s', for: '3m', on: 'Traffic', rps: before });
    await stage.run(3);
    stage.event({ at: '0s', for: '9h', on: 'Traffic', rps: 100 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    const awake = stage.world.truth('api').byRevision[candidate]!.errors;

    const busy = await adopted({ rps: 100 });
    const same = busy.stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
    await busy.stage.until((status) => status.rejected?.[0]?.revision === same, 20);
    expect(awake).toBeLessThanOrEqual(4 * busy.stage.world.truth('api').byRevision[same]!.errors);
  },
);
