/**
 * The luck of an instance. A candidate at 1 % is one instance, the stable dozens, and instances of the same code differ: one of
 * them may be half as slow again for as long as it lives. No number of its requests tells that from a slower revision; more
 * instances do. So what is said against a latency is said against what luck makes of one that is as good as its control: the
 * nulls are wider by as much as so many instances may well differ, and get narrower with each instance more.
 *
 * A factor on log-normal latencies shifts the normal quantile of the slow fraction, whatever the threshold is. So it is on that
 * scale that instances differ by a `spread`: one of latencies with a deviation of their logarithms of 0.5, as is common, and
 * instances that differ by 20 %, is 0.4.
 */
import type { History, Tally } from '../../facts/counts.ts';
import { normalAbove, normalBelow, normalDensity } from '../../facts/normal.ts';
import type { Evidence, Luck } from '../../status/evidence.ts';
import { clamp } from './logs.ts';
import type { Tick } from './ratios.ts';

/** What is expected of instances that nobody has told apart, as if it had been seen in so many more than one. */
const priorSpread = 0.4;
const priorFreedom = 3;

/**
 * What the past of a service tells of it. By instance where the metrics tell instances apart; else by what hours of the past
 * differ by, in which instances came and went, and which says nothing unless it is beyond all chance.
 */
export function luckOf({ byInstance, ticks, tickMs }: History, usual: number, dispersion: number): Luck | null {
  if (byInstance === undefined) {
    const { variance } = varianceOf(hoursOf(ticks, tickMs), dispersion, 3);
    return variance > 0 ? { usual, spread: Math.sqrt(variance), instances: 1 } : null;
  }
  const { variance, freedom } = varianceOf(byInstance, dispersion, 0);
  const known = priorFreedom + freedom;
  const spread = Math.sqrt((priorFreedom * priorSpread ** 2 + freedom * variance) / known);
  return { usual, spread, instances: Math.max(1, byInstance.length) };
}

const hourMs = 3_600_000;

function hoursOf(ticks: readonly Tally[], tickMs: number): Tally[] {
  const inHour = Math.max(1, Math.round(hourMs / tickMs));
  const hours: Tally[] = [];
  for (let at = 0; at + inHour <= ticks.length; at += inHour) hours.push(sum(ticks.slice(at, at + inHour)));
  return hours;
}

/** By which variance of the quantiles it is weighed how much an instance with few bad requests can tell of it. */
const usualVariance = 0.16;

/** The variance of the quantiles beyond that of so many requests, less so many deviations of what chance makes of it. */
function varianceOf(
  tallies: readonly Tally[],
  dispersion: number,
  deviations: number,
): { readonly variance: number; readonly freedom: number } {
  const all = sum(tallies);
  const fraction = clamp(all.bad / all.total, 0.5 / all.total, 1 - 0.5 / all.total);
  const perRequest = (dispersion * fraction * (1 - fraction)) / normalDensity(normalAbove(fraction)) ** 2;
  const told = tallies
    .filter(({ total }) => total > 0)
    .map(({ bad, total }) => {
      const byChance = perRequest / total;
      const weight = (usualVariance / (usualVariance + byChance)) ** 2;
      return { quantile: normalAbove(clamp(bad / total, 0.5 / total, 1 - 0.5 / total)), byChance, weight };
    });
  const weighted = (of: (one: (typeof told)[number]) => number) =>
    told.reduce((total, one) => total + one.weight * of(one), 0);
  const weight = weighted(() => 1);
  const freedom = weight - 1;
  if (!(freedom > 0)) return { variance: 0, freedom: 0 };
  const mean = weighted(({ quantile }) => quantile) / weight;
  const squares = weighted(({ quantile }) => (quantile - mean) ** 2) / freedom;
  const byChance = weighted((one) => one.byChance) / weight;
  return { variance: Math.max(0, squares - byChance * (1 + deviations * Math.sqrt(2 / freedom))), freedom };
}

const sum = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((all, { bad, total }) => ({ bad: all.bad + bad, total: all.total + total }), { bad: 0, total: 0 });

/** So many deviations of luck are still luck. */
const luckyDeviations = 2.1;

/** The nulls of one tick. */
export interface Nulls {
  /** The bad fraction that the absolute one allows. */
  readonly allowed: number;
  /** The least that the relative one allows the candidate's bad fraction to be, over the control's. */
  readonly width: number;
}

/** An arm of which nobody knows how many instances it has counts as one. */
export function nullsOf({ judgedAgainst, luck }: Evidence, { instances }: Tick): Nulls {
  if (luck === undefined) return { allowed: judgedAgainst, width: 1 };
  const usual = clamp(luck.usual, judgedAgainst / 100, mostAllowed);
  const ofCandidate = 1 / Math.max(1, instances?.candidate ?? 1);
  /** The fraction of a candidate that is as good as the other, and as unlucky as it may be beside it. */
  const unlucky = (ofOther: number): number =>
    normalBelow(luckyDeviations * luck.spread * Math.sqrt(ofCandidate + ofOther) - normalAbove(usual));
  return {
    allowed: Math.max(judgedAgainst, Math.min(mostAllowed, unlucky(1 / luck.instances))),
    width: unlucky(1 / Math.max(1, instances?.control ?? 1)) / usual,
  };
}

const mostAllowed = 0.9;
