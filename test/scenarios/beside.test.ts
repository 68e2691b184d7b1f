/**
 * Another hand is at the service in the very moment of a write, right before it or right after it, and Cloud Run may check
 * etags or ignore them. Nobody is fought: what a person did last stands. Only where etags are ignored a write can go over one
 * that nobody has seen; then that is said, and when the person does it again, it stands.
 */
import { describe, expect, test } from 'vitest';
import type { Purpose } from '../../src/facts/purpose.ts';
import type { Manners } from '../../src/lab/world/manners.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { Stage, type StageOptions } from './stage.ts';

type Moment = 'before' | 'after';

/** Each leads up to its write, which the next looks make. */
const scenes = {
  Start: {},
  Step: {},
  Promote: { annotation: 'promote' },
  RollBack: { annotation: 'abort' },
} as const satisfies Partial<Record<Purpose, { readonly annotation?: string }>>;

const stepped = { rps: 10, spec: { rollout: { stepsPercent: [5, 20] } } } as const;

interface Hand {
  readonly moment: Moment;
  readonly does: (stage: Stage, revisions: Revisions) => void;
}

interface Revisions {
  readonly stable: string;
  readonly candidate: string;
}

const splits = ({ world }: Stage, { stable, candidate }: Revisions): void => {
  const traffic = [
    { revision: stable, percent: 60 },
    { revision: candidate, percent: 40 },
  ];
  world.setTraffic('api', traffic);
};
const labels = ({ world }: Stage): void => {
  world.change('api', { labels: { team: 'a' } });
};

/** Plays until the hand has done it, in the moment of the purpose's first write. */
async function played(purpose: keyof typeof scenes, etags: Manners['etags'], hand: Hand) {
  let writes: string | undefined;
  let revisions: Revisions | undefined;
  let isDone = false;
  const meddle = (moment: Moment): void => {
    if (isDone || moment !== hand.moment || writes !== purpose || revisions === undefined) return;
    isDone = true;
    hand.does(stage, revisions);
  };
  const options: StageOptions = {
    ...stepped,
    world: { manners: { etags } },
    onProposal: ({ write }) => {
      writes = write?.purpose;
    },
    services: (real: Services): Services =>
      replacing(real, {
        async write(...args) {
          meddle('before');
          await real.write(...args);
          meddle('after');
        },
      }),
  };
  const stage = new Stage(options);
  stage.start();
  await stage.until(({ phase }) => phase === 'Steady', 5);
  const stable = stage.status.stable!.revision;
  const candidate = stage.world.deploy('api');
  revisions = { stable, candidate };
  const scene: { readonly annotation?: string } = scenes[purpose];
  if (scene.annotation !== undefined) {
    await stage.until(({ phase }) => phase === 'Ramping', 3);
    stage.annotate(scene.annotation, candidate);
  }
  await stage.until(() => isDone, 30);
  const byHand = [`${stable}=60`, `${candidate}=40`].sort().join(' ');
  return { stage, stable, candidate, byHand };
}

const purposes = Object.keys(scenes) as (keyof typeof scenes)[];
const grid = (['Checked', 'Ignored'] as const).flatMap((etags) =>
  (['before', 'after'] as const).flatMap((moment) => purposes.map((purpose) => ({ etags, moment, purpose }))),
);

/** It is as a person left it, and stays so. */
async function stands(stage: Stage, traffic: string): Promise<void> {
  await stage.until(({ hold }) => hold?.reason === 'SplitByHand', 3);
  const before = stage.writes.length;
  await stage.run(20);
  expect(stage.traffic).toBe(traffic);
  expect(stage.writes.length).toBe(before);
}

describe.each(grid)('etags $etags, right $moment $purpose', ({ etags, moment, purpose }) => {
  const isOverwritten = etags === 'Ignored' && moment === 'before';

  test('a person splits the traffic', async () => {
    const { stage, stable, candidate, byHand } = await played(purpose, etags, { moment, does: splits });
    const told = () => stage.policies.events.filter(({ reason }) => reason === 'ChangedBeside');
    if (isOverwritten) {
      await stage.run(1);
      expect(told()).toMatchObject([{ action: purpose, message: expect.stringContaining('make it again') }]);
      splits(stage, { stable, candidate });
    }
    await stands(stage, byHand);
    expect(told()).toHaveLength(isOverwritten ? 1 : 0);
  });

  test('a person changes a label: it is done, and the label stays', async () => {
    const { stage, candidate } = await played(purpose, etags, { moment, does: labels });
    await stage.run(1);
    expect(stage.world.service('api').spec.labels).toEqual({ team: 'a' });
    // What is refused for its etag is done on a service that was read again, and there was nobody since.
    const isRefused = etags === 'Checked' && moment === 'before';
    expect(stage.reasons().filter((reason) => reason === 'ChangedBeside')).toHaveLength(isRefused ? 0 : 1);
    expect(stage.policies.events.some(({ reason }) => ['NotCarriedOut', 'OutcomeUnknown'].includes(reason))).toBe(
      false,
    );
    const { rollout, rejected, stable } = stage.status;
    if (purpose === 'RollBack') expect(rejected?.[0]?.revision).toBe(candidate);
    else expect(purpose === 'Promote' ? stable?.revision : rollout?.candidate).toBe(candidate);
  });
});

test('while nobody is there, nothing is said', async () => {
  const { stage, candidate } = await played('Promote', 'Ignored', { moment: 'after', does: () => undefined });
  await stage.until(({ stable }) => stable?.revision === candidate, 5);
  await stage.run(30);
  expect(stage.reasons()).not.toContain('ChangedBeside');
});
