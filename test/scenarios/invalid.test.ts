/** A policy is edited into one that cannot be obeyed while its service is being rolled out. */
import { describe, expect, test } from 'vitest';
import { refusing } from './refusing.ts';
import { ramping } from './stage.ts';

const noRatio = {
  objectives: [{ name: 'errors', targetPercent: 99.9, indicator: { ratio: { query: 'sum(x) + 1' } } }],
};
const noService = { ...noRatio, service: { project: 'acme', region: 'nowhere', name: 'api' } };
const valid = { objectives: [{ name: 'availability', targetPercent: 99.9 }] };

test('people are told once for each edit what is wrong, what it means and what to do', async () => {
  const { stage, candidate } = await ramping();
  const share = stage.traffic;
  const told = () => stage.policies.events.filter(({ reason }) => reason === 'InvalidSpec');
  stage.policies.respec(stage.key, noRatio);
  await stage.run(60);
  expect(stage.traffic).toBe(share);
  expect(told()).toHaveLength(1);
  expect(told()[0]).toMatchObject({ type: 'Warning' });
  expect(told()[0]!.message).toContain(`${candidate} keeps its share of the traffic whatever happens to it`);
  expect(told()[0]!.message).toContain('Correct the spec');
  expect(told()[0]!.message).toContain('spec.objectives[0].indicator.ratio.query: ');
  stage.policies.respec(stage.key, noService);
  await stage.run(60);
  expect(told()).toHaveLength(2);
  expect(told()[1]!.message).toContain('spec.service.region: ');
});

describe('a rollback that was decided before the edit', () => {
  const convicted = async () => {
    const { services, refuse } = refusing();
    const played = await ramping({ services }, { LAB_ERROR_PERCENT: '100' });
    refuse(true);
    await played.stage.until((status) => status.phase === 'RollingBack', 20);
    return { ...played, recover: () => refuse(false) };
  };

  test('is carried out, and the candidate rejected for its errors once the policy is valid', async () => {
    const { stage, stable, candidate, recover } = await convicted();
    stage.policies.respec(stage.key, noRatio);
    await stage.run(2);
    const [told] = stage.policies.events.filter(({ reason }) => reason === 'InvalidSpec');
    expect(told!.message).toContain('the rollback that is already decided is carried out');
    expect(stage.policies.events.at(-1)).toMatchObject({ reason: 'NotCarriedOut', action: 'RollBack' });
    recover();
    await stage.run(2);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.reasons().filter((reason) => reason === 'RolledBack')).toHaveLength(1);
    const written = stage.writes.length;
    await stage.run(30);
    expect(stage.writes.length).toBe(written);
    stage.policies.respec(stage.key, valid);
    await stage.until((status) => status.phase === 'Steady', 3);
    expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'TotalFailure' }]);
  });

  test.each([
    { what: 'whose service cannot be read', change: noService },
    { what: 'that asks to observe only', change: { ...noRatio, mode: 'Observe' } },
    { what: 'while it is paused', change: noRatio, paused: 'hands off' },
    { what: 'while another hand splits the traffic', change: noRatio, byHand: true },
  ])('is left to people by a policy $what', async ({ change, paused = null, byHand = false }) => {
    const { stage, stable, candidate, recover } = await convicted();
    if (paused) stage.annotate('paused', paused);
    stage.policies.respec(stage.key, change);
    if (byHand) {
      stage.world.setTraffic('api', [
        { revision: stable, percent: 60 },
        { revision: candidate, percent: 40 },
      ]);
    }
    const before = stage.traffic;
    recover();
    await stage.run(20);
    expect(stage.traffic).toBe(before);
    expect(stage.reasons()).toContain('InvalidSpec');
  });
});

test('a policy that is deleted because it is not valid leaves the traffic on stable all the same', async () => {
  const { stage, stable } = await ramping();
  stage.policies.respec(stage.key, noRatio);
  await stage.run(5);
  stage.policies.delete(stage.key);
  await stage.run(1);
  expect(stage.traffic).toBe(`${stable}=100`);
});
