/**
 * What the service's own past says about it: how bad it usually is, and how much burstier than chance.
 */
import type { EventKind } from '../../policy/policy.ts';
import type { Tally } from '../observation.ts';
import { clamp } from './logs.ts';

/** With no history the dispersion is taken to be this, as if it had been seen in five bad events. */
const priorDispersion = 1.5;
const priorWeight = 5;

const mostDispersion = 20;

/** Ticks in which the environment was at fault say nothing about the service's usual noise. */
const outlierFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

export interface Habits {
  /** Variance of the bad counts over that of independent events, 1..20. */
  readonly phi: number;
  /** The fraction to judge against: the SLO's, or, of a service already worse, its own, up to three times the SLO's. */
  readonly allowed: number;
}

export function habits(ticks: readonly Tally[], sloAllows: number, kind: EventKind): Habits {
  const usual = usualOf(ticks, (tick) => tick.bad >= 5 && tick.bad / tick.total > outlierFactor[kind] * sloAllows);
  const bad = usual.reduce((sum, tick) => sum + tick.bad, 0);
  const total = usual.reduce((sum, tick) => sum + tick.total, 0);
  const fraction = total > 0 ? bad / total : 0;
  const spread = usual.reduce((sum, tick) => sum + (tick.bad - tick.total * fraction) ** 2, 0);
  const raw = bad > 0 ? spread / bad : 0;
  return {
    phi: clamp((priorWeight * priorDispersion + bad * raw) / (priorWeight + bad), 1, mostDispersion),
    allowed: clamp(fraction, sloAllows, Math.min(3 * sloAllows, Math.max(sloAllows, 0.9))),
  };
}

/** Fewer loud ticks in the service's past were accidents. */
const fewestClusters = 5;

/**
 * Without its outages. A loud tick between quiet ones, time and again, is none: errors of this service come in clusters, and
 * to leave those out would be to take the rest for all of its noise.
 */
function usualOf(ticks: readonly Tally[], isLoud: (tick: Tally) => boolean): Tally[] {
  const loud = ticks.map(isLoud);
  const alone = loud.map((is, i) => is && !loud[i - 1] && !loud[i + 1]);
  const isHabit = alone.filter(Boolean).length >= fewestClusters;
  return ticks.filter(({ total }, i) => total > 0 && (!loud[i] || (isHabit && alone[i])));
}
