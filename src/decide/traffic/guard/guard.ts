/**
 * After promotion there is no control any more, so nothing is convicted without taking one: when the promoted revision
 * burns, the last good one gets half of the traffic or more, and the first ticks with data on both decide.
 */

import type { Reason } from '../../../facts/reason.ts';
import { iso, ms, spoken } from '../../../facts/time.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { GuardState } from '../../../status/guard.ts';
import type { Action } from '../../decision.ts';
import { evidenceOf } from '../../evidence/assess.ts';
import { beginAnew, type Judged } from '../../evidence/judge.ts';
import { isSecondStrike, withStrike } from '../../evidence/passing.ts';
import { evidenceText, goneBackText, tickText } from '../../words.ts';

/** No control is given back before so much fresh data was judged, in ticks: a gap of the metrics, or of ours, is none. */
const settleMs = 10 * 60_000;
/** What so little traffic has not settled by then is left to people. */
const longestMs = 6 * 3_600_000;
const mostControls = 2;

export interface GuardMove {
  readonly action: Extract<Action, 'None' | 'TakeControl' | 'RollBack' | 'Restore'>;
  readonly reason: Reason;
  readonly message: string;
}

/** `percent` is what the promoted revision keeps of the traffic beside a control. */
export function watchOver(
  before: GuardState,
  judged: Judged,
  tickMs: number,
  percent: number,
): { guard: GuardState; move: GuardMove } {
  const guard: GuardState = { ...before, evidence: [...judged.evidence] };
  const gating = judged.assessments.filter(({ gate }) => gate);
  const move = (action: GuardMove['action'], reason: Reason, message: string) => ({
    guard,
    move: { action, reason, message },
  });
  const text = (assessment: (typeof gating)[number]) =>
    (!assessment.convicts && (assessment.totalFailureAlone || assessment.strikes) ? tickText : evidenceText)(
      evidenceOf(guard, assessment),
      assessment,
      guard.revision,
      guard.control,
    );

  if (judged.newest === null) return move('None', 'Guarding', 'No new samples since the last look.');

  if (guard.controlSince === undefined) {
    const burning = gating.find(({ burns, totalFailureAlone }) => burns || totalFailureAlone);
    if (!burning) return move('None', 'Guarding', `${guard.revision} is watched until ${guard.until}.`);
    if (guard.external) {
      return move(
        'None',
        'Burning',
        `${guard.revision} came to 100 % by another hand and is burning budget: ${text(burning)}.`,
      );
    }
    if (guard.controlsTaken >= mostControls) {
      return move(
        'None',
        'Burning',
        `${guard.revision} is burning budget again; a control settled nothing twice: ${text(burning)}.`,
      );
    }
    return move(
      'TakeControl',
      'BurningAfterPromotion',
      `${guard.control} gets ${100 - percent} % of the traffic to settle whether ${guard.revision} is to blame: ${text(burning)}.`,
    );
  }

  const convicted = gating.find(({ convicts, totalFailure }) => convicts || totalFailure);
  if (convicted)
    return move('RollBack', 'WorseThanLastGood', `${text(convicted)}. ${goneBackText(guard.revision, guard.control)}`);

  const striking = gating.find(({ strikes }) => strikes);
  if (striking) {
    const entry = evidenceOf(guard, striking);
    if (isSecondStrike(entry, tickMs))
      return move('RollBack', 'SecondStrike', `${text(striking)}. ${goneBackText(guard.revision, guard.control)}`);
    const evidence = withStrike(guard.evidence, entry);
    return {
      ...move('None', 'Guarding', `A first burst of failures: ${text(striking)}.`),
      guard: { ...guard, evidence },
    };
  }

  const given = settled(
    guard,
    gating.map((assessment) => evidenceOf(guard, assessment)),
    judged,
    tickMs,
  );
  if (given === null) {
    return move(
      'None',
      'Settling',
      `${guard.revision} and ${guard.control} share the traffic until the question is settled.`,
    );
  }
  return move('Restore', given.reason, given.message);
}

/** Why the control is given back without a conviction; null while more is to be learnt. */
function settled(
  guard: GuardState,
  evidence: readonly Evidence[],
  { unknown }: Judged,
  tickMs: number,
): { reason: Reason; message: string } | null {
  const seen = evidence.filter(({ candidate }) => candidate.total > 0);
  if (unknown !== null || seen.length === 0) return null;
  if (tickMs * Math.min(...seen.map(({ ticks }) => ticks)) < settleMs) return null;
  const again = `${guard.revision} has all of the traffic again`;
  const compared = seen.filter(({ control }) => control.total > 0);
  if (compared.length === 0) {
    const message = `${guard.control} has its share of the traffic and shows no request, so it settles nothing; ${again}. Look at both.`;
    return { reason: 'LastGoodSilent', message };
  }
  const sinceMs = Math.min(...compared.map(({ judgedUntil }) => ms(judgedUntil))) - ms(guard.controlSince!);
  // So many requests as allow one bad one: a fault worth an alarm would have shown by then.
  if (
    compared.every(
      ({ candidate, control, judgedAgainst }) => Math.min(candidate.total, control.total) * judgedAgainst >= 1,
    )
  ) {
    const message = `${spoken(sinceMs)} beside ${guard.control} do not show that ${guard.revision} is to blame; ${again}. Look for a shared cause.`;
    return { reason: 'NotToBlame', message };
  }
  if (sinceMs < longestMs) return null;
  const message = `${spoken(sinceMs)} beside ${guard.control} brought too few requests to tell whether ${guard.revision} is to blame; ${again}. Look at both.`;
  return { reason: 'Inconclusive', message };
}

/** Armed for a revision that now has all of the traffic, with what is known of the service's habits. */
export const arm = (options: {
  revision: string;
  control: string;
  external: boolean;
  nowMs: number;
  windowMs: number;
  requestsPerSecond: number;
  evidence: GuardState['evidence'];
}): GuardState => ({
  revision: options.revision,
  control: options.control,
  armedAt: iso(options.nowMs),
  until: iso(options.nowMs + options.windowMs),
  external: options.external,
  controlsTaken: 0,
  requestsPerSecond: options.requestsPerSecond,
  evidence: options.evidence,
});

/** The promoted revision has everything again: what was seen beside the control is settled. */
export function closed(guard: GuardState, nowMs: number): GuardState {
  const { controlSince: _since, convicted: _convicted, ...alone } = guard;
  return { ...alone, evidence: beginAnew(guard.evidence, nowMs) };
}
