/** What people are told of the levers where nothing is written: what is recommended, and what cannot be done, once a day. */
import type { PolicyEvent } from '../../facts/event.ts';
import { iso } from '../../facts/time.ts';
import { blockFacts } from '../../facts/tuning.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Lever } from '../../status/tuning.ts';
import { cadence } from '../cadence.ts';
import type { Outcome } from '../outcome.ts';
import { dayMs, isWithin } from './memory.ts';

const mostTold = 8;

/** What there is to tell, and the memory of that; null: nothing is new. It says nothing of what is decided. */
export function told(
  rows: readonly Lever[],
  tuner: TunerState,
  nowMs: number,
): { readonly proposal: Outcome; readonly tuner: TunerState } | null {
  const before = (tuner.told ?? []).filter(({ at }) => isWithin(at, dayMs, nowMs));
  const fresh = rows.filter((row) => row.target !== undefined && !before.some(({ what }) => what === about(row)));
  if (fresh.length === 0) return null;
  const all = [...fresh.map((row) => ({ what: about(row), at: iso(nowMs) })), ...before].slice(0, mostTold);
  return {
    proposal: { reason: 'Steady', message: '', events: fresh.map(eventOf), lookInMs: cadence.steadyMs },
    tuner: { ...tuner, told: all },
  };
}

/** A lever, and what lastingly keeps it: what passes by itself is no news, coming or going. */
const about = ({ lever, blockedBy }: Lever): string =>
  [lever, ...blockedBy.filter((word) => blockFacts(word)?.is !== 'Passing')].join(' ').slice(0, 64);

const eventOf = ({ lever, message, predicted, blockedBy }: Lever): PolicyEvent => ({
  type: 'Normal',
  reason: 'TuningRecommended',
  action: 'None',
  message: `${lever}: ${message}${predicted ? ` ${predicted}` : ''}${blockedBy.length > 0 ? ` (${blockedBy.join(', ')})` : ''}`,
});
