/** What people ask for by annotation: pause, promote, abort, retry. */
import type { Service } from '../../facts/service.ts';
import { all } from '../../facts/split.ts';
import { requestAnnotations } from '../../policy/api.ts';
import { goneBack, reject, without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import type { Obeyed } from '../decision.ts';
import { newcomer } from './newcomer.ts';
import { heldStill, hold, type TrafficOutcome, toSplit } from './outcome.ts';

type Verb = 'promote' | 'abort' | 'retry';

const obeyed = (verb: Verb, value: string): readonly Obeyed[] => [{ annotation: requestAnnotations[verb], value }];

const answering = (message: string) => ({ message, answer: message });

/** The annotation's value is the reason; a pause that gives none is one all the same. */
export const pausedText = (reason: string): string =>
  reason.trim() === ''
    ? `Paused, with no reason given: write it as the value of ${requestAnnotations.paused}, so that others know when it is over.`
    : `Paused: ${reason}`;

export function byRequest({ policy, service, known: state, nowMs }: Case): TrafficOutcome | null {
  const { paused, abort, promote, retry } = policy.requests;
  if (paused !== null) return hold(state, 'Paused', pausedText(paused));
  // A way back that is decided waits for nobody; what is asked meanwhile is answered after it.
  if (state.rollout?.convicted ?? state.guard?.convicted) return null;
  if (abort !== null) return aborted(service, state, abort, nowMs);
  if (promote !== null) return promotedByRequest(service, state, promote);
  if (retry !== null) return retried(service, state, retry);
  return null;
}

function aborted(service: Service, state: Status, revision: string, nowMs: number): TrafficOutcome {
  const { rollout, guard } = state;
  if (rollout?.candidate !== revision && newcomer(service, state) === revision) {
    const message = `${revision} was aborted by request before it got any traffic.`;
    return {
      state: reject(without(state, 'intent'), revision, 'Aborted', nowMs),
      ...heldStill(state),
      reason: 'Aborted',
      message,
      answer: message,
      events: [{ type: 'Normal', reason: 'Aborted', action: 'None', message }],
      obeyed: obeyed('abort', revision),
      lookInMs: cadence.settlingMs,
    };
  }
  const running =
    rollout?.candidate === revision
      ? { control: rollout.control, since: rollout.startedAt }
      : guard?.revision === revision
        ? { control: guard.control, since: guard.armedAt }
        : null;
  if (!running) {
    return state.rejected?.some((entry) => entry.revision === revision)
      ? abortedAlready(state, revision)
      : nothingToDo(state, 'abort', revision, `${revision} is neither a candidate nor just promoted.`);
  }
  return {
    state,
    ...heldStill(state),
    reason: 'Aborted',
    message: `${revision} was aborted by request.`,
    once: goneBack(revision, running.since),
    write: toSplit('RollBack', all(running.control), running.control),
    obeyed: obeyed('abort', revision),
    lookInMs: cadence.settlingMs,
  };
}

/** Also what a restart finds of an abort that was carried out and not reported: then nobody returned the traffic by hand. */
function abortedAlready(state: Status, revision: string): TrafficOutcome {
  const returned = ['ReturnedToStable', 'ReturnedToLastGood'];
  return {
    state: {
      ...state,
      rejected: (state.rejected ?? []).map((entry) =>
        entry.revision === revision && returned.includes(entry.reason) ? { ...entry, reason: 'Aborted' } : entry,
      ),
    },
    ...heldStill(state),
    reason: 'Aborted',
    ...answering(`${revision} was to be aborted by request; it is rejected and has no traffic.`),
    ...(state.decision?.reason === 'Aborted' && { unremarkable: 'NoNews' as const }),
    obeyed: obeyed('abort', revision),
    lookInMs: cadence.settlingMs,
  };
}

/** null: it waits until Cloud Run has settled, and the candidate is judged as ever until then. */
function promotedByRequest(service: Service, state: Status, revision: string): TrafficOutcome | null {
  if (state.stable?.revision === revision) return promotedAlready(state, revision);
  if (state.rollout?.candidate !== revision)
    return nothingToDo(state, 'promote', revision, notCandidate(state, revision));
  if (!service.settled) return null;
  return {
    state,
    ...heldStill(state),
    reason: 'PromotedByRequest',
    message: `${revision} was promoted by request, whatever the evidence says.`,
    write: toSplit('Promote', all(revision), revision),
    obeyed: obeyed('promote', revision),
    lookInMs: cadence.settlingMs,
  };
}

function notCandidate({ rejected, withdrawn }: Status, revision: string): string {
  const entry = rejected?.find((one) => one.revision === revision);
  if (entry) return `${revision} was rolled back (${entry.reason}) and stays rejected until it is retried.`;
  if (withdrawn?.revision === revision) return `${revision} was withdrawn (${withdrawn.reason}).`;
  return `${revision} is not the candidate.`;
}

const promotedAlready = (state: Status, revision: string): TrafficOutcome => ({
  state,
  ...heldStill(state),
  reason: 'PromotedByRequest',
  ...answering(`${revision} was to be promoted by request; it is the stable revision.`),
  obeyed: obeyed('promote', revision),
  lookInMs: cadence.settlingMs,
});

function retried(service: Service, state: Status, revision: string): TrafficOutcome {
  const rejected = (state.rejected ?? []).filter((entry) => entry.revision !== revision);
  const known = rejected.length !== (state.rejected ?? []).length || state.withdrawn?.revision === revision;
  // Nothing stands against it any more: a restart finds the retry granted, and the request still there.
  if (!known && newcomer(service, state) !== revision)
    return nothingToDo(state, 'retry', revision, `${revision} was neither rejected nor withdrawn.`);
  if (service.latestReady !== revision) {
    return nothingToDo(
      state,
      'retry',
      revision,
      `${revision} is not the newest ready revision, and only that one is tried.`,
    );
  }
  const forgiven = { ...state, rejected };
  return {
    state: state.withdrawn?.revision === revision ? without(forgiven, 'withdrawn') : forgiven,
    // Whether that ends what nothing moved for, the next look says.
    ...heldStill(state),
    reason: 'RetryGranted',
    ...answering(`${revision} may be tried again by request.`),
    obeyed: obeyed('retry', revision),
    lookInMs: cadence.settlingMs,
  };
}

/** What cannot be obeyed is said and taken away, so that it does not surprise anyone later. */
const nothingToDo = (state: Status, verb: Verb, revision: string, why: string): TrafficOutcome => ({
  state,
  ...heldStill(state),
  reason: 'NothingToObey',
  ...answering(`The annotation ${requestAnnotations[verb]} has nothing to act on: ${why}`),
  obeyed: obeyed(verb, revision),
  lookInMs: cadence.settlingMs,
});
