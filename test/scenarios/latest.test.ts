/** LATEST names no revision: whoever sets it has pardoned none, and is not fought twice. */
import { describe, expect, test } from 'vitest';
import { oneIn } from '../whole.ts';
import { replacing } from './replacing.ts';
import { adopted, minutes, ramping, type Stage, type StageOptions } from './stage.ts';

/** A rejected or withdrawn candidate that is the newest ready revision. */
const fallen: Readonly<
  Record<
    string,
    (options?: StageOptions) => Promise<{ stage: Stage; stable: string; candidate: string; verdict: string }>
  >
> = {
  'was rolled back': async (options) => {
    const scene = await ramping(options, { LAB_ERROR_PERCENT: '100' });
    await scene.stage.until((status) => status.rejected?.length === 1, 20);
    return { ...scene, verdict: 'TotalFailure' };
  },
  'was withdrawn': async (options) => {
    let isReady = true;
    const scene = await ramping({
      ...options,
      services: (real) =>
        replacing(real, {
          async revision(ref, name) {
            const revision = await real.revision(ref, name);
            return revision && name.includes('-00002-') && !isReady ? { ...revision, ready: 'False' } : revision;
          },
        }),
    });
    isReady = false;
    await scene.stage.until((status) => status.withdrawn !== undefined, 5);
    isReady = true;
    return { ...scene, verdict: 'CandidateNotReady' };
  },
};

const latest = (stage: Stage) => stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);

describe.each(Object.entries(fallen))('LATEST serves a revision that %s', (how, fall) => {
  test('the last good one gets all of it again, with a warning that names the write, and nothing is pardoned', async () => {
    const { stage, stable, candidate, verdict } = await fall();
    const { rejected, withdrawn } = stage.status;
    const told = stage.policies.events.length;
    latest(stage);
    await stage.until(() => stage.traffic === `${stable}=100`, 3);
    await stage.run(5);
    expect(stage.status).toMatchObject({
      stable: { revision: stable, percent: 100 },
      lastGood: { revision: stable },
      ...(rejected && { rejected }),
      ...(withdrawn && { withdrawn }),
    });
    const [warning, ...others] = stage.policies.events.slice(told);
    expect(warning).toMatchObject({ type: 'Warning', reason: 'RejectedOnLatest', action: 'Pin' });
    for (const words of [candidate, verdict, stable, 'last changed by']) expect(warning!.message).toContain(words);
    expect(others.filter(({ reason }) => reason !== verdict)).toEqual([]);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  const hoursLater = [
    { hours: 23, again: false },
    { hours: 25, again: true },
  ];
  test.each(oneIn(2, hoursLater, Object.keys(fallen).indexOf(how)))(
    'again after $hours h, it is taken back once more: $again',
    async ({ hours, again }) => {
      const { stage, stable, candidate, verdict } = await fall();
      latest(stage);
      await stage.until(() => stage.traffic === `${stable}=100`, 3);
      await stage.run(hours * 60);
      latest(stage);
      await stage.run(30);
      const { rejected, withdrawn, conditions } = stage.status;
      expect(stage.traffic).toBe(again ? `${stable}=100` : 'LATEST=100');
      expect([...(rejected ?? []), withdrawn].map((one) => one?.revision)).toContain(candidate);
      if (again) return;
      expect(stage.policies.events).toContainEqual(
        expect.objectContaining({ type: 'Warning', reason: 'ExternallyManaged' }),
      );
      const pinned = conditions?.find(({ type }) => type === 'TrafficPinned');
      expect(pinned).toMatchObject({ status: 'False', reason: 'ExternallyManaged' });
      expect(pinned!.message).toContain(`${candidate}, which was`);
      expect(pinned!.message).toContain(verdict);
    },
  );
});

test('a deploy that LATEST serves is pinned, and does not count against taking a rejected one back', async () => {
  const { stage, stable } = await fallen['was rolled back']!();
  latest(stage);
  await stage.until(() => stage.traffic === `${stable}=100`, 3);
  const next = stage.world.deploy('api');
  latest(stage);
  await stage.until(() => stage.traffic === `${next}=100`, 3);
  expect(stage.reasons()).toContain('PinnedAgain');
  expect(stage.status.rejected).toHaveLength(1);
});

test('in Observe it says what it would do, and does nothing', async () => {
  const stage: Stage = (await adopted({ spec: { mode: 'Observe' } })).stage;
  const writes = stage.writes.length;
  expect(stage.traffic).toBe('LATEST=100');
  expect(stage.status.decision).toMatchObject({
    reason: 'FollowsLatest',
    message: expect.stringMatching(/Would pin the traffic to api-00001/),
  });
  await stage.clock.advance(minutes(5));
  expect(stage.writes).toHaveLength(writes);
});
