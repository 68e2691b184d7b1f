/**
 * Goes through a recording with the real judgement, as if each moment were now: `observe` asks only for what could be known
 * then, `decide` decides, and nothing is written. The traffic goes on as it was recorded, whatever is decided.
 */

import { iso, spoken } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ReplayOptions } from './as-recorded.ts';
import { beside } from './beside.ts';
import type { Line } from './line.ts';
import type { Recording } from './recording.ts';
import { withoutControl } from './without-control.ts';

/** One line for each decision that differs from the one before it. Ends after a verdict. */
export async function* replay(options: ReplayOptions): AsyncGenerator<Line> {
  const policy: Policy = {
    ...options.policy,
    // What is replayed is what it would do if it were let, and by itself.
    mode: 'Enforce',
    requests: { paused: null, promote: null, abort: null, retry: null },
  };
  const metrics = late(options.metrics, options.delayMs);
  const { concurrent, control } = options.recording;
  yield* concurrent && control !== null
    ? beside({ ...options, policy, metrics }, control)
    : withoutControl({ ...options, policy, metrics });
}

/** As the metrics were to be seen then. Windows and histories end where the samples do, so only these are asked earlier. */
const late = (metrics: Metrics, delayMs: number): Metrics => ({
  freshness: (asked, nowMs) => metrics.freshness(asked, nowMs - delayMs),
  inspect: (asked, nowMs) => metrics.inspect(asked, nowMs - delayMs),
  counts: (question) => metrics.counts(question),
  history: (question) => metrics.history(question),
  saturation: (question) => metrics.saturation({ ...question, nowMs: question.nowMs - delayMs }),
  budget: (question) => metrics.budget(question),
});

export const heading = ({ candidate, control, firstMs, endMs, concurrent }: Recording): string => {
  const long = spoken(endMs - firstMs);
  if (control === null) return `${candidate}, alone, from ${iso(firstMs)} on, ${long}`;
  return concurrent
    ? `${candidate} beside ${control} from ${iso(firstMs)} on, ${long}`
    : `${candidate} after ${control} from ${iso(firstMs)} on, ${long}; nothing served beside it`;
};
