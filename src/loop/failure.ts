import type { Decision } from '../decide/decision.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { Conflict, OutcomeUnknown, Refused, Unavailable } from '../ports/errors.ts';

/** Why a pass over a policy did not come to its end. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** Trying again soon cannot cure it. */
  readonly terminal: boolean;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return { reason: 'Refused', message, terminal: true };
  if (error instanceof Conflict) return { reason: 'ChangedMeanwhile', message, terminal: false };
  if (error instanceof OutcomeUnknown) return { reason: 'OutcomeUnknown', message, terminal: false };
  if (error instanceof Unavailable) return { reason: 'Unavailable', message, terminal: false };
  return { reason: 'InternalError', message, terminal: false };
}

/** What was decided and did not happen must not look as if it had. */
export const notCarriedOut = (
  { action, message }: Pick<Decision, 'action' | 'message'>,
  failure: Failure,
): PolicyEvent => ({
  type: 'Warning',
  reason: 'NotCarriedOut',
  action,
  message: `${action} could not be carried out: ${failure.message} It was decided because: ${message}`,
});
