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
}

/** The runs from the one numbered `from` on. */
export function runsOf(job: Job, from: number, count: number): RunResult[] {
  const rule = ruleNamed(job.rule, job.ruleOptions);
  return Array.from({ length: count }, (_, i) => rehearse(job.policy, job.scenario, rule, job.seed, from + i));
}

export interface Portion {
  readonly job: Job;
  readonly from: number;
  readonly count: number;
}

export const portionOf = ({ job, from, count }: Portion): RunResult[] => runsOf(job, from, count);
