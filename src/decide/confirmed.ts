/** A write that is seen in the service: what its concern makes of it, and what people see then. */

import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';
import type { Unasked } from './case.ts';
import { type Effect, withMemory } from './concern.ts';
import { released } from './outcome.ts';
import type { Repertoire } from './repertoire.ts';
import { phaseOf, shown } from './view.ts';

/** Nothing is intended any more. What no concern knows changes nothing else. */
export function confirmed({ concerns }: Pick<Repertoire, 'concerns'>, at: Unasked, effect: Effect): Status {
  const known = without(at.known, 'intent');
  const concern = concerns.find(({ purposes }) => purposes.includes(effect.purpose));
  return concern ? withMemory(known, concern.sections, concern.confirm(at, effect)) : known;
}

/** The same as people see it: what nothing moved for is over. */
export function confirmedBy(repertoire: Pick<Repertoire, 'concerns'>, at: Unasked, effect: Effect): Status {
  const state = released(confirmed(repertoire, at, effect), at.nowMs);
  return shown({ ...state, phase: phaseOf(state) }, at.service, at.nowMs);
}
