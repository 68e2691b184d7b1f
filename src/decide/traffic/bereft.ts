/** A revision that was to be gone back to does not exist any more: nothing is guessed in its place. */
import { soleRevision } from '../../facts/split.ts';
import { without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';

export function bereft(known: Status, revision: string): Status {
  const kept = known.lastGood?.revision === revision ? without(known, 'lastGood') : known;
  if (kept.guard?.revision === revision && soleRevision(kept.split ?? []) === kept.guard.control) {
    // Whoever deletes it in mid-trial has decided: the last good one has everything by now.
    return { ...without(kept, 'guard'), stable: { revision: kept.guard.control, percent: 100 } };
  }
  if (kept.guard?.control !== revision) return kept;
  // A way back that was decided cannot be gone.
  const { convicted: _, ...guard } = kept.guard;
  return { ...kept, guard: { ...guard, controlGone: true } };
}
