/** Which of a world's counts each objective of a policy looks at. */
import type { Tally } from '../facts/counts.ts';
import { eventKind, type Policy } from '../policy/policy.ts';
import type { Counts, Measures } from '../scenario/draw.ts';

export interface Bound extends Measures {
  /** What each objective reads of the counts, in the policy's order. */
  readonly readers: readonly ((counts: Counts) => Tally)[];
  /** Which of them read how slow requests were. */
  readonly isLatency: readonly boolean[];
}

export function bind(policy: Policy): Bound {
  const kinds = policy.objectives.map(({ indicator }) => eventKind(indicator));
  const thresholds = policy.objectives.map(({ indicator }) =>
    indicator.kind === 'Latency' ? indicator.thresholdMs : null,
  );
  const thresholdsMs = [...new Set(thresholds.filter((threshold) => threshold !== null))].sort((a, b) => a - b);
  const readers = kinds.map((kind, i): ((counts: Counts) => Tally) => {
    if (kind === 'Errors') return ({ errors, requests }) => ({ bad: errors, total: requests });
    if (kind === 'Rate') return ({ disconnects, connections }) => ({ bad: disconnects, total: connections });
    const at = thresholdsMs.indexOf(thresholds[i]!);
    return ({ slow, requests }) => ({ bad: slow[at]!, total: requests });
  });
  return {
    errors: kinds.includes('Errors'),
    thresholdsMs,
    disconnects: kinds.includes('Rate'),
    readers,
    isLatency: kinds.map((kind) => kind === 'Latency'),
  };
}
