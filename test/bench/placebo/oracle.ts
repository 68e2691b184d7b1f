/** Who knows both rates: Wald's sequential test of the candidate's true bad fraction against what is allowed. */
import type { Tally } from '../../../src/facts/counts.ts';

const alpha = 0.01;

export interface Known {
  /** The candidate's bad fraction in the long run. */
  readonly trulyBad: number;
  readonly allowed: number;
  /** So many bad ones are one event; 1: each is one. */
  readonly clusterMean: number;
}

/** The tick (from 0) after which it convicts; null: it does not, or there is nothing to convict. */
export function oracle(ticks: readonly Tally[], { trulyBad, allowed, clusterMean }: Known): number | null {
  if (trulyBad <= allowed) return null;
  const ofBad = Math.log(trulyBad / allowed);
  const ofGood = Math.log((1 - trulyBad) / (1 - allowed));
  let sum = 0;
  for (const [at, { bad, total }] of ticks.entries()) {
    sum += (bad * ofBad + (total - bad) * ofGood) / clusterMean;
    if (sum >= Math.log(1 / alpha)) return at;
  }
  return null;
}
