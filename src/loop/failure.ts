/** Why a pass over a policy did not come to its end, in words; `error` is what was thrown. */
import type { Reason } from '../facts/reason.ts';
import type { Refusal } from '../facts/refusal.ts';
import { Conflict, OutcomeUnknown, QuotaExceeded, Refused, TargetsNotSettable, Unavailable } from '../ports/errors.ts';

export interface Failure {
  readonly reason: Reason;
  readonly message: string;
  /** Trying again soon cannot cure it. */
  readonly terminal: boolean;
  readonly error?: unknown;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return { reason: 'Refused', message, terminal: true, error };
  if (error instanceof Conflict) return { reason: 'ChangedMeanwhile', message, terminal: false, error };
  if (error instanceof OutcomeUnknown) return { reason: 'OutcomeUnknown', message, terminal: false, error };
  if (error instanceof Unavailable) return { reason: 'Unavailable', message, terminal: false, error };
  return { reason: 'InternalError', message, terminal: false, error };
}

/** A dependency failed in a way that the loop knows; anything else is a bug. */
export const isKnown = (error: unknown): boolean =>
  error instanceof Refused ||
  error instanceof Conflict ||
  error instanceof OutcomeUnknown ||
  error instanceof Unavailable;

/** What a refusal teaches beside that it is one; null: nothing. */
export function lessonOf({ error }: Failure): Refusal | null {
  if (error instanceof QuotaExceeded) return { kind: 'Quota', maxInstances: error.maxInstances };
  return error instanceof TargetsNotSettable ? { kind: 'Targets' } : null;
}
