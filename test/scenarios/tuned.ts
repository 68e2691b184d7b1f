/** Services that are too full, on a stage, and what becomes of them. */
import type { Change } from '../../src/facts/change.ts';
import type { Pass } from '../../src/loop/pass.ts';
import type { Status } from '../../src/status/status.ts';
import { type Stage, type StageOptions, Stage as TheStage } from './stage.ts';

const slow = { LAB_LATENCY_MS: '500/900/1200' };

/** Its concurrency is full. It takes a while to start, so that something may happen until a revision of it is ready. */
export const crowded = (options: StageOptions = {}, tuning: Record<string, unknown> = {}): StageOptions => ({
  rps: 100,
  ...options,
  spec: {
    objectives: [{ name: 'availability', targetPercent: 99.9 }],
    tuning: { mode: 'Auto', connections: [], ...tuning },
    ...options.spec,
  },
  seeded: {
    env: { ...slow, LAB_START_SECONDS: '40' },
    template: { concurrency: 10, maxInstances: 100 },
    scaling: { maxInstances: 80 },
    ...options.seeded,
  },
});

/** It has as many instances as it may have, and more to do. */
export const atMaximum = (options: StageOptions = {}, tuning: Record<string, unknown> = {}): StageOptions =>
  crowded(
    { ...options, seeded: { scaling: { maxInstances: 5 }, ...options.seeded } },
    { mode: 'ServiceLevel', ...tuning },
  );

/** On a stage whose service is too full: the revision that was made to tune it, as soon as it was. */
export async function tuned(options: StageOptions = crowded()) {
  const stage = new TheStage(options);
  stage.start();
  await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 60);
  return { stage, stable: stage.status.stable!.revision, made: stage.status.tuner!.revisions[0]!.name };
}

/** The same once that revision has its first share. */
export async function tuning(options: StageOptions = crowded()) {
  const { stage, stable, made } = await tuned(options);
  await stage.until(({ rollout }) => rollout?.candidate === made, 10);
  return { stage, stable, made };
}

export const outcomeOf = ({ tuner }: Status, name: string): string | undefined =>
  tuner?.revisions.find((own) => own.name === name)?.outcome;

export const leverOf = ({ tuning: shown }: Status, name: string) => shown?.levers.find(({ lever }) => lever === name);

/** Every share that a revision ever had, as the operator wrote it. */
export const sharesOf = (stage: Stage, revision: string): number[] =>
  stage.splits.flatMap((split) =>
    split
      .split(' ')
      .filter((share) => share.startsWith(`${revision}=`))
      .map((share) => Number(share.split('=')[1])),
  );

export const templatesOf = (stage: Stage): { readonly revision: string }[] =>
  stage.writes.flatMap(({ body }) => (body as { template?: { revision: string } }).template ?? []);

export const maximaOf = (stage: Stage): number[] =>
  stage.writes.flatMap(
    ({ body }) => (body as { scaling?: { maxInstanceCount: number } }).scaling?.maxInstanceCount ?? [],
  );

/** What the passes wrote, of one kind. */
export const changesIn = <K extends Change['kind']>(passes: readonly Pass[], kind: K) =>
  passes.flatMap(({ said }) =>
    said?.write?.change.kind === kind ? [said.write.change as Extract<Change, { kind: K }>] : [],
  );
