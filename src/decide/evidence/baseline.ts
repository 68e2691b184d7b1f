/**
 * What the service's own past says about it: how bad it usually is, and how much burstier than chance.
 */

import type { Tally } from '../../facts/counts.ts';
import type { EventKind } from '../../policy/policy.ts';
import { clamp } from './logs.ts';

/** With no history the dispersion is taken to be this, as if it had been seen in five bad events. */
const priorDispersion = 1.5;
const priorWeight = 5;

/** Ticks in which the environment was at fault say nothing about the service's usual noise. */
const outlierFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

export interface Baseline {
  /** Variance of the bad counts over that of independent events, 1..10. */
  readonly dispersion: number;
  /** The fraction to judge against: the SLO's, or, of a service already worse, its own, up to three times the SLO's. */
  readonly judgedAgainst: number;
  /** The fraction that it usually has. */
  readonly usual: number;
  /** So many bad events in one tick are nothing new for it: errors that come in clusters. */
  readonly largestUsualBurst: number;
}

export function baseline(ticks: readonly Tally[], sloAllows: number, kind: EventKind): Baseline {
  const loud = ticks.map(({ bad, total }) => bad >= 5 && bad / total > outlierFactor[kind] * sloAllows);
  const usual = ticks.filter(({ total }, i) => total > 0 && !loud[i]);
  const bad = usual.reduce((sum, tick) => sum + tick.bad, 0);
  const fraction = fractionOf(usual);
  const spread = usual.reduce((sum, tick) => sum + (tick.bad - tick.total * fraction) ** 2, 0);
  // What comes time and again is this service's own.
  const episodes = loud.filter((isLoud, i) => isLoud && !loud[i - 1]).length;
  const usualFraction = episodes < fewestClusters ? fraction : fractionOf(ticks);
  const raw = bad > 0 ? spread / bad : 0;
  return {
    dispersion: clamp((priorWeight * priorDispersion + bad * raw) / (priorWeight + bad), 1, 10),
    judgedAgainst: clamp(usualFraction, sloAllows, Math.min(3 * sloAllows, Math.max(sloAllows, 0.9))),
    usual: usualFraction,
    largestUsualBurst: largestUsualBurstOf(ticks, loud),
  };
}

/** Fewer loud times in the service's past were accidents. */
const fewestClusters = 3;

function fractionOf(ticks: readonly Tally[]): number {
  const total = ticks.reduce((sum, tick) => sum + tick.total, 0);
  return total === 0 ? 0 : ticks.reduce((sum, tick) => sum + tick.bad, 0) / total;
}

/**
 * A loud tick between quiet ones, time and again, is no outage: errors of this service come in clusters, and the largest of
 * them is what one tick of it may well hold.
 */
function largestUsualBurstOf(ticks: readonly Tally[], loud: readonly boolean[]): number {
  const alone = ticks.filter((_, i) => loud[i] && !loud[i - 1] && !loud[i + 1]).map(({ bad }) => bad);
  return alone.length < fewestClusters ? 0 : Math.max(...alone);
}
