/** One run: a policy's rule in one world of a scenario. */
import { type Split, soleRevision } from '../facts/split.ts';
import type { Policy } from '../policy/policy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { bind } from './measures.ts';
import { Oracle, type OracleResult } from './oracle.ts';
import type { Ended, Rule } from './rule.ts';
import { deployedAtMs, newestAt, stableName, World } from './world.ts';

export interface Deed {
  readonly atMs: number;
  readonly action: string;
  readonly reason: string;
  /** The newest revision's share from then on. */
  readonly percent: number;
}

export interface RunResult {
  readonly outcome: 'promoted' | 'rolledBack' | 'undecided';
  /** Why: of the rollback, of the way into the watch, or of what is waited for. */
  readonly reason: string;
  readonly retreats: number;
  /** From the deploy of the revision that was rolled back. */
  readonly toRollbackMs: number | null;
  readonly to90PercentMs: number | null;
  /** The most percent of the traffic that the newest revision was given at once; null: it was given none. */
  readonly largestStepPercent: number | null;
  readonly excessBadRequests: number;
  /** Failed requests that the candidate served, those it shares with the stable included. */
  readonly candidateErrors: number;
  /** Every change of the traffic, without its words: a cell of the bench holds 10,000 of these. */
  readonly deeds: readonly Deed[];
  /** null: it was not asked. */
  readonly oracle: OracleResult | null;
}

/** `besideOracle`: also how fast anybody could have been in this run. */
export function rehearse(
  policy: Policy,
  scenario: Scenario,
  rule: Rule,
  seed: number,
  number: number,
  besideOracle = false,
): RunResult {
  const world = new World(scenario, bind(policy), seed, number);
  const oracle = besideOracle ? oracleOf(policy, world) : null;
  const controller = rule.start(policy, scenario);
  const deeds: Deed[] = [];
  /** Of the last step of each action, whether or not it changed the traffic. */
  const reasonOf = new Map<string, string>();
  let ended: Ended | null = null;
  let last = { action: 'None', reason: 'None' };
  let to90PercentMs: number | null = null;
  let toRollbackMs: number | null = null;
  let largestStepPercent: number | null = null;
  for (const atMs of world.looksMs()) {
    world.advanceTo(atMs);
    oracle?.look(atMs, world.newestMs, world.excessBadRequests);
    const candidate = newestAt(scenario, atMs);
    const { split, ticks, newestMs } = world;
    const step = controller.look({ nowMs: atMs, ticks, newestMs, split, candidate, history: () => world.history() });
    if (step === null) continue;
    ended = step.ended;
    last = step;
    reasonOf.set(step.action, step.reason);
    if (step.split !== null) {
      if (isBack(step)) toRollbackMs = atMs - deployedAtMs(scenario, newestIn(split) ?? candidate);
      world.split = step.split;
      const percent = shareOf(candidate, step.split);
      const given = percent - shareOf(candidate, split);
      if (given > 0) largestStepPercent = Math.max(given, largestStepPercent ?? 0);
      deeds.push({ atMs, action: step.action, reason: step.reason, percent });
      if (percent >= 90) to90PercentMs ??= atMs;
    }
    if (ended !== null && controller.restsAfter.includes(ended)) break;
  }
  world.advanceTo(scenario.horizonMs);
  const back = deeds.findLast(isBack);
  const outcome =
    ended === 'Promoted'
      ? 'promoted'
      : ended === 'RolledBack' && soleRevision(world.split) === stableName
        ? 'rolledBack'
        : 'undecided';
  const reasons = {
    promoted: reasonOf.get('Watch') ?? reasonOf.get('Promote') ?? last.reason,
    rolledBack: back?.reason ?? last.reason,
    undecided: last.reason,
  };
  return {
    outcome,
    reason: reasons[outcome],
    retreats: deeds.filter(({ action }) => action === 'Retreat').length,
    toRollbackMs: outcome === 'rolledBack' ? toRollbackMs : null,
    to90PercentMs,
    largestStepPercent,
    excessBadRequests: world.excessBadRequests,
    candidateErrors: world.candidateErrors,
    deeds,
    oracle: oracle?.result(world.excessBadRequests) ?? null,
  };
}

function oracleOf(policy: Policy, world: World): Oracle {
  world.truth = [];
  return new Oracle(policy, world.truth, world.random('oracle'));
}

const shareOf = (name: string, split: Split): number => split.find(({ revision }) => revision === name)?.percent ?? 0;

const isBack = ({ action }: { readonly action: string }): boolean => action === 'RollBack' || action === 'Withdraw';

/** The newest of the candidates that have traffic: it is what a rollback is about. */
const newestIn = (split: Split): string | undefined =>
  split
    .filter(({ revision, percent }) => revision !== stableName && percent > 0)
    .map(({ revision }) => revision)
    .sort()
    .at(-1);
