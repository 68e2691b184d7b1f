/** Many runs of one rule in one scenario; the same job gives the same results on any number of cores. */
import type { Policy } from '../policy/policy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type RunResult, rehearse } from './rehearse.ts';
import { ruleNamed } from './rules/index.ts';

/** Plain data, so that it can be handed to another thread. */
export interface Job {
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly rule: string;
  readonly ruleOptions: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly runs: number;
  /** Whether each run is also looked at by the oracle. */
  readonly besideOracle?: boolean;
}

/** The runs from the one numbered `from` on. */
export function runsOf(job: Job, from: number, count: number): RunResult[] {
  const rule = ruleNamed(job.rule, job.ruleOptions);
  const { policy, scenario, seed, besideOracle } = job;
  return Array.from({ length: count }, (_, i) => rehearse(policy, scenario, rule, seed, from + i, besideOracle));
}

export interface Portion {
  readonly job: Job;
  readonly from: number;
  readonly count: number;
}

/** What became of it, and how long it kept its thread busy. */
export interface Played {
  readonly results: readonly RunResult[];
  readonly busyMs: number;
}

export function portionOf({ job, from, count }: Portion): Played {
  const begunMs = performance.now();
  const results = runsOf(job, from, count);
  return { results, busyMs: performance.now() - begunMs };
}
