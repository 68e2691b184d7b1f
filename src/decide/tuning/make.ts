/** The writes that make a revision, or prepare one. */
import { tunedText } from '../../facts/change.ts';
import { namedSplit } from '../../facts/split.ts';
import type { TunerState } from '../../status/tuner.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import type { Settled } from '../concern.ts';
import type { Outcome } from '../outcome.ts';
import type { WantedTemplate } from './law.ts';
import { maximumInForce } from './maximum.ts';
import { revisionMaximum } from './memory.ts';
import { toPutBack } from './own.ts';
import { symptomsText } from './rows.ts';
import { isOutstanding } from './waits.ts';

/** A name that nothing else has: a service's generation rises with each change of it. */
const nameOf = ({ service }: Pick<Case, 'service'>): string => `${service.ref.name}-t${service.generation + 1}`;

/** Nobody else is at it. */
const isFree = (at: Case, others: Settled): boolean => !others.write && at.service.settled && !isOutstanding(at);

/** What was withdrawn waits for good, which is no reason to leave its template. */
const isAtRest = ({ known: { rollout, guard } }: Case): boolean => !rollout && guard?.controlSince === undefined;

/** The extra instances have to be allowed before they are needed. */
export function raiseFirst(
  at: Case,
  others: Settled,
  tuner: TunerState,
  { maxFirst, symptoms }: WantedTemplate,
): Outcome | null {
  if (maxFirst === null || others.traffic === 'Busy' || !isFree(at, others)) return null;
  const maxInstances = Math.min(maxFirst, revisionMaximum(tuner));
  if (maxInstances <= maximumInForce(at, tuner)) return null;
  return {
    reason: 'NearMaximum',
    message: `${symptomsText(symptoms)}. What helps needs more instances: the maximum is raised to ${maxInstances} first.`,
    write: { purpose: 'RaiseMaximum', change: { kind: 'Scaling', maxInstances }, needs: [] },
    lookInMs: cadence.settlingMs,
  };
}

export function revisionProposal(
  at: Case,
  others: Settled,
  { serving }: TunerState,
  { set, symptoms }: Pick<WantedTemplate, 'set' | 'symptoms'>,
): Outcome | null {
  const from = at.service.latestCreated;
  if (!serving || from === null || others.traffic === 'Busy' || !isFree(at, others)) return null;
  const revision = nameOf(at);
  const why =
    symptoms.length > 0
      ? symptomsText(symptoms)
      : `${serving.revision} may have no more than ${revisionMaximum({ serving })} instances, and has them`;
  return {
    reason: 'Saturated',
    message: `${why}. ${revision} is made of the same code with ${tunedText(set)}, and rolled out like any revision.`,
    write: { purpose: 'Tune', change: { kind: 'Template', revision, from, set }, needs: [serving.revision] },
    lookInMs: cadence.settlingMs,
  };
}

/** What came to nothing is taken out of the template, so that no deployment inherits it. */
export function putBack(at: Case, others: Settled, tuner: TunerState): Outcome | null {
  const { policy, service } = at;
  const own = toPutBack(tuner, service.latestCreated);
  const isAllowed = policy.tuning.mode === 'Auto' && policy.mode !== 'Observe' && policy.invalidEdit === undefined;
  if (!own || !isAllowed || policy.requests.paused !== null || namedSplit(service.traffic) === null) return null;
  if (!isAtRest(at) || !isFree(at, others)) return null;
  const revision = nameOf(at);
  return {
    reason: 'TuningUndone',
    message: `${own.name} came to nothing (${own.outcome}): the template is again as it was, with ${tunedText(own.was)}, in ${revision}, which gets no traffic.`,
    write: {
      purpose: 'PutBack',
      change: { kind: 'Template', revision, from: own.name, set: own.was },
      needs: [],
    },
    lookInMs: cadence.settlingMs,
  };
}
