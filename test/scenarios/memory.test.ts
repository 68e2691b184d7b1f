/** The stored status was written by another version, edited by a hand or cut: what is believed, and what is done then. */
import { describe, expect, test } from 'vitest';
import { refusing } from './refusing.ts';
import { ramping, type StageOptions } from './stage.ts';

type Stored = Record<string, unknown>;

/** In mid-ramp the operator goes away, the status is changed, and an operator of this version comes. */
async function changed(change: (stored: Stored) => Stored, options: StageOptions = {}, env = {}) {
  const played = await ramping(options, env);
  const { stage } = played;
  await stage.run(2);
  const stored = () => stage.policies.stored(stage.key) as Stored;
  const before = { status: stage.status, traffic: stage.traffic, writes: stage.writes.length };
  stage.kill();
  stage.policies.restatus(stage.key, change(structuredClone(stored())));
  const found = structuredClone(stored());
  stage.start();
  const condition = (type: string) => stage.status.conditions?.find((one) => one.type === type);
  return { ...played, stored, before, found, condition };
}

const newIntent = (stored: Stored): Stored => ({
  ...stored,
  intent: {
    kind: 'RaiseMax',
    split: [],
    etag: '"1"',
    reason: 'Saturated',
    message: 'More instances.',
    at: '2026-01-05T08:00:00Z',
    ceiling: 7,
  },
});

describe('a word that only a newer operator knows', () => {
  const words: readonly (readonly [string, (stored: Stored) => Stored])[] = [
    ['the purpose of an intent', newIntent],
    [
      'the stage of the rollout',
      (stored) => ({ ...stored, rollout: { ...(stored.rollout as Stored), stage: 'Soak' } }),
    ],
    [
      'the kind of a change',
      (stored) => ({
        ...stored,
        change: {
          purpose: 'Start',
          kind: 'Instances',
          to: { max: 7 },
          etag: '"1"',
          reason: 'Saturated',
          message: 'More instances.',
          at: '2026-01-05T08:00:00Z',
        },
      }),
    ],
  ];
  test.each(words)('in %s stops the way forward, is said once, and is kept word for word', async (_, change) => {
    const { stage, stored, before, found, condition } = await changed(change);
    await stage.run(60);
    expect(stage.traffic).toBe(before.traffic);
    expect(stage.writes.length).toBe(before.writes);
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason: 'NewerOperator' });
    const { conditions: _now, trouble: _told, observedGeneration: _of, ...kept } = stored();
    const { conditions: _then, trouble: _before, observedGeneration: _at, ...was } = found;
    expect(kept).toEqual(was);
    expect(stage.reasons().filter((reason) => reason === 'NewerOperator')).toHaveLength(1);
  });

  describe('where a way back is already decided', () => {
    const convicted = async () => {
      const { services, refuse } = refusing();
      const played = await ramping({ services }, { LAB_ERROR_PERCENT: '100' });
      const { stage } = played;
      refuse(true);
      await stage.until((status) => status.phase === 'RollingBack', 20);
      stage.kill();
      stage.policies.restatus(stage.key, newIntent(stage.policies.stored(stage.key) as Stored));
      refuse(false);
      return played;
    };

    test('does not stop it', async () => {
      const { stage, stable } = await convicted();
      stage.start();
      await stage.run(2);
      expect(stage.traffic).toBe(`${stable}=100`);
      // It is the newer one's to take away.
      expect(stage.policies.stored(stage.key)).toMatchObject({ intent: { kind: 'RaiseMax', ceiling: 7 } });
    });

    test('does not let it past a person who has paused the policy', async () => {
      const { stage } = await convicted();
      const before = stage.traffic;
      stage.annotate('paused', 'hands off');
      stage.start();
      await stage.run(5);
      expect(stage.traffic).toBe(before);
    });
  });
});

describe('a damaged section', () => {
  test('beside what says whose traffic it is falls alone, is told once, and the rollout goes on', async () => {
    const damage = (stored: Stored) => ({ ...stored, objectives: 'gone', supersededInARow: -4 });
    const { stage, candidate, condition } = await changed(damage);
    await stage.run(1);
    expect(stage.status.rollout?.candidate).toBe(candidate);
    expect(condition('MemoryIntact')).toMatchObject({ status: 'False', reason: 'MemoryLost' });
    expect(condition('MemoryIntact')!.message).toMatch(/objectives: .*supersededInARow: /);
    expect(stage.reasons().filter((reason) => reason === 'MemoryLost')).toHaveLength(1);
    await stage.until((status) => status.stable?.revision === candidate, 90);
  });

  test.each(['rollout', 'stable', 'split', 'adoption', 'rejected', 'lastGood'])(
    'of what says whose traffic it is (%s) takes the rest of it along: nothing is moved by half of it',
    async (section) => {
      const { stage, before, condition } = await changed((stored) => ({ ...stored, [section]: 'gone' }));
      await stage.run(30);
      expect(stage.traffic).toBe(before.traffic);
      expect(stage.writes.length).toBe(before.writes);
      expect(stage.status.rollout).toBeUndefined();
      expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'NotAdoptable' } });
      expect(condition('MemoryIntact')).toMatchObject({ status: 'False', reason: 'MemoryLost' });
    },
  );

  test('that was cut off, so that a rollout has no split, is as bad', async () => {
    const { stage, before } = await changed(({ split: _, ...stored }) => stored);
    await stage.run(30);
    expect(stage.traffic).toBe(before.traffic);
    expect(stage.writes.length).toBe(before.writes);
    expect(stage.status.rollout).toBeUndefined();
  });
});

test('what this version does not know is carried along: a section, a field of one, a field deep within', async () => {
  const { stage, stored, candidate } = await changed((found) => {
    const { evidence, ...rollout } = found.rollout as { evidence: Stored[] } & Stored;
    return {
      ...found,
      forecast: { left: 0.4 },
      adoption: { ...(found.adoption as Stored), tool: 'terraform' },
      rollout: { ...rollout, pace: 'slow', evidence: evidence.map((entry) => ({ ...entry, saturation: 0.7 })) },
    };
  });
  await stage.until((status) => (status.rollout?.shares.length ?? 0) > 1, 30);
  expect(stored()).toMatchObject({
    forecast: { left: 0.4 },
    adoption: { tool: 'terraform' },
    rollout: { candidate, pace: 'slow' },
  });
  const { evidence } = stored().rollout as { evidence: Stored[] };
  expect(evidence.map(({ saturation }) => saturation)).toEqual(evidence.map(() => 0.7));
});
