/** How much of the traffic a new revision gets, minute by minute: a good one and a bad one, and the bad one by a peer's rule. */
import { parsePolicy } from '../../../src/policy/parse.ts';
import { type RunResult, rehearse } from '../../../src/rehearsal/rehearse.ts';
import { ruleNamed } from '../../../src/rehearsal/rules/index.ts';
import { parseScenario } from '../../../src/scenario/scenario.ts';

export interface Rollout {
  readonly deeds: RunResult['deeds'];
  /** Failed requests that the new revision served. */
  readonly failed: number;
}

export interface Rollouts {
  readonly good: Rollout;
  readonly bad: Rollout;
  readonly badByFlagger: Rollout;
}

export const badPercent = 5;
export const horizonMinutes = 50;
/** An odd number, so that one of them is the median. */
const runs = 21;

const policy = {
  apiVersion: 'steadyrun.dev/v1alpha1',
  kind: 'SLOPolicy',
  metadata: { name: 'api', namespace: 'default' },
  spec: {
    service: { project: 'acme', region: 'europe-west1', name: 'api' },
    objectives: [
      { name: 'availability', targetPercent: 99.9 },
      { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
    ],
  },
};

export function rolloutsOf(): Rollouts {
  // As late as Cloud Run's own metrics are.
  const late = { at: '0s', for: `${horizonMinutes}m`, on: 'Metrics', delay: '180s' } as const;
  const good = { name: 'good', truth: 'Good', horizon: `${horizonMinutes}m`, events: [late] } as const;
  const bad = { ...good, name: 'bad', truth: 'Bad', candidate: { errorPercent: badPercent } } as const;
  return {
    good: median('steadyrun', parseScenario(good)),
    bad: median('steadyrun', parseScenario(bad)),
    badByFlagger: median('flagger', parseScenario(bad)),
  };
}

/** Of so many runs of seed 1 the one with the median of failed requests. */
function median(rule: 'steadyrun' | 'flagger', scenario: ReturnType<typeof parseScenario>): Rollout {
  const parsed = parsePolicy(policy);
  if (!parsed.ok) throw new Error('the policy of the picture is not valid');
  const { policy: own } = parsed;
  const all = Array.from({ length: runs }, (_, i) => rehearse(own, scenario, ruleNamed(rule, {}), 1, i));
  const { deeds, candidateErrors } = all.toSorted((a, b) => a.candidateErrors - b.candidateErrors)[(runs - 1) / 2]!;
  return { deeds, failed: candidateErrors };
}
