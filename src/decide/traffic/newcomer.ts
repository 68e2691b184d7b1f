/** Is there a revision that nobody has judged yet, and does a look at the service show anything new at all? */
import type { Service } from '../../facts/service.ts';
import { namedSplit } from '../../facts/split.ts';
import { isOurs } from '../../status/ours.ts';
import type { Status } from '../../status/status.ts';
import { isJudged } from '../newest.ts';

/** Nothing is going on, so that a listing up to half a minute old will do. */
export const isQuiet = (state: Status): boolean =>
  state.stable !== undefined &&
  state.late === undefined &&
  state.rollout === undefined &&
  state.guard?.controlSince === undefined &&
  state.guard?.convicted === undefined;

/** The listing shows something that this state does not know. */
export function isNews(service: Service, state: Status): boolean {
  const split = namedSplit(service.traffic);
  if (split === null) return !state.adoption?.externallyManaged;
  if (!isOurs(service, state)) return true;
  return newcomer(service, state) !== null;
}

/** The newest ready revision, where it is neither stable, nor rejected, nor withdrawn for good. */
export function newcomer(service: Service, state: Status): string | null {
  const newest = service.latestReady;
  return newest === null || isJudged(state, newest) ? null : newest;
}
