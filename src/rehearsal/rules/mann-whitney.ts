/**
 * Kayenta's canary judge at a fixed weight: each interval is one point of each arm, the arms' points are compared by rank,
 * and the judgement over all points so far is made again and again until the canary's lifetime is over.
 */
import type { Policy } from '../../policy/policy.ts';
import { duration, type Settings, whole } from './options.ts';
import { type Canary, firstShare, type Glance, peer, promotion, rollback, Timetable, waiting } from './peer.ts';
import { confidence, type Interval } from './rank-sum.ts';

export const name = 'mann-whitney';

export const options = {
  weightPercent: whole(10, 1, 99),
  interval: duration('60s'),
  judgeEvery: duration('10m'),
  lifetime: duration('60m'),
};

/** Scores, 0..100, as its documentation sets them: up to the one it is over, from the other on it has passed. */
const marginalScore = 75;
const passScore = 95;
/** In estimates: a smaller shift is none. */
const tolerance = 0.25;

export type Verdict = 'Pass' | 'High' | 'Nodata';

export const rule = (settings: Settings<typeof options>) =>
  peer((policy, startMs): Canary => {
    const { weightPercent, interval, judgeEvery, lifetime } = settings;
    const timetable = new Timetable(startMs + judgeEvery, judgeEvery);
    const endMs = startMs + lifetime;
    const objectives = seenOf(policy);
    let begun = false;

    return (glance) => {
      if (!begun) {
        begun = true;
        return firstShare(weightPercent);
      }
      const over = glance.nowMs >= endMs;
      if (!timetable.due(glance.nowMs) && !over) return null;
      const verdicts = objectives.map(({ objective }) => {
        const { canary, baseline } = pointsOf(glance, objective, startMs, interval);
        return classify(canary, baseline);
      });
      const score = scoreOf(verdicts);
      const message = `Score ${Math.round(score)}: ${objectives.map(({ name }, i) => `${name} ${verdicts[i]}`).join(', ')}.`;
      if (score <= marginalScore || (over && score < passScore)) return rollback('Score', message);
      return over ? promotion(message) : waiting('Score', message);
    };
  });

/** Disconnects are a metric like any other to it. */
const seenOf = ({ objectives }: Policy) =>
  objectives.flatMap(({ name, gate }, objective) => (gate ? [{ name, objective }] : []));

/**
 * The bad share of each finished interval, in percent; an interval without requests is no point. For latency it stands for
 * the p95, of which it is a rising function: ranks are the same. The baseline is the stable itself, which has more requests
 * and so less noise than a baseline of the canary's size.
 */
function pointsOf({ readableMs, counts }: Glance, objective: number, startMs: number, intervalMs: number) {
  const canary: number[] = [];
  const baseline: number[] = [];
  for (let toMs = startMs + intervalMs; toMs <= readableMs; toMs += intervalMs) {
    const arms = counts(objective, toMs - intervalMs, toMs);
    if (arms && arms.candidate.total > 0) canary.push((100 * arms.candidate.bad) / arms.candidate.total);
    if (arms && arms.stable.total > 0) baseline.push((100 * arms.stable.bad) / arms.stable.total);
  }
  return { canary, baseline };
}

/** Only an increase counts: fewer errors than before are nobody's complaint. */
export function classify(canary: readonly number[], baseline: readonly number[]): Verdict {
  if (canary.length === 0 || baseline.length === 0) return 'Nodata';
  if (new Set([...canary, ...baseline]).size === 1 || sorted(canary).join() === sorted(baseline).join()) return 'Pass';
  const { lower, estimate } = compare(canary, baseline);
  // No ratio, because the baseline is all zero, is no reason to spare it.
  const ratio = mean(canary) / mean(baseline);
  const increased = Number.isNaN(ratio) || ratio >= 1;
  return lower > tolerance * Math.abs(estimate) && increased ? 'High' : 'Pass';
}

/** The judge's interval; two constants, which have no ranks to speak of, are their difference. */
function compare(canary: readonly number[], baseline: readonly number[]): Interval {
  const constant = new Set(canary).size === 1 && new Set(baseline).size === 1;
  if (!constant) return confidence(canary, baseline);
  // It adds a tiny noise for the same purpose; without, the same numbers give the same judgement.
  const shift = canary[0]! - baseline[0]!;
  return { lower: shift, upper: shift, estimate: shift };
}

/** Half of the metrics without data are too many. */
export function scoreOf(verdicts: readonly Verdict[]): number {
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
  if (verdicts.length === 0) return 100;
  if (count('Nodata') >= verdicts.length / 2) return 0;
  return (100 * count('Pass')) / (count('Pass') + count('High'));
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
