/** The promoted revision has everything: what burns takes a control, or is tried without it. */

import { iso, ms, spoken } from '../../../facts/time.ts';
import type { GuardState } from '../../../status/guard.ts';
import { fairPercent } from '../../capacity.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { isAgain, isStrikeAlone, judgedMs, lastFireMs, longestGapMs, longestMs, settleMs, withFires } from './fires.ts';
import { evidenceSaid, type Guarded, type Look, moved } from './move.ts';
import { restsUntilMs } from './settled.ts';
import { beginTrial, cameBack, mayTry } from './trial.ts';

const half = 50;
/** What waits for a fire to come back says as much of it in a tick at a quarter as at half, and harms half as many. */
const quarter = 25;

export function alone(before: GuardState, look: Look): Guarded {
  const { gating, tickMs, nowMs } = look;
  const known = after(before, nowMs);
  const guard = withFires(known, gating, tickMs);
  const found = foundIn(known, gating, tickMs);
  if (!found) return moved(guard, 'None', 'Guarding', watchedText(guard));
  const said = evidenceSaid(guard, found);
  if (guard.external) {
    const message = `${guard.revision} came to 100 % by another hand and is burning budget: ${said}.`;
    return moved(guard, 'None', 'Burning', message);
  }
  if (guard.trial && guard.restored?.as === 'Trial') return cameBack(guard, found);
  if (rests(guard, found, nowMs)) {
    if (!isBurning(found)) return moved(guard, 'None', 'Guarding', watchedText(guard));
    const message = `${guard.revision} still burns budget, as ${guard.control} did beside it; a control is taken again from ${iso(restsUntilMs(guard.shared!))} on: ${said}.`;
    return moved(guard, 'None', 'Burning', message);
  }
  if (guard.restored?.as === 'Calm' && mayTry(guard, nowMs)) {
    if (found.burns) return beginTrial(guard, found, 0);
    // A burst is over by the next tick, and what lasts is tried: a control would hide which of them it is.
    if (found.tickAbsolute > 0) {
      return moved(
        guard,
        'None',
        'Guarding',
        `${guard.revision} burns again; whether it lasts is to be seen: ${said}.`,
      );
    }
  }
  const percent = fairPercent(look.limit, longestGapMs(guard) > 0 ? quarter : half);
  const message = `${guard.control} gets ${100 - percent} % of the traffic to settle whether ${guard.revision} is to blame: ${said}.${oftenText(guard)}`;
  return moved(guard, 'TakeControl', 'BurningAfterPromotion', message, percent);
}

const watchedText = ({ revision, until }: GuardState): string => `${revision} is watched until ${until}.`;

const isBurning = ({ burns, totalFailureAlone }: Assessment): boolean => burns || totalFailureAlone;

/** What burns, or did again a moment ago. */
function foundIn(known: GuardState, gating: readonly Assessment[], tickMs: number): Assessment | undefined {
  const burning = gating.find(isBurning);
  if (burning) return burning;
  const again = (one: Assessment): boolean => isAgain(known, evidenceOf(known, one), tickMs);
  return (
    gating.find((one) => isStrikeAlone(known, one, tickMs) && again(one)) ??
    gating.find((one) => isJustOver(known, one))
  );
}

/** It burned in the tick before, soon after it got everything back, and does not in this one. */
function isJustOver({ restored, fires }: GuardState, { objective, tick }: Assessment): boolean {
  const last = fires?.find((fire) => fire.objective === objective)?.last;
  return restored?.as === 'Calm' && tick !== null && last !== undefined && ms(last) > ms(restored.at);
}

/** It has had everything for a while and did not burn: how it came to that does not matter any more. */
function after(guard: GuardState, nowMs: number): GuardState {
  const { trial, ...rest } = guard;
  const { restored } = guard;
  if (!restored || restored.as === 'Open' || judgedMs(guard.evidence) - ms(restored.at) < settleMs) return guard;
  if (restored.as === 'Shared' && lastFireMs(guard) > ms(restored.at)) return guard;
  return { ...rest, restored: { ...restored, as: 'Open' }, ...(trial && { triedAt: iso(nowMs) }) };
}

/** What is so much worse is another fire. */
const worseFactor = 3;

/** The same fire, of which a control showed that it is not this revision's. */
function rests(guard: GuardState, burning: Assessment, nowMs: number): boolean {
  const { restored, shared } = guard;
  if (!shared || restored?.as !== 'Shared' || nowMs >= restsUntilMs(shared)) return false;
  const { candidate } = burning.tick ?? evidenceOf(guard, burning);
  return candidate.total === 0 || candidate.bad / candidate.total < worseFactor * shared.fraction;
}

function oftenText(guard: GuardState): string {
  const gap = longestGapMs(guard);
  if (gap === 0) return '';
  const rarely = ' That is too seldom to keep a control for.';
  return ` It burned before, up to ${spoken(gap)} apart.${gap > longestMs ? rarely : ''}`;
}
