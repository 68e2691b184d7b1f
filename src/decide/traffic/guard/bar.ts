/** The odds that the guard asks for where it acts without a conviction, and of what recurs. */
import type { Policy } from '../../../policy/policy.ts';
import { suspicious } from '../../evidence/evidence.ts';
import { gatingOf } from '../../evidence/terms.ts';

/** ln of 20:1 an objective that gates: what takes a control, and what a switch of the traffic has to show. */
export const barOf = (policy: Policy): number => Math.log(suspicious * gatingOf(policy));
