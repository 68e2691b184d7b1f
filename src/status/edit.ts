/** Editing of a status: what is not there is not a field set to nothing. */
import { iso } from '../facts/time.ts';
import type { Status } from './status.ts';

const mostRejected = 10;

export function without<K extends keyof Status>(state: Status, key: K): Status {
  if (!(key in state)) return state;
  const { [key]: _, ...rest } = state;
  return rest as Status;
}

/** Stays rejected until someone says retry. */
export const reject = (state: Status, revision: string, reason: string, nowMs: number): Status => ({
  ...state,
  rejected: [
    { revision, at: iso(nowMs), reason },
    ...(state.rejected ?? []).filter((entry) => entry.revision !== revision),
  ].slice(0, mostRejected),
});

/** What a rollback is known by: the revision that goes, and since when it was watched. */
export const goneBack = (revision: string, since: string): string => `${revision} watched since ${since} went back`;

/** Whoever serves everything is neither rejected nor withdrawn, by whatever hand it came there. */
export function welcome(state: Status, revision: string): Status {
  const rejected = state.rejected?.filter((entry) => entry.revision !== revision);
  const kept = rejected ? { ...state, rejected } : state;
  return kept.withdrawn?.revision === revision ? without(kept, 'withdrawn') : kept;
}
