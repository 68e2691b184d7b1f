/** After promotion: a fault that shows only with all of the traffic, and whose traffic it is while that is tried. */
import { describe, expect, test } from 'vitest';
import type { Revision } from '../../src/facts/revision.ts';
import { replacing } from './replacing.ts';
import { ramping, type Stage, type StageOptions } from './stage.ts';

const errors = {
  name: 'errors',
  targetPercent: 99.9,
  indicator: {
    ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
  },
};

/** It fails with all of the traffic, and a control did not show it. */
async function calmBeside(options: StageOptions = {}) {
  const { spec, ...rest } = options;
  const played = await ramping(
    { rps: 20, spec: { objectives: [errors], ...spec }, ...rest },
    { LAB_OVERLOAD: '15/50' },
  );
  const { stage, candidate } = played;
  stage.annotate('promote', candidate);
  await stage.until((status) => status.stable?.revision === candidate, 3);
  await stage.until(({ guard }) => guard?.controlSince !== undefined, 10);
  await stage.until(({ guard }) => guard?.controlSince === undefined, 20);
  return played;
}

/** A trial has just begun. */
async function tried(options: StageOptions = {}) {
  const played = await calmBeside(options);
  await played.stage.until(({ guard }) => guard?.controlSince !== undefined, 10);
  expect(played.stage.traffic).toBe(`${played.stable}=100`);
  return played;
}

const trials = (stage: Stage): number =>
  stage.policies.events.filter(({ action, type }) => action === 'Trial' && type === 'Warning').length;
const isAlone = ({ guard }: Stage['status']): boolean => guard?.controlSince === undefined;

describe('a fault that shows only with all of the traffic', () => {
  test('goes with the revision and comes back with it: twice is enough, and each is said', async () => {
    const { stage, stable, candidate } = await tried();
    await stage.until((status) => status.rejected !== undefined, 20);
    await stage.until((status) => status.phase === 'Steady', 3);
    expect(stage.status).toMatchObject({
      stable: { revision: stable, percent: 100 },
      rejected: [{ revision: candidate, reason: 'CameBackWithAll' }],
    });
    const [half, ours, theirs] = [`${stable}=50 ${candidate}=50`, `${candidate}=100`, `${stable}=100`];
    expect(stage.splits.slice(-7)).toEqual([half, ours, theirs, ours, theirs, ours, theirs]);
    expect(trials(stage)).toBe(2);
    expect(stage.reasons()).toContain('BurnsWithAll');
  });

  test('is not this revision where the last good one burns as well with all of it, which is tried once', async () => {
    const { stage, candidate } = await tried();
    stage.event({ at: '0s', for: '5h', on: 'Both', errorPercent: 40 });
    await stage.until(isAlone, 5);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.reasons()).toContain('NotToBlame');
    await stage.run(180);
    expect(trials(stage)).toBe(1);
    expect(stage.status.rejected).toBeUndefined();
    expect(stage.status.stable?.revision).toBe(candidate);
  });

  test('that does not come back convicts nobody', async () => {
    const { stage, candidate } = await tried();
    stage.event({ at: '0s', for: '20h', on: 'Traffic', rps: 10 });
    await stage.until(isAlone, 10);
    await stage.run(60);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(trials(stage)).toBe(1);
    expect(stage.status.rejected).toBeUndefined();
    expect(stage.status.guard?.trial).toBeUndefined();
  });
});

describe('nobody is left at the last good revision without a decision', () => {
  test('when the metrics are gone', async () => {
    const { stage, candidate } = await tried();
    stage.event({ at: '0s', for: '2h', on: 'Metrics', outage: true });
    expect(await stage.until(isAlone, 20)).toBeGreaterThan(13);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.reasons()).toContain('Inconclusive');
  });

  test('when the guard window ends', async () => {
    const { stage, candidate, stable } = await tried({ spec: { rollout: { guardWindow: '14m' } } });
    expect(Date.parse(stage.status.guard!.until) - stage.clock.nowMs()).toBeLessThan(3 * 60_000);
    await stage.until((status) => status.rejected !== undefined, 20);
    expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'CameBackWithAll' }]);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('when what a trial remembers was not stored', async () => {
    const { stage, candidate } = await tried();
    const { guard, ...rest } = stage.policies.stored(stage.key) as { guard: Record<string, unknown> };
    const { trial, restored, fires, shared, ...first } = guard;
    stage.kill();
    stage.policies.restatus(stage.key, { ...rest, guard: first });
    stage.start();
    await stage.until(isAlone, 20);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.rejected).toBeUndefined();
  });

  test('when the policy is deleted', async () => {
    const { stage, candidate } = await tried();
    stage.policies.delete(stage.key);
    await stage.run(2);
    expect(stage.traffic).toBe(`${candidate}=100`);
  });

  test('and when the revision that is tried is deleted meanwhile, that is the decision', async () => {
    const gone: Record<string, Revision | null> = {};
    const { stage, stable, candidate } = await tried({
      services: (real) =>
        replacing(real, {
          revision: async (ref, name) => (name in gone ? (gone[name] ?? null) : await real.revision(ref, name)),
        }),
    });
    gone[candidate] = null;
    await stage.run(20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({ stable: { revision: stable, percent: 100 } });
    expect(stage.status.guard).toBeUndefined();
  });
});

describe('what a person does during a trial is the last word', () => {
  const byHand = (stage: Stage, split: Record<string, number>) =>
    stage.world.setTraffic(
      'api',
      Object.entries(split).map(([revision, percent]) => ({ revision, percent })),
    );

  test('a split by hand is left alone, and everything to the last good revision after it is a return', async () => {
    const { stage, stable, candidate } = await tried();
    byHand(stage, { [candidate]: 30, [stable]: 70 });
    await stage.run(30);
    expect(stage.traffic).toBe(`${stable}=70 ${candidate}=30`);
    expect(stage.status.hold?.reason).toBe('SplitByHand');
    byHand(stage, { [stable]: 100 });
    await stage.run(30);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'ReturnedToLastGood' }]);
  });

  test('everything to the promoted revision ends it', async () => {
    const { stage, candidate } = await tried();
    byHand(stage, { [candidate]: 100 });
    await stage.run(1);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.guard?.trial).toBeUndefined();
    expect(stage.status.guard?.controlSince).toBeUndefined();
  });

  test('a pause lasts as long as its annotation, and then everything goes back', async () => {
    const { stage, stable, candidate } = await tried();
    stage.annotate('paused', 'lunch');
    await stage.run(40);
    expect(stage.traffic).toBe(`${stable}=100`);
    const written = stage.splits.length;
    stage.annotate('paused', null);
    await stage.run(1);
    expect(stage.splits[written]).toBe(`${candidate}=100`);
    expect(stage.status.rejected).toBeUndefined();
  });

  test('in Observe nothing is written, and what would be is said', async () => {
    const { stage, stable } = await tried();
    stage.policies.respec(stage.key, { mode: 'Observe' });
    await stage.run(40);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.decision?.message).toContain('Would restore');
  });
});

describe('a trial is not begun', () => {
  test.each([
    ['is gone', null, 'LastGoodDeleted'],
    ['is not ready', { ready: 'False', message: 'it ran out of memory' }, 'NotCarriedOut'],
  ] as const)('where the last good revision %s', async (_, as, reason) => {
    let missing = '';
    const { stage, stable, candidate } = await calmBeside({
      services: (real) =>
        replacing(real, {
          async revision(ref, name) {
            const revision = await real.revision(ref, name);
            return name !== missing ? revision : as && revision && { ...revision, ...as };
          },
        }),
    });
    missing = stable;
    const written = stage.splits.length;
    await stage.run(20);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.splits.slice(written)).toEqual([]);
    expect(stage.reasons()).toContain(reason);
  });
});
