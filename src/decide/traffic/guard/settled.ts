/** Beside a control nobody was convicted: how long is that enough, and what does it say? */

import { iso, ms, spoken } from '../../../facts/time.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { GuardState } from '../../../status/guard.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { judgedMs, keptMs, lastFireMs, longestMs, settleMs } from './fires.ts';
import { type Guarded, type Look, moved } from './move.ts';

/** Why the control is given back; null while more is to be learnt. */
export function settled(guard: GuardState, { judged: { unknown }, gating, tickMs, nowMs }: Look): Guarded | null {
  const seen = gating.filter((assessment) => evidenceOf(guard, assessment).candidate.total > 0);
  const evidence = seen.map((assessment) => evidenceOf(guard, assessment));
  if (unknown !== null || seen.length === 0) return null;
  const judgedForMs = tickMs * Math.min(...evidence.map(({ ticks }) => ticks));
  if (judgedForMs < settleMs) return null;
  const again = `${guard.revision} has all of the traffic again`;
  const compared = seen.filter((assessment) => evidenceOf(guard, assessment).control.total > 0);
  if (compared.length === 0) {
    const message = `${guard.control} has its share of the traffic and shows no request, so it settles nothing; ${again}. Look at both.`;
    return moved(asShared(guard, seen, nowMs), 'Restore', 'LastGoodSilent', message);
  }
  const sinceMs = judgedMs(compared.map((assessment) => evidenceOf(guard, assessment))) - ms(guard.controlSince!);
  const beside = `${spoken(sinceMs)} beside ${guard.control}`;
  const burning = compared.filter(({ burns }) => burns);
  if (compared.every((assessment) => hasShown(evidenceOf(guard, assessment)))) {
    if (burning.length > 0 && burning.every((assessment) => isAlike(evidenceOf(guard, assessment)))) {
      const message = `${beside} do not show that ${guard.revision} is to blame: both burn alike; ${again}. Look for a shared cause.`;
      return moved(asShared(guard, burning, nowMs), 'Restore', 'NotToBlame', message);
    }
    if (burning.length === 0 && isKept(guard, judgedForMs, sinceMs)) {
      const message = `${beside} do not show that ${guard.revision} is to blame: it does not burn there; ${again}.`;
      return moved(as(guard, 'Calm', nowMs), 'Restore', 'NotToBlame', message);
    }
  }
  if (sinceMs < longestMs) return null;
  const message = `${beside} do not tell whether ${guard.revision} is to blame; ${again}. Look at both.`;
  return moved(asShared(guard, seen, nowMs), 'Restore', 'Inconclusive', message);
}

/** As long as it takes for the next fire to meet the control, from the last one on. */
function isKept(guard: GuardState, judgedForMs: number, sinceMs: number): boolean {
  const quietMs = Math.min(sinceMs, ms(guard.controlSince!) + sinceMs - lastFireMs(guard));
  return sinceMs >= longestMs || (judgedForMs >= keptMs(guard) && quietMs >= keptMs(guard));
}

/** So many requests as allow one bad one: a fault worth an alarm would have shown by then. */
const hasShown = ({ candidate, control, judgedAgainst }: Evidence): boolean =>
  Math.min(candidate.total, control.total) * judgedAgainst >= 1;

/** How much worse it may still be for both to burn alike. */
const alike = 1.5;

/** With 95 % confidence; it convicts nobody. */
function isAlike({ candidate, control, dispersion }: Evidence): boolean {
  const [ours, theirs] = [candidate.bad + 0.5, control.bad + 0.5];
  const spread = 1.645 * Math.sqrt(dispersion * (1 / ours + 1 / theirs));
  return Math.log(ours / candidate.total / (theirs / control.total)) + spread < Math.log(alike);
}

export const as = (guard: GuardState, how: NonNullable<GuardState['restored']>['as'], nowMs: number): GuardState => ({
  ...guard,
  restored: { at: iso(nowMs), as: how },
});

/** A fire that goes on is looked at again after so long, and after twice as long each time. */
const restMs = 60 * 60_000;

export const restsUntilMs = ({ at, times }: NonNullable<GuardState['shared']>): number =>
  ms(at) + Math.min(longestMs, restMs * 2 ** (times - 1));

export function asShared(guard: GuardState, burning: readonly Assessment[], nowMs: number): GuardState {
  const times = (guard.shared?.times ?? 0) + 1;
  const fractions = burning.map((assessment) => {
    const { candidate } = evidenceOf(guard, assessment);
    return candidate.total > 0 ? candidate.bad / candidate.total : 0;
  });
  return { ...as(guard, 'Shared', nowMs), shared: { at: iso(nowMs), times, fraction: Math.max(...fractions) } };
}
