/** Fixed limits on a window's bad share: all that most peers know of a candidate. */

import { percentText } from '../../decide/words.ts';
import type { Tally } from '../../facts/counts.ts';
import { eventKind, type Policy } from '../../policy/policy.ts';

export interface Limit {
  readonly objective: number;
  readonly name: string;
  /** The largest bad share that passes. */
  readonly badFraction: number;
}

/**
 * One for each objective that gates and that the peer can see. A fixed error limit is one on 5xx, and knows nothing of
 * disconnects; at the SLO each objective has its own. A p95 over its threshold is more than 5 % of the requests slower
 * than it, so that latency needs counts only.
 */
export const limitsOf = (policy: Policy, errorFraction: number | 'slo', latency: boolean): Limit[] =>
  policy.objectives.flatMap(({ name, allowedBadFraction, gate, indicator }, objective): Limit[] => {
    const kind = eventKind(indicator);
    const seen = kind === 'Errors' || (kind === 'Latency' ? latency : errorFraction === 'slo');
    if (!gate || !seen) return [];
    const fixed = kind === 'Errors' && errorFraction !== 'slo' ? errorFraction : allowedBadFraction;
    return [{ objective, name, badFraction: fixed }];
  });

/** `total` must not be 0. Exactly at the limit is within it, whatever 1 - 0.99 is in binary. */
export const exceeds = ({ badFraction }: Limit, { bad, total }: Tally): boolean => bad / total > badFraction + 1e-12;

/** "availability: 3.3 % of 120 bad, 1 % allowed" */
export const limitText = ({ name, badFraction }: Limit, { bad, total }: Tally): string =>
  `${name}: ${percentText(bad / total)} of ${total} bad, ${percentText(badFraction)} allowed`;
