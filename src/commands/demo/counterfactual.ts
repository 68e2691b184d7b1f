/** What Flagger's rule would have let through in the world of an act. */
import { parsePolicy } from '../../policy/parse.ts';
import { rehearse } from '../../rehearsal/rehearse.ts';
import { ruleNamed } from '../../rehearsal/rules/index.ts';
import { parseScenario } from '../../scenario/scenario.ts';
import type { Act } from './acts.ts';

const runs = 20;
const shortestSeconds = 3600;

/**
 * Failed requests that the candidate would have served by Flagger's rule at its documented defaults: the mean of 20 rehearsals
 * over the act's length, at least an hour, at 100 requests a second. Its metrics come at once, which is kind to it.
 */
export function flaggerWouldServe({ name, world }: Act, policy: unknown, seconds: number, seed: number): number {
  const parsed = parsePolicy(policy);
  if (!parsed.ok) throw new Error(`the policy of ${name} is not valid`);
  const horizon = `${Math.max(shortestSeconds, seconds)}s`;
  const scenario = parseScenario({ ...world, name, truth: 'Good', horizon });
  const rule = ruleNamed('flagger', {});
  const served = Array.from(
    { length: runs },
    (_, i) => rehearse(parsed.policy, scenario, rule, seed, i).candidateErrors,
  );
  return Math.round(served.reduce((sum, errors) => sum + errors, 0) / runs);
}
