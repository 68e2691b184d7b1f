/**
 * What all peers have in common: one stable revision, one candidate with a share of the traffic, fixed limits, and no
 * interest in either once the candidate has everything or nothing. Each peer's own rule decides about one candidate; for a
 * newer one it begins again.
 */
import type { Tally } from '../../facts/counts.ts';
import { all, between, percentOf, soleRevision } from '../../facts/split.ts';
import type { Policy } from '../../policy/policy.ts';
import { type Controller, countsIn, type Ended, type Rule, type Sight, type Step } from '../rule.ts';

/** What a peer sees of its candidate at a moment. */
export interface Glance {
  readonly nowMs: number;
  /** The candidate's share. */
  readonly percent: number;
  /** Up to when there is anything to read: never later than now. */
  readonly readableMs: number;
  /** One objective's counts of both in (fromMs, toMs]; null: nothing of this time can be read. */
  counts(objective: number, fromMs: number, toMs: number): Arms | null;
}

export interface Arms {
  readonly candidate: Tally;
  readonly stable: Tally;
}

export interface Move {
  /** The candidate's share from now on; null: as it is. */
  readonly percent: number | null;
  readonly action: 'None' | 'Start' | 'Step' | 'Promote' | 'RollBack';
  readonly reason: string;
  readonly message: string;
  readonly ended: Ended | null;
}

/** A peer at work on one candidate, from its first look on; null: it is not its time yet. */
export type Canary = (glance: Glance) => Move | null;

/** `begin` is called at the first look at each candidate. */
export const peer = (begin: (policy: Policy, startMs: number) => Canary): Rule => ({
  // With further candidates to come there is no rest, though each is let go of once it has ended.
  start: (policy, { deployEveryMs }) =>
    new Peer((startMs) => begin(policy, startMs), deployEveryMs === null ? ['Promoted', 'RolledBack'] : []),
});

class Peer implements Controller {
  readonly restsAfter: readonly Ended[];
  readonly #begin: (startMs: number) => Canary;
  #stable: string | null = null;
  #candidate: string | null = null;
  #canary: Canary | null = null;

  constructor(begin: (startMs: number) => Canary, restsAfter: readonly Ended[]) {
    this.#begin = begin;
    this.restsAfter = restsAfter;
  }

  look(sight: Sight): Step | null {
    if (sight.candidate !== this.#candidate) {
      this.#stable = soleRevision(sight.split) ?? this.#stable;
      this.#candidate = sight.candidate;
      this.#canary = this.#begin(sight.nowMs);
    }
    const { candidate } = sight;
    const stable = this.#stable!;
    const move = this.#canary?.(glanceAt(sight, stable)) ?? null;
    if (move === null) return null;
    if (move.ended !== null) this.#canary = null;
    const { percent, ...said } = move;
    return {
      ...said,
      split: percent === null ? null : percent === 100 ? all(candidate) : between(candidate, percent, stable),
    };
  }
}

const nothing: Tally = { bad: 0, total: 0 };

function glanceAt({ nowMs, newestMs, ticks, split, candidate }: Sight, stable: string): Glance {
  const readableMs = Math.min(nowMs, newestMs);
  return {
    nowMs,
    percent: percentOf(split, candidate),
    readableMs,
    counts: (objective, fromMs, toMs) => {
      const untilMs = Math.min(toMs, readableMs);
      if (untilMs <= fromMs) return null;
      const byRevision = countsIn(ticks, objective, fromMs, untilMs);
      return { candidate: byRevision[candidate] ?? nothing, stable: byRevision[stable] ?? nothing };
    },
  };
}

/** Due at each multiple of an interval; a look that comes late for one moves none of the others. */
export class Timetable {
  readonly #intervalMs: number;
  #nextMs: number;

  constructor(firstMs: number, intervalMs: number) {
    this.#nextMs = firstMs;
    this.#intervalMs = intervalMs;
  }

  due(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false;
    while (this.#nextMs <= nowMs) this.#nextMs += this.#intervalMs;
    return true;
  }
}

export const firstShare = (percent: number): Move => ({
  percent,
  action: 'Start',
  reason: 'NewRevision',
  message: `A new revision: it begins with ${percent} %.`,
  ended: null,
});

export const nextShare = (percent: number, message: string): Move => ({
  percent,
  action: 'Step',
  reason: 'Passed',
  message,
  ended: null,
});

export const promotion = (message: string): Move => ({
  percent: 100,
  action: 'Promote',
  reason: 'Passed',
  message,
  ended: 'Promoted',
});

export const rollback = (reason: string, message: string): Move => ({
  percent: 0,
  action: 'RollBack',
  reason,
  message,
  ended: 'RolledBack',
});

export const waiting = (reason: string, message: string): Move => ({
  percent: null,
  action: 'None',
  reason,
  message,
  ended: null,
});
