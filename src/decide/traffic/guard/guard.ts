/**
 * After promotion there is no control any more, so nothing is convicted without taking one, or without seeing twice that the
 * fault goes with the revision and comes back with it.
 */

import type { GuardState } from '../../../status/guard.ts';
import { alone } from './alone.ts';
import { beside } from './beside.ts';
import { type Guarded, type Look, moved } from './move.ts';
import { overdue, trying } from './trial.ts';

export type Stage = 'Alone' | 'Beside' | 'Trial';

export function watchOver(before: GuardState, stage: Stage, look: Look): Guarded {
  const guard: GuardState = { ...before, evidence: [...look.judged.evidence] };
  if (look.judged.newest === null) {
    const due = stage === 'Trial' ? overdue(guard, look.nowMs) : null;
    return due ?? moved(guard, 'None', 'Guarding', 'No new samples since the last look.');
  }
  switch (stage) {
    case 'Alone':
      return alone(guard, look);
    case 'Beside':
      return beside(guard, look);
    case 'Trial':
      return trying(guard, look);
  }
}
