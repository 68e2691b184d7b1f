/**
 * After promotion there is no control any more, so nothing is convicted without taking one: when the promoted revision
 * burns, the last good one gets half of the traffic or more, and the first ticks with data on both decide.
 */
import type { GuardState } from '../../policy/status.ts';
import { iso, ms, spoken } from '../../policy/time.ts';
import type { Action } from '../decision.ts';
import { isSecondStrike, withStrike } from '../evidence/evidence.ts';
import type { Judged } from '../evidence/judge.ts';
import { evidenceOf } from '../rollout/moves.ts';
import { evidenceText, goneBackText } from '../words.ts';

/** With this much fresh data on both arms the question is as settled as it will be. */
const decideWithinMs = 10 * 60_000;
const mostControls = 2;

export interface GuardMove {
  readonly action: Extract<Action, 'None' | 'TakeControl' | 'RollBack' | 'Restore'>;
  readonly reason: string;
  readonly message: string;
  /** People should look. */
  readonly page: boolean;
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
  const move = (action: GuardMove['action'], reason: string, message: string, page = false) => ({
    guard,
    move: { action, reason, message, page },
  });
  const text = (assessment: (typeof gating)[number]) =>
    evidenceText(evidenceOf(guard, assessment), assessment, guard.revision, guard.control);

  if (judged.newest === null) return move('None', 'Guarding', 'No new samples since the last look.');

  if (guard.controlSince === undefined) {
    const burning = gating.find(
      ({ suspicionAbsolute, guardsAlone }) => suspicionAbsolute >= Math.log(20) || guardsAlone,
    );
    if (!burning) return move('None', 'Guarding', `${guard.revision} is watched until ${guard.until}.`);
    if (guard.external) {
      return move(
        'None',
        'Burning',
        `${guard.revision} came to 100 % by another hand and is burning budget: ${text(burning)}.`,
        true,
      );
    }
    if (guard.controlsTaken >= mostControls) {
      return move(
        'None',
        'Burning',
        `${guard.revision} is burning budget again; a control settled nothing twice: ${text(burning)}.`,
        true,
      );
    }
    return move(
      'TakeControl',
      'BurningAfterPromotion',
      `${guard.control} gets ${100 - percent} % of the traffic to settle whether ${guard.revision} is to blame: ${text(burning)}.`,
    );
  }

  const convicted = gating.find(({ convicts, guards }) => convicts || guards);
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

  const evidence = gating.map((assessment) => evidenceOf(guard, assessment));
  const judgedMs = Math.max(0, ...evidence.map(({ judgedUntil }) => ms(judgedUntil))) - ms(guard.controlSince);
  if (judgedMs >= decideWithinMs) {
    if (!evidence.some(({ control }) => control.total > 0)) {
      const message = `${guard.control} has ${100 - percent} % of the traffic and shows no request, so it settles nothing; ${guard.revision} has all of it again. Look at both.`;
      return move('Restore', 'LastGoodSilent', message, true);
    }
    const message = `${spoken(decideWithinMs)} beside ${guard.control} do not show that ${guard.revision} is to blame; it has all of the traffic again. Look for a shared cause.`;
    return move('Restore', 'NotToBlame', message, true);
  }
  return move(
    'None',
    'Settling',
    `${guard.revision} and ${guard.control} share the traffic until the question is settled.`,
  );
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
