/** A rule that decides about a candidate's traffic: ours, or a peer's for comparison. */

import type { Tally } from '../facts/counts.ts';
import type { Split } from '../facts/split.ts';
import type { Policy } from '../policy/policy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Past, Tick } from './world.ts';

/** What a rule can know at a moment. Times count from the deploy. */
export interface Sight {
  readonly nowMs: number;
  /** Ticks, oldest first; only those that end up to `newestMs` may be read. */
  readonly ticks: readonly Tick[];
  readonly newestMs: number;
  readonly split: Split;
  /** The newest revision deployed. */
  readonly candidate: string;
  /** The stable's past before the deploy, by objective. */
  history(): readonly Past[];
  /** Whether this is done when ours writes it; missing: whatever it writes is. What is not done it does not remember as done. */
  readonly obeys?: (written: Split) => boolean;
}

export interface Step {
  /** The traffic from now on; null: as it is. */
  readonly split: Split | null;
  readonly action: string;
  readonly reason: string;
  readonly message: string;
  /** Whom the rule has finished with, and how, if it has. */
  readonly ended: Ended | null;
}

export type Ended = 'Promoted' | 'RolledBack';

/** How many instances each revision had at the end of the newest of these ticks; undefined: nobody can know. */
export function instancesIn(ticks: readonly Tick[], toMs: number): Readonly<Record<string, number>> | undefined {
  const counted = ticks.findLast((tick) => tick.toMs <= toMs)?.instances;
  return counted ? Object.fromEntries(counted) : undefined;
}

/** A rule at work on one run. */
export interface Controller {
  /** null: nothing to do or to say yet. */
  look(sight: Sight): Step | null;
  /** After it has ended so, it looks no more. */
  readonly restsAfter: readonly Ended[];
}

export interface Rule {
  start(policy: Policy, scenario: Scenario): Controller;
}

/** Counts of one objective over the ticks that end in (fromMs, toMs], by revision. */
export function countsIn(
  ticks: readonly Tick[],
  objective: number,
  fromMs: number,
  toMs: number,
): Record<string, Tally> {
  const sums = new Map<string, { bad: number; total: number }>();
  for (let i = ticks.length - 1; i >= 0 && ticks[i]!.toMs > fromMs; i--) {
    const tick = ticks[i]!;
    if (tick.toMs > toMs) continue;
    for (const [revision, { bad, total }] of tick.byObjective[objective]!) {
      const sum = sums.get(revision);
      if (sum) {
        sum.bad += bad;
        sum.total += total;
      } else sums.set(revision, { bad, total });
    }
  }
  return Object.fromEntries(sums);
}
