/** How a guard begins, and what a control or a trial that is seen in the traffic, or given back, makes of it. */

import { iso } from '../../../facts/time.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { GuardState } from '../../../status/guard.ts';
import { beginAnew } from '../../evidence/judge.ts';
import { withStart } from './recurring.ts';

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

/** The last good revision has a share: both are compared from now on, or go on being compared; `from` is what the promoted one had. */
export function opened({ trial: _, ...guard }: GuardState, from: number, nowMs: number): GuardState {
  if (guard.controlSince !== undefined) return { ...guard, reduced: { at: iso(nowMs), from } };
  return withStart({
    ...guard,
    controlSince: iso(nowMs),
    controlsTaken: guard.controlsTaken + 1,
    evidence: anew(guard.evidence, nowMs),
  });
}

/** The last good revision has everything, and is judged in the promoted one's place. */
export const tried = (guard: GuardState, nowMs: number): GuardState => ({
  ...guard,
  controlSince: iso(nowMs),
  evidence: anew(guard.evidence, nowMs),
});

/** The promoted revision has everything again. */
export function restored(guard: GuardState, nowMs: number): GuardState {
  const { controlSince: _since, convicted: _convicted, reduced: _reduced, ...alone } = guard;
  const { as = 'Open' } = guard.restored ?? {};
  return { ...alone, evidence: anew(guard.evidence, nowMs), restored: { at: iso(nowMs), as } };
}

/** The same by another hand, which settles whatever was open. */
export const closed = ({ restored: _, trial: _trial, ...guard }: GuardState, nowMs: number): GuardState =>
  restored(guard, nowMs);

/** Who shares the traffic is another question now, but a strike stays one. */
const anew = (evidence: readonly Evidence[], nowMs: number): Evidence[] =>
  beginAnew(evidence, nowMs).map((entry, i) => {
    const { lastStrike } = evidence[i]!;
    return lastStrike === undefined ? entry : { ...entry, lastStrike };
  });
