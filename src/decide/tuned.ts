/** Which revisions this operator made to tune a service: those whose names it recorded, and no others. */
import type { Resource } from '../facts/saturation.ts';
import type { Status } from '../status/status.ts';
import type { TuningRevision } from '../status/tuner.ts';

export const tunedRevision = ({ tuner }: Pick<Status, 'tuner'>, revision: string): TuningRevision | undefined =>
  tuner?.revisions?.find(({ name }) => name === revision);

/** A revision that is to be rolled out because it runs otherwise, not because it does otherwise. */
export const isTuning = (status: Pick<Status, 'tuner'>, revision: string): boolean =>
  tunedRevision(status, revision)?.outcome === 'Open';

/** Made so that the template is again as it was. */
export const isPutBack = (status: Pick<Status, 'tuner'>, revision: string): boolean =>
  tunedRevision(status, revision)?.outcome === 'PutBack';

/** It never gets traffic: the template as it was before, or what was overtaken, or what may run other code than it was made for. */
export const isParked = (status: Pick<Status, 'tuner'>, revision: string): boolean =>
  ['PutBack', 'Superseded', 'ImageMoved'].includes(tunedRevision(status, revision)?.outcome ?? '');

/** What a tuning revision was made to make less of. */
export function madeFor({ set }: TuningRevision): readonly Resource[] {
  return [
    ...(set.cpuTargetPercent === undefined ? [] : (['cpu'] as const)),
    ...(set.concurrencyTargetPercent === undefined ? [] : (['concurrency'] as const)),
    ...(set.concurrency === undefined ? [] : (['memory'] as const)),
  ];
}
