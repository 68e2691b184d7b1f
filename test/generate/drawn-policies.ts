/** Policies of all kinds at random, the same ones each time. */
import fc from 'fast-check';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { finePolicy } from '../policy/arbitrary.ts';

export const drawnPolicies = (count: number): readonly Policy[] =>
  fc.sample(finePolicy, { numRuns: count, seed: 17 }).map((drawn) => {
    const parsed = parsePolicy(drawn);
    if (!parsed.ok) throw new Error(`a drawn policy is not valid: ${JSON.stringify(parsed.problems)}`);
    return parsed.policy;
  });
