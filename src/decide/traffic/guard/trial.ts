/**
 * A fault that vanishes at half of the traffic and comes back with all of it shows beside no control. So everything goes to
 * the last good revision for a while, and back: does the fire go with the revision, and come back with it? One such switch
 * suspects, two convict: there is no control beside it, and whatever ends by itself may end just then.
 */

import type { Tally } from '../../../facts/counts.ts';
import { iso, ms } from '../../../facts/time.ts';
import type { EventKind } from '../../../policy/policy.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { GuardState } from '../../../status/guard.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { percentText } from '../../words.ts';
import { barOf } from './bar.ts';
import { longestMs } from './fires.ts';
import { evidenceSaid, type Guarded, type Look, moved, rolledBack } from './move.ts';
import { as, asShared } from './settled.ts';

/** Nobody is left at the last good revision for longer without a decision. */
export const mostMs = 15 * 60_000;
/** What one tick may say: so many have to speak for it. */
const fewestTicks = 3;
const enough = 2;

/** One trial is enough for a peak of load. */
export const mayTry = ({ triedAt }: GuardState, nowMs: number): boolean =>
  triedAt === undefined || nowMs - ms(triedAt) >= longestMs;

export function beginTrial(guard: GuardState, burning: Assessment, switches: number): Guarded {
  const { objective } = burning;
  const { candidate } = evidenceOf(guard, burning);
  const next = { ...guard, trial: { objective, burned: candidate.bad / candidate.total, gone: 0, switches } };
  const said = evidenceSaid(guard, burning);
  const trial = `${guard.control} gets all of the traffic for at most 15 min, to see whether the fire goes with ${guard.revision}`;
  if (switches > 0) {
    const message = `It went with ${guard.revision} and came back with it: once more ${trial}: ${said}.`;
    return moved(next, 'Trial', 'CameBackWithAll', message);
  }
  const message = `${guard.revision} did not burn at a part of the traffic, and does again with all of it. ${trial}: ${said}.`;
  return moved(next, 'Trial', 'BurnsWithAll', message);
}

/** It burns again, soon after it got everything back. */
export function cameBack(guard: GuardState, burning: Assessment): Guarded {
  const trial = guard.trial!;
  const switches = burning.objective === trial.objective ? trial.switches + 1 : 0;
  if (switches < enough) return beginTrial(guard, burning, switches);
  const why = `Twice the fire went with ${guard.revision} and came back with it: ${evidenceSaid(guard, burning)}`;
  return rolledBack({ ...guard, trial: { ...trial, switches } }, 'CameBackWithAll', why);
}

/** The last good revision has everything, and is what was judged. */
export function trying(before: GuardState, look: Look): Guarded {
  const { gating, policy, nowMs } = look;
  const guard = withTick(before, gating, policy);
  const again = `${guard.revision} has all of the traffic again`;
  const burning = gating.filter(({ burns, totalFailureAlone }) => burns || totalFailureAlone);
  if (burning.length > 0) {
    const { candidate } = evidenceOf(guard, burning[0]!);
    const bad = percentText(candidate.bad / Math.max(1, candidate.total));
    const message = `${guard.control} burns as well with all of the traffic (${burning[0]!.objective}: ${bad} bad): it is the load, or a shared cause. ${again}.`;
    return moved(over(asShared(guard, burning, nowMs), nowMs), 'Restore', 'NotToBlame', message);
  }
  if (guard.trial && guard.trial.gone >= barOf(policy)) {
    const message = `With all of the traffic ${guard.control} does not burn. ${again}, to see whether it burns again.`;
    return moved(as(guard, 'Trial', nowMs), 'Restore', 'TrialOver', message);
  }
  return (
    overdue(guard, nowMs) ?? moved(guard, 'None', 'Settling', `${guard.control} has all of the traffic for a trial.`)
  );
}

/** Without metrics, too. */
export function overdue(guard: GuardState, nowMs: number): Guarded | null {
  if (nowMs - ms(guard.controlSince!) < mostMs) return null;
  const message = `The trial of ${guard.control} did not tell within 15 min whether the fire goes with ${guard.revision}, which has all of the traffic again. Look at both.`;
  return moved(over(as(guard, 'Open', nowMs), nowMs), 'Restore', 'Inconclusive', message);
}

const over = ({ trial: _, ...guard }: GuardState, nowMs: number): GuardState => ({ ...guard, triedAt: iso(nowMs) });

function withTick(guard: GuardState, gating: readonly Assessment[], policy: Look['policy']): GuardState {
  const { trial } = guard;
  const assessment = gating.find(({ objective }) => objective === trial?.objective);
  if (!trial || !assessment?.tick) return guard;
  const entry = evidenceOf(guard, assessment);
  const said = Math.min(
    quietRatio(assessment.tick.candidate, entry, assessment.kind, trial.burned),
    barOf(policy) / fewestTicks,
  );
  return { ...guard, trial: { ...trial, gone: trial.gone + said } };
}

/**
 * ln of how much likelier these requests are if it keeps to what is allowed than if it goes on burning: at the least half as
 * far (in ln) from what is allowed as it did.
 */
export function quietRatio(
  { bad, total }: Tally,
  { judgedAgainst, dispersion }: Pick<Evidence, 'judgedAgainst' | 'dispersion'>,
  kind: EventKind,
  burned: number,
): number {
  const burning = burningAt(judgedAgainst, burned);
  const rest =
    kind === 'Rate' ? total * (burning - judgedAgainst) : (total - bad) * Math.log((1 - judgedAgainst) / (1 - burning));
  return (bad * Math.log(judgedAgainst / burning) + rest) / dispersion;
}

export const burningAt = (judgedAgainst: number, burned: number): number =>
  Math.sqrt(judgedAgainst * Math.max(burned, judgedAgainst));
