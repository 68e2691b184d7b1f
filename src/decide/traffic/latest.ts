/** The traffic follows LATEST: a deploy takes all of it before anyone can look, so it is pinned. */
import { all } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import { without } from '../../status/edit.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import { arrived } from './arrived.ts';
import { closed } from './guard/guard.ts';
import { type TrafficOutcome, toSplit } from './outcome.ts';

const dayMs = 24 * 3_600_000;

export function latest(at: Case): TrafficOutcome {
  const { policy, service, known, nowMs } = at;
  const revision = service.latestReady;
  if (revision === null) {
    const message = 'The service has no ready revision yet.';
    return { state: known, reason: 'NoReadyRevision', message, hold: 'GoesOn', lookInMs: cadence.steadyMs };
  }
  const { adoption } = known;
  if (policy.mode === 'Observe' || adoption?.externallyManaged) {
    const message = adoption?.externallyManaged
      ? 'The traffic was set to follow LATEST twice in a day; it is left so, and new revisions are guarded only after the fact.'
      : 'The traffic follows LATEST, so a new revision takes all of it at once; in Observe it is not pinned.';
    return leftOnLatest(at, revision, message);
  }
  const recent = (adoption?.pinnedAgainAt ?? []).filter((pinned) => nowMs - ms(pinned) < dayMs);
  if (adoption && recent.length > 0) {
    const message =
      'The traffic was set to follow LATEST again within a day of being pinned: another tool manages it. It will not be pinned again.';
    const managed = { ...known, adoption: { ...adoption, externallyManaged: true } };
    return leftOnLatest({ ...at, known: managed }, revision, message);
  }
  return {
    state: adoption ? arrived({ ...at, known: without(known, 'intent') }, all(revision)) : known,
    reason: adoption ? 'PinnedAgain' : 'Adopted',
    message: `${revision} is pinned at 100 %, so that the next revision starts at 0 % instead of taking all of the traffic.`,
    write: toSplit('Pin', all(revision), revision),
    lookInMs: cadence.settlingMs,
  };
}

function leftOnLatest(at: Case, revision: string, message: string): TrafficOutcome {
  const { known, nowMs } = at;
  const settled =
    known.stable?.revision === revision ? known : arrived({ ...at, known: without(known, 'intent') }, all(revision));
  const { guard, adoption } = settled;
  // Whoever sets the traffic to LATEST moves it; the guard is left with words.
  const watched =
    guard && !guard.external ? { ...settled, guard: { ...closed(guard, nowMs), external: true } } : settled;
  return {
    state: { ...watched, lastGood: settled.lastGood ?? { revision, since: iso(nowMs) } },
    reason: adoption?.externallyManaged ? 'ExternallyManaged' : 'FollowsLatest',
    message,
    lookInMs: cadence.steadyMs,
  };
}
