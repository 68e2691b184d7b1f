/**
 * The judgement: a pure function of the policy, what was observed, what is remembered, and now. No I/O, no clock, no
 * randomness. What was intended and is in the service is confirmed; then each concern judges in its order; the first that
 * wants to write does.
 */
import { kindOf } from '../facts/change.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Observation } from '../facts/observation.ts';
import { reasonFacts } from '../facts/reason.ts';
import { type Service, serviceText } from '../facts/service.ts';
import { iso, ms } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';
import { withAnswer } from './answer.ts';
import { cadence } from './cadence.ts';
import type { Case, Unasked } from './case.ts';
import { type Settled, withMemory } from './concern.ts';
import { confirmed } from './confirmed.ts';
import type { Decided, Decision } from './decision.ts';
import { inspected } from './inspection.ts';
import { goesOn, heldFor, holding, type Outcome, released } from './outcome.ts';
import { type Repertoire, repertoire as standard } from './repertoire.ts';
import { phaseOf, shown } from './view.ts';
import { clipped } from './words.ts';

export function decide(
  policy: Policy,
  seen: Observation,
  known: Status,
  nowMs: number,
  repertoire: Repertoire = standard,
): Decided {
  const before = inspected(policy, seen, known, nowMs);
  const { service } = seen;
  if (service === null) {
    const { project } = policy.service;
    const message = `Cloud Run has no ${serviceText(policy.service)}: nothing is guarded until it exists. What there is in any region is shown by: gcloud run services list --project ${project}. Where another is meant, delete this policy and create one for it.`;
    const missing = holding('ServiceNotFound', message);
    return finish({ policy, service, known: before, nowMs }, [missing], before, [], repertoire);
  }
  if (policy.invalidEdit !== undefined && isAnother(service, before)) {
    const message = 'The policy is not valid, and names another service than it guarded: nothing is done to either.';
    return finish({ policy, service, known: before, nowMs }, [holding('InvalidSpec', message)], before, [], repertoire);
  }
  const at = { policy, seen, service, known: remembered(service, before), nowMs };
  const { known: found, events } = confirmedIntent(at, repertoire);
  const { proposals, state, told } = judged({ ...at, known: found }, repertoire);
  const last = found.decision === undefined ? before : { ...before, decision: found.decision };
  return finish({ ...at, known: found, before: last }, proposals, state, [...events, ...told], repertoire);
}

/** A service of the same name that was created anew has nothing of what is remembered. */
const remembered = (service: Service, known: Status): Status => (isAnother(service, known) ? {} : known);

const isAnother = ({ uid }: Service, { adoption }: Status): boolean =>
  adoption !== undefined && adoption.serviceUid !== uid;

/** What was intended is in the service, whoever has seen it there first: it is ours, and done. */
function confirmedIntent(
  at: Unasked,
  repertoire: Repertoire,
): { readonly known: Status; readonly events: readonly PolicyEvent[] } {
  const { intent } = at.known;
  if (!intent || !kindOf(repertoire.changeKinds, intent.change).isIn(intent.change, at.service)) {
    return { known: at.known, events: [] };
  }
  const { purpose, reason, message } = intent;
  const { action, told } = repertoire.purposes[purpose];
  const nowMs = at.known.stable ? ms(intent.at) : at.nowMs;
  const known = {
    ...released(confirmed(repertoire, { ...at, nowMs }, intent), at.nowMs),
    decision: { ...at.known.decision, action, reason, message, at: intent.at, nextCheck: iso(at.nowMs) },
  };
  return { known, events: [{ type: told, reason: reason as PolicyEvent['reason'], action, message }] };
}

/** Each concern sees what those before it came to. */
function judged(
  at: Case,
  { concerns }: Repertoire,
): { readonly proposals: readonly Outcome[]; readonly state: Status; readonly told: readonly PolicyEvent[] } {
  let state = at.known;
  let settled: Settled = { frozen: false, traffic: 'Steady', write: false };
  const proposals: Outcome[] = [];
  const told: PolicyEvent[] = [];
  for (const concern of concerns) {
    const { memory, proposal, disowns, frozen = false, events = [] } = concern.judge({ ...at, known: state }, settled);
    state = withMemory(disowns ? without(state, 'intent') : state, concern.sections, memory);
    if (proposal) proposals.push(proposal);
    told.push(...events);
    settled = settledBy({ ...settled, frozen: settled.frozen || frozen }, concern.isQuiet(state), proposal);
  }
  return { proposals, state, told };
}

const settledBy = (before: Settled, isQuiet: boolean, proposal: Outcome | null): Settled => ({
  ...before,
  traffic: before.traffic === 'Steady' && isQuiet && !proposal?.write && !proposal?.hold ? 'Steady' : 'Busy',
  write: before.write || proposal?.write !== undefined,
});

interface Ending extends Omit<Unasked, 'service'> {
  readonly service: Service | null;
  /** What was remembered before this look, where it is not what is known now. */
  readonly before?: Status;
}

/** Puts what is proposed into the state and the words that everybody reads. */
function finish(
  at: Ending,
  proposals: readonly Outcome[],
  state: Status,
  earlier: readonly PolicyEvent[],
  repertoire: Repertoire,
): Decided {
  const { policy, service, nowMs, before = at.known } = at;
  const outcome = proposals.find(({ write }) => write) ?? proposals[0]!;
  const { write, reason } = outcome;
  const purpose = write && repertoire.purposes[write.purpose];
  const observing = policy.mode === 'Observe' && purpose !== undefined;
  const action = (purpose?.action ?? (outcome.hold === 'ForThis' ? 'Hold' : 'None')) as Decision['action'];
  const message = clipped(observing ? `Would ${purpose.verb}: ${outcome.message}` : outcome.message);
  const isOther = before.decision?.reason !== reason || before.decision.action !== action;
  // What was only away for a moment is no news.
  const isNew = isOther && !(outcome.hold === 'ForThis' && goesOn(before, reason, nowMs));
  const event = { reason, action, message };
  const once = outcome.once === undefined ? {} : { once: outcome.once };
  const told = outcome.hold === 'ForThis' ? 'Warning' : (reasonFacts(reason)?.told ?? null);
  const louder = told === 'Warning' ? told : purpose?.told;
  const found = purpose ? (observing && isNew ? louder : null) : isNew ? told : null;
  // What is not done in Observe ends nothing.
  const { hold, page } = observing && at.known.hold ? { hold: at.known.hold, page: null } : held(at, proposals);
  const lookInMs = observing ? cadence.observingMs : Math.min(...proposals.map((one) => one.lookInMs));
  const decision: Decision = {
    action,
    reason,
    message,
    write: write && !observing ? write : null,
    events: [
      ...earlier,
      ...proposals.flatMap(({ events = [] }) => events),
      ...(page ? [page] : []),
      ...(found ? [{ ...event, type: found }] : []),
    ],
    announcement: louder && purpose && !observing ? { ...event, type: louder, ...once } : null,
    obeyed: observing ? [] : proposals.flatMap(({ obeyed = [] }) => obeyed),
    nextCheckMs: nowMs + lookInMs,
  };
  const nextCheck = iso(decision.nextCheckMs);
  const isSameHold = hold !== undefined && hold.reason === state.hold?.reason;
  const decided: Status = {
    ...(isSameHold ? state : released(state, nowMs)),
    ...(hold && { hold }),
    decision: stands(before, hold, outcome, decision)
      ? { ...before.decision!, nextCheck }
      : { ...before.decision, action, reason, message, at: iso(nowMs), nextCheck },
  };
  const answered = withAnswer(decided, {
    policy,
    reason,
    answer: proposals.find((one) => one.answer !== undefined)?.answer ?? null,
    settled: service?.settled ?? true,
    observing: policy.mode === 'Observe',
    obeyed: decision.obeyed,
    nowMs,
  });
  return { decision, state: shown({ ...answered, phase: phaseOf(answered) }, service, nowMs) };
}

/** What nothing moves for, whoever holds it. */
function held(at: Ending, proposals: readonly Outcome[]): Partial<ReturnType<typeof heldFor>> {
  const holder = proposals.find(({ hold }) => hold !== undefined);
  if (holder?.hold === 'ForThis' || holder?.hold === 'Quietly') return heldFor(at, holder);
  return holder && at.known.hold ? { hold: at.known.hold } : {};
}

/** What was decided last still holds, or says more than that nothing is new. */
function stands(
  { decision, hold: before }: Status,
  hold: Status['hold'],
  { unremarkable }: Outcome,
  { action, reason, message }: Decision,
): boolean {
  if (decision === undefined) return false;
  const isOver = before !== undefined && hold === undefined && decision.action === 'Hold';
  if (isOver) return false;
  const same = decision.action === action && decision.reason === reason && decision.message === message;
  const moved = decision.action !== 'None' && decision.action !== 'Hold';
  return same || unremarkable === 'NoNews' || (unremarkable === 'AllIsWell' && moved);
}
