/** Instances that were killed for want of memory: in no metric, but in Cloud Run's log. */
import type { Kill } from './fleet.ts';
import type { Service } from './service.ts';

export interface RevisionKill extends Kill {
  readonly revision: string;
  readonly limitMib: number;
}

/** In [fromMs, toMs), oldest first. */
export function killsOf({ deleted, revisions }: Service, fromMs: number, toMs: number): readonly RevisionKill[] {
  return [...deleted, ...revisions.values()]
    .flatMap(({ name, fleet, resources }) =>
      fleet.kills
        .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
        .map((kill) => ({ ...kill, revision: name, limitMib: resources.memoryMib })),
    )
    .sort((a, b) => a.atMs - b.atMs);
}
