/**
 * When a promoted revision burned, and how often: a fault that comes in bursts burns time and again, and what one control saw
 * of it counts beside the next.
 */

import { ms } from '../../../facts/time.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { GuardState } from '../../../status/guard.ts';
import { cadence } from '../../cadence.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { certain, strikeApartMs } from '../../evidence/passing.ts';

/** No control is given back before so much fresh data was judged: a gap of the metrics, or of ours, is none. */
export const settleMs = 10 * 60_000;
/** For no longer is a control kept, nor a fault expected to come back. */
export const longestMs = 6 * 3_600_000;
/** ln of no odds at all, as a number that can be stored. */
const lnNothing = -1000;

type Judging = Pick<GuardState, 'evidence'>;
export type Fire = NonNullable<GuardState['fires']>[number];

/** Bursts that are not as bad as this may be the service's own, as often as they come. */
const leastBad = 0.05;

/**
 * One tick that is certain by the SLO alone: too short to burn, and too much to be chance. A look at a promoted revision may
 * hold several ticks, and each of them a burst that is usual.
 */
export function isStrikeAlone(guard: Judging, assessment: Assessment, tickMs: number): boolean {
  const { tick, tickAbsolute, kind } = assessment;
  const usual = (evidenceOf(guard, assessment).largestUsualBurst ?? 0) * Math.max(1, cadence.guardMs / tickMs);
  if (kind === 'Latency' || tick === null || tickAbsolute < certain) return false;
  const { bad, total } = tick.candidate;
  return bad > usual && bad >= leastBad * total;
}

/** The data is judged up to here, by every objective. */
export const judgedMs = (evidence: readonly Evidence[]): number =>
  Math.min(...evidence.map(({ judgedUntil }) => ms(judgedUntil)));

/** How long it did not burn by this objective; null: it never did. */
export function quietMs({ fires }: GuardState, { objective, judgedUntil }: Evidence): number | null {
  const known = fires?.find((fire) => fire.objective === objective);
  return known ? ms(judgedUntil) - ms(known.last) : null;
}

/** It burned before, and not just now. */
export function isAgain(guard: GuardState, evidence: Evidence, tickMs: number): boolean {
  const quiet = quietMs(guard, evidence);
  return quiet !== null && quiet >= strikeApartMs + tickMs && quiet <= longestMs;
}

/** What burns in the newest tick, while the control does not, is written down. */
export function withFires(guard: GuardState, gating: readonly Assessment[], tickMs: number): GuardState {
  const burning = gating.filter((assessment) => {
    const { burns, totalFailureAlone, tickAbsolute, environmentBad } = assessment;
    const now = totalFailureAlone || (burns && tickAbsolute > 0) || isStrikeAlone(guard, assessment, tickMs);
    return now && !environmentBad;
  });
  if (burning.length === 0) return guard;
  const names = burning.map(({ objective }) => objective);
  const others = (guard.fires ?? []).filter(({ objective }) => !names.includes(objective));
  return { ...guard, fires: [...others, ...burning.map((assessment) => fireOf(guard, assessment, tickMs))] };
}

function fireOf(guard: GuardState, assessment: Assessment, tickMs: number): Fire {
  const { objective, tickAbsolute, burns } = assessment;
  const evidence = evidenceOf(guard, assessment);
  const known = guard.fires?.find((fire) => fire.objective === objective);
  const last = evidence.judgedUntil;
  if (!known) return { objective, last, longestGapSeconds: 0, count: 1, worse: lnNothing };
  const gapMs = ms(last) - ms(known.last);
  if (gapMs < strikeApartMs + tickMs) return { ...known, last: gapMs > 0 ? last : known.last };
  // The same process that is high once more is no second witness; a tick that is certain by itself is one.
  const beganMs = ms(guard.controlSince ?? guard.restored?.at ?? guard.armedAt);
  const isAnother = tickAbsolute >= certain || (burns && ms(known.last) < beganMs);
  return {
    ...known,
    last,
    longestGapSeconds: Math.max(known.longestGapSeconds, Math.round(gapMs / 1000)),
    count: known.count + (isAnother ? 1 : 0),
  };
}

export const longestGapMs = ({ fires = [] }: GuardState): number =>
  1000 * Math.max(0, ...fires.map(({ longestGapSeconds }) => longestGapSeconds));

/** Twice the longest time between two fires, so that the next one meets a control; what is rarer would not. */
export function keptMs(guard: GuardState): number {
  const gap = longestGapMs(guard);
  return gap > longestMs ? settleMs : Math.min(longestMs, Math.max(settleMs, 2 * gap));
}

export const lastFireMs = ({ fires = [] }: GuardState): number => Math.max(0, ...fires.map(({ last }) => ms(last)));
