/** Whatever a condition says that is not fine: the one view that everything shown to people has of it. */
import { type Condition, well } from './condition.ts';
import type { Status } from './status.ts';

/** In the order of the conditions. That something is under way is no trouble; that a look failed is. */
export function troublesOf({ conditions = [], decision }: Pick<Status, 'conditions' | 'decision'>): Condition[] {
  const wells: Readonly<Record<string, string | undefined>> = well;
  const underWay = ['Pending', decision?.reason];
  return conditions.filter(({ type, status, reason }) => {
    const fine = wells[type];
    if (fine === undefined || status === fine) return false;
    return type !== 'Reconciling' || !underWay.includes(reason);
  });
}

/** Each trouble's reason once: "InvalidSpec", "NoSeries, MemoryLost". undefined: there is none. */
export function troubleText(status: Pick<Status, 'conditions' | 'decision'>): string | undefined {
  const reasons = [...new Set(troublesOf(status).map(({ reason }) => reason))];
  return reasons.length === 0 ? undefined : reasons.join(', ');
}
