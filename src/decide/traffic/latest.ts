/** The traffic follows LATEST: a deploy takes all of it before anyone can look, so it is pinned. */

import { latestOf } from '../../facts/service.ts';
import { all } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import { without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import { mayReturn } from '../newest.ts';
import { arrived } from './arrived.ts';
import { back } from './guard/guarding.ts';
import { closed } from './guard/state.ts';
import { type TrafficOutcome, toSplit } from './outcome.ts';
import { sentBack } from './rollout/proposal.ts';
import { lastChangedText } from './words.ts';

const dayMs = 24 * 3_600_000;

export function latest(at: Case): TrafficOutcome {
  const { policy, service, known } = at;
  const revision = latestOf(service);
  if (revision === null) {
    const message = 'The service has no ready revision yet.';
    return { state: known, reason: 'NoReadyRevision', message, hold: 'GoesOn', lookInMs: cadence.steadyMs };
  }
  if (policy.mode === 'Observe') return leftOnLatest(at, revision, wouldPin(known, revision));
  const { adoption } = known;
  if (adoption?.externallyManaged) {
    const message =
      'The traffic was set to follow LATEST twice in a day; it is left so, and new revisions are guarded only after the fact.';
    return leftOnLatest(at, revision, message);
  }
  // A way back that is decided waits for nobody, whoever set what.
  if (known.rollout?.convicted) return sentBack(known, known.rollout, known.rollout.convicted);
  if (known.guard?.convicted) return back(known, known.guard, known.guard.convicted);
  const verdict = against(known, revision);
  if (adoption && isAgain(at, verdict === null ? adoption.pinnedAgainAt : (adoption.takenBackAt ?? []))) {
    const message =
      'The traffic was set to follow LATEST again within a day of being pinned: another tool manages it. It will not be pinned again.';
    const managed = { ...known, adoption: { ...adoption, externallyManaged: true } };
    return leftOnLatest({ ...at, known: managed }, revision, message);
  }
  return verdict === null ? pinned(at, revision) : takenBack(at, revision, verdict);
}

const isAgain = ({ nowMs }: Case, before: readonly string[]): boolean =>
  before.some((time) => nowMs - ms(time) < dayMs);

function pinned(at: Case, revision: string): TrafficOutcome {
  const { adoption } = at.known;
  return {
    state: adoption ? onLatest(at, revision) : at.known,
    reason: adoption ? 'PinnedAgain' : 'Adopted',
    message: `${revision} is pinned at 100 %, so that the next revision starts at 0 % instead of taking all of the traffic.`,
    write: toSplit('Pin', all(revision), revision),
    lookInMs: cadence.settlingMs,
  };
}

/** LATEST names no revision, so that whoever set it has pardoned none. */
function takenBack({ service, known }: Case, revision: string, { verdict, target }: Against): TrafficOutcome {
  return {
    state: without(known, 'intent'),
    reason: 'RejectedOnLatest',
    message:
      `LATEST was set and sent all of the traffic to ${revision}, which was ${verdict}${lastChangedText(service)}. ` +
      `All of it goes back to ${target}, and ${revision} stays where it was put until it is retried.`,
    write: toSplit('Pin', all(target), target),
    lookInMs: cadence.settlingMs,
  };
}

interface Against {
  /** "rolled back (TotalFailure)" */
  readonly verdict: string;
  /** Who had the traffic before. */
  readonly target: string;
}

/** What speaks against the revision that LATEST serves, where there is another to go back to. */
function against({ rejected, withdrawn, stable, lastGood }: Status, revision: string): Against | null {
  const entry = rejected?.find((one) => one.revision === revision);
  const isAway = withdrawn?.revision === revision && !mayReturn(withdrawn);
  const target = [stable, lastGood].find((one) => one && one.revision !== revision)?.revision;
  if (target === undefined || !(entry || isAway)) return null;
  return { verdict: entry ? `rolled back (${entry.reason})` : `withdrawn (${withdrawn!.reason})`, target };
}

function wouldPin(known: Status, revision: string): string {
  const found = against(known, revision);
  const why = 'The traffic follows LATEST, so a new revision takes all of it at once; in Observe it is not pinned.';
  const would = found
    ? `take all of the traffic from ${revision}, which was ${found.verdict}, back to ${found.target}`
    : `pin the traffic to ${revision}, so that the next revision starts at 0 %`;
  return `${why} Would ${would}.`;
}

/** The revision has all of the traffic, and what stood against it stands. */
function onLatest(at: Case, revision: string): Status {
  const { rejected, withdrawn } = at.known;
  const state = arrived({ ...at, known: without(at.known, 'intent') }, all(revision));
  return { ...state, ...(rejected && { rejected }), ...(withdrawn && { withdrawn }) };
}

function leftOnLatest(at: Case, revision: string, message: string): TrafficOutcome {
  const { known, nowMs } = at;
  const settled = known.stable?.revision === revision ? known : onLatest(at, revision);
  const { guard, adoption } = settled;
  // Whoever sets the traffic to LATEST moves it; the guard is left with words.
  const watched =
    guard && !guard.external ? { ...settled, guard: { ...closed(guard, nowMs), external: true } } : settled;
  const found = adoption?.externallyManaged ? against(known, revision) : null;
  const serves = found ? ` ${revision}, which was ${found.verdict}, serves all of it.` : '';
  const unpinned = message + serves;
  return {
    state: { ...watched, unpinned, lastGood: settled.lastGood ?? { revision, since: iso(nowMs) } },
    reason: adoption?.externallyManaged ? 'ExternallyManaged' : 'FollowsLatest',
    message: unpinned,
    lookInMs: cadence.steadyMs,
  };
}
