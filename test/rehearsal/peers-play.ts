/** A peer's rule before ticks made by hand: 15 s each, from the deploy on, so that times are exact. */

import type { Tally } from '../../src/facts/counts.ts';
import { percentOf, type Split } from '../../src/facts/split.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Rule } from '../../src/rehearsal/rule.ts';
import { candidateName, stableName, type Tick } from '../../src/rehearsal/world.ts';
import { parseScenario } from '../../src/scenario/scenario.ts';
import { comparedPolicy } from './peers-policy.ts';

export interface Shown {
  readonly atS: number;
  readonly percent: number;
  readonly reason: string;
  readonly message: string;
  readonly ended: string | null;
}

export interface Play {
  readonly policy?: Policy;
  readonly untilS?: number;
  /** Metrics come so much later. */
  readonly delayS?: number;
  /** The candidate's counts in the tick that ends then, by objective; all of its ticks have 1000 good ones otherwise. */
  readonly candidate?: (atS: number) => readonly Tally[];
  readonly stable?: (atS: number) => readonly Tally[];
  /** Nothing newer can be read while this holds. */
  readonly outage?: (atS: number) => boolean;
  /** A further candidate comes then. */
  readonly deployAgainS?: number;
}

export const good: Tally = { bad: 0, total: 1000 };
export const none: Tally = { bad: 0, total: 0 };
export const errors = (bad: number, total = 1000): Tally[] => [{ bad, total }, { bad: 0, total }, good];
export const slow = (bad: number, total = 1000): Tally[] => [{ bad: 0, total }, { bad, total }, good];
export const fine = errors(0);

/** Everything the rule said, from its first look to its last. */
export function play(rule: Rule, given: Play): Shown[] {
  const { policy = comparedPolicy, untilS = 7200, delayS = 0, candidate = () => fine, stable = () => fine } = given;
  const deployEvery = given.deployAgainS === undefined ? {} : { deployEvery: `${given.deployAgainS}s` };
  const controller = rule.start(policy, parseScenario({ name: 'by hand', truth: 'Good', ...deployEvery }));
  const ticks: Tick[] = [];
  const shown: Shown[] = [];
  let split: Split = [{ revision: stableName, percent: 100 }];
  let newestS = -delayS;
  for (let atS = 0; atS <= untilS; atS += 15) {
    const newest = candidateName(given.deployAgainS !== undefined && atS >= given.deployAgainS ? 2 : 1);
    const byObjective = policy.objectives.map((_, i) => tallies(i, atS));
    if (atS > 0) ticks.push({ toMs: atS * 1000, byObjective, instances: null });
    if (!given.outage?.(atS)) newestS = atS - delayS;
    const step = controller.look({
      nowMs: atS * 1000,
      ticks,
      newestMs: newestS * 1000,
      split,
      candidate: newest,
      history: () => [],
    });
    if (step === null) continue;
    split = step.split ?? split;
    const { reason, message, ended } = step;
    shown.push({ atS, percent: percentOf(split, newest), reason, message, ended });
    if (ended !== null && controller.restsAfter.includes(ended)) break;
  }
  return shown;

  function tallies(objective: number, atS: number): Map<string, Tally> {
    return new Map(
      split.map(({ revision }) => [revision, (revision === stableName ? stable : candidate)(atS)[objective]!]),
    );
  }
}

/** When the share changed, and to what: "0s 5 %, 1800s 20 %". */
export function shares(shown: readonly Shown[]): string {
  const changes = shown.filter(({ percent }, i) => percent !== (shown[i - 1]?.percent ?? 0));
  return changes.map(({ atS, percent }) => `${atS}s ${percent} %`).join(', ');
}

/** How it ended: "RolledBack at 360s: FailedChecks". */
export function end(shown: readonly Shown[]): string {
  const last = shown.findLast(({ ended }) => ended !== null);
  return last ? `${last.ended} at ${last.atS}s: ${last.reason}` : 'not ended';
}
