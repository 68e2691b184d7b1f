/**
 * A rule at work on recorded traffic, of which the candidate has a share that nobody moves: all that a rule can come to is
 * whether it rolls back. Nothing that ours writes is done but the start, at that share (the policy says it as the only step),
 * and the way back, so that it judges by the share that there is, until the run is over, and takes no split for a person's. A
 * retreat is remembered as one, though the share does not fall; a certificate promotes nothing. A peer sees each of its
 * splits done, because most of them have nothing but their timetable, and lets go of a candidate that it has promoted; what
 * it counts is of the held share, too. Ticks are looked at as soon as they are over.
 */
import { all, percentOf, type Split, soleRevision } from '../../../src/facts/split.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { Rule } from '../../../src/rehearsal/rule.ts';
import { candidateName, type Past, stableName, type Tick } from '../../../src/rehearsal/world.ts';
import { parseScenario, type Scenario } from '../../../src/scenario/scenario.ts';
import type { Arms } from './arms.ts';

export interface Traffic {
  readonly tickMs: number;
  readonly sharePercent: number;
  /** The service's own past, before there was a candidate. */
  readonly history: Past;
  readonly ticks: readonly Arms[];
}

export interface Replayed {
  readonly outcome: 'promoted' | 'rolledBack' | 'undecided';
  /** Of the way back; else of the last step. */
  readonly reason: string;
}

const candidate = candidateName(1);

/** Only as far as the share that is held, and away from it. */
const obeysAt =
  (sharePercent: number) =>
  (written: Split): boolean =>
    soleRevision(written) === stableName || percentOf(written, candidate) === sharePercent;

export function replay(rule: Rule, policy: Policy, traffic: Traffic): Replayed {
  const controller = rule.start(policy, worldOf(traffic));
  const obeys = obeysAt(traffic.sharePercent);
  const ticks: Tick[] = [];
  let split: Split = all(stableName);
  let result: Replayed = { outcome: 'undecided', reason: 'None' };
  for (let seen = 0; seen <= traffic.ticks.length; seen++) {
    const nowMs = seen * traffic.tickMs;
    if (seen > 0) ticks.push(tickAt(nowMs, traffic.ticks[seen - 1]!));
    const step = controller.look({
      nowMs,
      ticks,
      newestMs: nowMs,
      split,
      candidate,
      history: () => [traffic.history],
      obeys,
    });
    if (step === null) continue;
    split = step.split ?? split;
    result = { outcome: outcomes[step.ended ?? 'None'], reason: step.reason };
    if (step.ended === 'RolledBack' || (step.ended && controller.restsAfter.includes(step.ended))) break;
  }
  return result;
}

const outcomes = { Promoted: 'promoted', RolledBack: 'rolledBack', None: 'undecided' } as const;

const tickAt = (toMs: number, { candidate: ofCandidate, stable, units }: Arms): Tick => ({
  toMs,
  instances: units
    ? new Map([
        [candidate, units.candidate],
        [stableName, units.stable],
      ])
    : null,
  // Who had no request shows no sample.
  byObjective: [
    new Map([
      ...(ofCandidate.total > 0 ? [[candidate, ofCandidate] as const] : []),
      ...(stable.total > 0 ? [[stableName, stable] as const] : []),
    ]),
  ],
});

/** What a rule asks of a world besides its counts: how they come, and that no other candidate does. */
const worldOf = ({ tickMs, ticks }: Traffic): Scenario => ({
  ...parseScenario({ name: 'recorded', truth: 'Good' }),
  tickMs,
  horizonMs: tickMs * ticks.length,
});
