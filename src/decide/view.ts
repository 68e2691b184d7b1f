/** What people see of a state: the phase, the shares, a row an objective. */

import { type Service, servedSplit } from '../facts/service.ts';
import { percentOf, type Share, type Split, same } from '../facts/split.ts';
import { iso } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import { without } from '../status/edit.ts';
import type { Phase, Status } from '../status/status.ts';
import { type Assessment, odds } from './evidence/assess.ts';
import type { Judged } from './evidence/judge.ts';
import { isTuning } from './tuned.ts';
import { significant } from './words.ts';

type Row = NonNullable<Status['objectives']>[number];

/** Fewer requests than this say nothing about a rate. */
const fewestSamples = 30;
const mostOdds = 1e9;
/** As many as the status has room for. */
const mostShares = 20;
/** From these odds on the evidence speaks against the candidate. */
const breachingOdds = 20;

export function phaseOf(state: Status): Phase {
  if (state.hold && !isBrief(state.hold)) return 'Held';
  if (!state.stable) return 'Pending';
  if (state.rollout?.convicted || state.guard?.convicted) return 'RollingBack';
  if (state.rollout) return state.rollout.stage === 'Watch' ? 'Watching' : 'Ramping';
  return state.guard?.controlSince ? 'Watching' : 'Steady';
}

/** It is usual, and over in a moment. */
const isBrief = ({ quiet, paged }: NonNullable<Status['hold']>): boolean => quiet === true && !paged;

/** Shares and candidate as they are in the traffic. */
export function shown(state: Status, service: Service | null, nowMs: number): Status {
  const split = service ? servedSplit(service) : null;
  const percent = (revision: string) => (split ? percentOf(split, revision) : (state.stable?.percent ?? 0));
  const { stable } = state;
  const told = anothers(state, split);
  const withStable: Status = stable ? { ...told, stable: { ...stable, percent: percent(stable.revision) } } : told;
  const candidate = state.rollout?.candidate;
  if (candidate === undefined) return withVerdict(without(withStable, 'candidate'));
  const known = state.candidate?.revision === candidate ? state.candidate : { since: iso(nowMs) };
  return withVerdict({
    ...withStable,
    candidate: {
      ...known,
      revision: candidate,
      percent: split ? percentOf(split, candidate) : 0,
      cause: isTuning(state, candidate) ? 'Tuning' : 'Deploy',
    },
  });
}

/** What another hand set is told as it is: what we own says nothing of it. Where there is no room for all, those that we know are. */
function anothers(state: Status, split: Split | null): Status {
  const isOwn = split && (state.split ? same(split, state.split) : split.length === 1);
  if (!split || isOwn || state.intent) return without(state, 'traffic');
  const { stable, lastGood, rejected = [], withdrawn, rollout } = state;
  const known = [stable?.revision, lastGood?.revision, rollout?.candidate, withdrawn?.revision];
  const names = new Set([...known, ...rejected.map(({ revision }) => revision)]);
  const rank = ({ revision, percent }: Share) => (names.has(revision) ? 100 : 0) + percent;
  return { ...state, traffic: split.toSorted((a, b) => rank(b) - rank(a)).slice(0, mostShares) };
}

/** The figures that people see, and of which revisions they are. */
export const figures = (
  policy: Policy,
  judged: Judged,
  revision: string,
  beside: string,
  as: 'Candidate' | 'Promoted',
  circumstances: Circumstances = {},
): Pick<Status, 'objectives' | 'compared'> => ({
  objectives: rows(policy, judged, circumstances),
  compared: { revision, beside, as },
});

interface Circumstances {
  /** The revision has all of the traffic. */
  readonly alone?: boolean;
  /** No step is taken since something may be wrong, its share was made smaller for it, or a control was taken. */
  readonly suspected?: boolean;
}

/** One row an objective: the verdict, the values, the sizes and the odds. */
export const rows = (
  policy: Policy,
  { evidence, assessments, notAttributable, unknown }: Judged,
  { alone = false, suspected = false }: Circumstances = {},
): Row[] =>
  policy.objectives.map((objective, i) => {
    const entry = evidence[i]!;
    const { candidate, control } = entry;
    const row = {
      name: objective.name,
      gate: objective.gate,
      limitPercent: rounded(100 * objective.allowedBadFraction),
      ...(candidate.total > 0 && { candidatePercent: rounded((100 * candidate.bad) / candidate.total) }),
      ...(control.total > 0 && { stablePercent: rounded((100 * control.bad) / control.total) }),
      candidateTotal: Math.round(candidate.total),
      stableTotal: Math.round(control.total),
      odds: rounded(Math.min(mostOdds, odds(assessments[i]!))),
    };
    if (unknown) return { ...row, verdict: 'Unknown', reason: unknown.reason };
    if (notAttributable.includes(objective.name)) return { ...row, verdict: 'Unknown', reason: 'NotAttributable' };
    if (candidate.total === 0) return { ...row, verdict: 'Unknown', reason: 'NoTraffic' };
    if (candidate.total < fewestSamples) return { ...row, verdict: 'Unknown', reason: 'InsufficientSamples' };
    const assessment = assessments[i]!;
    // Whatever is wrong is wrong on both sides, and says nothing about the candidate.
    if (!alone && assessment.environmentBad && !assessment.better)
      return { ...row, verdict: 'Unknown', reason: 'Ambiguous' };
    const isBad = alone ? assessment.burns || assessment.totalFailureAlone : breaching(assessment);
    if (isBad) return { ...row, verdict: 'Breaching' };
    const allowed = objective.allowedBadFraction * candidate.total;
    const isOver = candidate.bad > allowed + (suspected ? 0 : aBit(allowed)) && !assessment.certified;
    return { ...row, ...(assessment.doubtful || isOver ? doubtful : ({ verdict: 'Healthy' } as const)) };
  });

/** What holds the next step, or is worse than what is allowed, is not called healthy, though it takes more to tell what it is. */
const doubtful = { verdict: 'Unknown', reason: 'Doubtful' } as const;

/** What chance and a single request may add. */
const aBit = (allowed: number): number => Math.sqrt(allowed) + 1;

/** Suspicion starts anew after a retreat; what was proven against the candidate stays. */
const breaching = (assessment: Assessment): boolean =>
  assessment.convicts ||
  assessment.totalFailure ||
  assessment.strikes ||
  assessment.suspect ||
  odds(assessment) >= breachingOdds;

function withVerdict(state: Status): Status {
  const worst = (['Breaching', 'Unknown', 'Healthy'] as const).find((verdict) =>
    state.objectives?.some((row) => row.gate && row.verdict === verdict),
  );
  return worst ? { ...state, verdict: worst } : without(state, 'verdict');
}

const rounded = (value: number): number => significant(value, 6);
