/** Traffic is given back without a judgement: a policy is gone, or cannot be obeyed. Its checks are those of any write. */
import { describe, expect, test } from 'vitest';
import type { Revision } from '../../src/facts/revision.ts';
import type { Pass } from '../../src/loop/pass.ts';
import { Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { ramping, type Stage, type StageOptions } from './stage.ts';

const invalid = { objectives: [] };

/** Cloud Run, which refuses writes, says something else of revisions, or is edited by another hand right before a write. */
async function troubled(env: Record<string, string> = {}, world: StageOptions['world'] = {}) {
  const trouble = {
    refusing: false,
    beforeWrite: (): void => undefined,
    revisions: {} as Record<string, Partial<Revision> | null>,
  };
  const passes: Pass[] = [];
  const services = (real: Services): Services =>
    replacing(real, {
      async revision(ref, name) {
        const changed = trouble.revisions[name];
        const revision = await real.revision(ref, name);
        return changed === null ? null : revision && { ...revision, ...changed };
      },
      async write(...args) {
        if (trouble.refusing) throw new Unavailable('Cloud Run answered 503');
        trouble.beforeWrite();
        return real.write(...args);
      },
    });
  const played = await ramping({ services, world, onPass: (pass) => passes.push(pass) }, env);
  return { ...played, trouble, passes };
}

/** Three times somebody is a moment earlier than a write. */
const editing =
  ({ world }: Stage, edits: { count: number }) =>
  (): void => {
    if (edits.count++ < 3) world.change('api', { labels: { edit: String(edits.count) } });
  };

/** Convicted, and the way back not done yet. */
async function convicted(world?: StageOptions['world']) {
  const played = await troubled({ LAB_ERROR_PERCENT: '100' }, world);
  played.trouble.refusing = true;
  await played.stage.until((status) => status.phase === 'RollingBack', 20);
  return played;
}

const notReady = { ready: 'False', message: 'it cannot be started' } as const;

type Troubled = Awaited<ReturnType<typeof troubled>>;

describe('a policy that is deleted in mid-rollout', () => {
  const reasons: readonly (readonly [string, (played: Troubled) => void])[] = [
    [
      'another hand has split the traffic',
      ({ stage, stable, candidate }) => {
        stage.world.setTraffic('api', [
          { revision: stable, percent: 60 },
          { revision: candidate, percent: 40 },
        ]);
      },
    ],
    [
      'another hand has given the candidate everything',
      ({ stage, candidate }) => {
        stage.world.setTraffic('api', [{ revision: candidate, percent: 100 }]);
      },
    ],
    [
      'a part of it follows LATEST',
      ({ stage, stable }) => {
        stage.world.setTraffic('api', [
          { revision: stable, percent: 60 },
          { revision: null, percent: 40 },
        ]);
      },
    ],
    [
      'the stable revision is not ready any more',
      ({ trouble, stable }) => {
        trouble.revisions[stable] = notReady;
      },
    ],
    [
      'the stable revision is gone',
      ({ trouble, stable }) => {
        trouble.revisions[stable] = null;
      },
    ],
  ];
  test.each(reasons)('leaves the traffic where it is if %s', async (_, happens) => {
    const played = await troubled();
    const { stage } = played;
    const writes = stage.writes.length;
    happens(played);
    const before = stage.traffic;
    stage.policies.delete(stage.key);
    await stage.run(5);
    expect(stage.traffic).toBe(before);
    expect(stage.writes.length).toBe(writes);
  });

  test('leaves the traffic where it is if it only observes by then', async () => {
    const { stage, stable } = await troubled();
    stage.policies.respec(stage.key, { mode: 'Observe' });
    await stage.run(1);
    const before = stage.traffic;
    stage.policies.delete(stage.key);
    await stage.run(5);
    expect(stage.traffic).toBe(before);
    expect(before).not.toBe(`${stable}=100`);
  });

  test('gives the traffic back in one pass, although somebody edits labels meanwhile', async () => {
    const { stage, stable, trouble, passes } = await troubled();
    trouble.beforeWrite = editing(stage, { count: 0 });
    stage.policies.delete(stage.key);
    await stage.run(2);
    expect(stage.traffic).toBe(`${stable}=100`);
    const leaving = passes.filter(({ said }) => said?.action === 'Leave');
    expect(leaving).toMatchObject([
      { carried: { kind: 'Done' }, failure: null, said: { write: { purpose: 'Leave' } } },
    ]);
  });

  test('gives it back when Cloud Run answers again', async () => {
    const { stage, stable, candidate, trouble } = await troubled();
    trouble.refusing = true;
    stage.policies.delete(stage.key);
    await stage.run(2);
    expect(stage.traffic).toContain(candidate);
    trouble.refusing = false;
    await stage.run(2);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});

describe('a rollback that was decided before the policy became invalid', () => {
  test.each([
    ['is gone', null, 'StableDeleted'],
    ['is not ready', notReady, 'NotCarriedOut'],
  ])('is not carried out to a control that %s', async (_, control, reason) => {
    const { stage, stable, trouble } = await convicted();
    stage.policies.respec(stage.key, invalid);
    trouble.revisions[stable] = control;
    const before = stage.traffic;
    trouble.refusing = false;
    await stage.run(5);
    expect(stage.traffic).toBe(before);
    expect(stage.status.decision).toMatchObject({ reason });
    expect(stage.reasons()).toContain(reason);
    delete trouble.revisions[stable];
    await stage.run(5);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});

test('a rollback does not give in to somebody who edits labels', async () => {
  const { stage, stable, trouble, passes } = await convicted({ manners: { etags: 'Checked' } });
  const edits = { count: 0 };
  trouble.beforeWrite = editing(stage, edits);
  trouble.refusing = false;
  passes.length = 0;
  await stage.until((status) => status.phase === 'Steady', 3);
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(edits.count).toBe(4);
  const back = passes.filter(({ said }) => said?.write?.purpose === 'RollBack');
  expect(back.filter(({ failure }) => failure?.reason === 'ChangedMeanwhile')).toEqual([]);
});
