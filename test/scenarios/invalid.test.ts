/** A policy is edited into one that cannot be obeyed while its service is being rolled out. */
import { describe, expect, test } from 'vitest';
import { refusing } from './refusing.ts';
import { ramping, type Stage } from './stage.ts';

const noRatio = {
  objectives: [{ name: 'errors', targetPercent: 99.9, indicator: { ratio: { query: 'sum(x) + 1' } } }],
};
const noService = { ...noRatio, service: { project: 'acme', region: 'nowhere', name: 'api' } };
const valid = { objectives: [{ name: 'availability', targetPercent: 99.9 }] };

const invalidOf = (stage: Stage) => stage.policies.events.filter(({ reason }) => reason === 'InvalidSpec');

test('people are told once for each edit what is wrong, what it means and what to do', async () => {
  const { stage, candidate } = await ramping();
  stage.policies.respec(stage.key, noRatio);
  await stage.run(10);
  expect(invalidOf(stage)).toHaveLength(1);
  expect(invalidOf(stage)[0]).toMatchObject({ type: 'Warning' });
  expect(invalidOf(stage)[0]!.message).toContain(
    `${candidate} goes on being judged by the policy as it was before the edit`,
  );
  expect(invalidOf(stage)[0]!.message).toContain('Correct the spec');
  expect(invalidOf(stage)[0]!.message).toContain('spec.objectives[0].indicator.ratio.query: ');
  stage.policies.respec(stage.key, noService);
  await stage.run(60);
  expect(invalidOf(stage)).toHaveLength(2);
  expect(invalidOf(stage)[1]!.message).toContain('spec.service.region: ');
  expect(invalidOf(stage)[1]!.message).toContain(`${candidate} keeps its share of the traffic whatever happens to it`);
});

describe('an edit that cannot be obeyed in mid-rollout', () => {
  test('does not save a candidate with 6 % errors', async () => {
    const { stage, stable, candidate } = await ramping({}, { LAB_ERROR_PERCENT: '6' });
    stage.policies.respec(stage.key, noRatio);
    await stage.until((status) => status.rejected !== undefined, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'ErrorRateRegression' }]);
    expect(stage.policies.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'ErrorRateRegression', action: 'RollBack' }),
    );
    await stage.run(1);
    expect(stage.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'InvalidSpec' }),
    );
    expect(stage.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
  });

  test('does not end the rollout of a good one, and keeps the next from beginning', async () => {
    const { stage, candidate } = await ramping();
    stage.policies.respec(stage.key, noRatio);
    await stage.until((status) => status.stable?.revision === candidate, 70);
    const next = stage.world.deploy('api');
    await stage.run(5);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.hold).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining(next) });
    stage.policies.respec(stage.key, valid);
    await stage.until((status) => status.candidate?.revision === next, 5);
  });

  test('does not leave a promoted revision without its guard', async () => {
    const { stage, stable, candidate } = await ramping();
    await stage.until((status) => status.stable?.revision === candidate, 70);
    stage.policies.respec(stage.key, noRatio);
    stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('gives the service to no younger policy', async () => {
    const { stage } = await ramping();
    const { spec } = stage.policies.get(stage.key)!;
    if (!spec.ok) throw new Error('it is valid');
    const younger = { namespace: 'default', name: 'younger' };
    stage.policies.put(younger, { ...valid, service: spec.policy.service });
    stage.policies.respec(stage.key, noRatio);
    await stage.run(2);
    expect(stage.policies.get(younger)!.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', reason: 'Conflict' }),
    );
  });
});

describe('an edit that cannot be obeyed, and a restart', () => {
  const restarted = async (env: Record<string, string>) => {
    const played = await ramping({ spec: { rollout: { maxBake: '30m' } } }, env);
    await played.stage.run(3);
    played.stage.policies.respec(played.stage.key, noRatio);
    await played.stage.run(1);
    played.stage.kill();
    played.stage.start();
    return { ...played, share: played.stage.traffic };
  };

  test.each([
    ['a good one', {}],
    ['one with 1 % errors', { LAB_ERROR_PERCENT: '1' }],
  ])('nothing moves forward, and %s goes back to 0 %% when it has waited as long as a bake may', async (_, env) => {
    const { stage, stable, candidate, share } = await restarted(env);
    await stage.run(28);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({
      phase: 'Held',
      hold: { reason: 'InvalidSpec' },
      decision: { action: 'Hold', reason: 'InvalidSpec' },
    });
    await stage.run(4);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({ withdrawn: { revision: candidate, reason: 'InvalidSpec' } });
    expect(stage.status.rejected).toBeUndefined();
    expect(stage.policies.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'InvalidSpec', action: 'Withdraw' }),
    );
    stage.policies.respec(stage.key, valid);
    await stage.until((status) => status.candidate?.revision === candidate, 10);
  });

  test('it is judged again as soon as the policy is valid', async () => {
    const { stage, candidate } = await restarted({ LAB_ERROR_PERCENT: '3' });
    await stage.run(20);
    expect(stage.status.rollout?.evidence).not.toHaveLength(0);
    stage.policies.respec(stage.key, valid);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
  });

  test('a promoted revision is not watched, which is said', async () => {
    const { stage, candidate } = await ramping();
    await stage.until((status) => status.stable?.revision === candidate, 70);
    stage.policies.respec(stage.key, noRatio);
    stage.kill();
    stage.start();
    await stage.run(5);
    expect(stage.status).toMatchObject({
      phase: 'Held',
      hold: { reason: 'InvalidSpec' },
      guard: { revision: candidate },
    });
    expect(invalidOf(stage).at(-1)!.message).toContain(`${candidate} is not watched while the policy is not valid`);
    stage.policies.respec(stage.key, valid);
    stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
  });
});

describe('a rollback that was decided before the edit', () => {
  const convicted = async () => {
    const { services, refuse } = refusing();
    const played = await ramping({ services }, { LAB_ERROR_PERCENT: '100' });
    refuse(true);
    await played.stage.until((status) => status.phase === 'RollingBack', 20);
    return { ...played, recover: () => refuse(false) };
  };

  test.each([false, true])(
    'is carried out, and the candidate rejected for its errors (restarted: %s)',
    async (restarts) => {
      const { stage, stable, candidate, recover } = await convicted();
      stage.policies.respec(stage.key, noRatio);
      await stage.run(2);
      expect(invalidOf(stage)).toHaveLength(1);
      expect(stage.policies.events).toContainEqual(
        expect.objectContaining({ reason: 'NotCarriedOut', action: 'RollBack' }),
      );
      if (restarts) {
        stage.kill();
        stage.start();
      }
      recover();
      await stage.run(2);
      expect(stage.traffic).toBe(`${stable}=100`);
      expect(stage.reasons().filter((reason) => reason === 'TotalFailure')).toHaveLength(1);
      const written = stage.writes.length;
      await stage.run(30);
      expect(stage.writes.length).toBe(written);
      stage.policies.respec(stage.key, valid);
      await stage.until((status) => status.phase === 'Steady', 3);
      expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'TotalFailure' }]);
    },
  );

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
