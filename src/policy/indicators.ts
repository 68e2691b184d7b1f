/** From what a policy declares to what is counted. A pasted query is understood here, once, or refused with its place. */
import type { HistogramCounter } from '../promql/counters/model.ts';
import { readQuantile } from '../promql/counters/quantile.ts';
import { ratioOf, readCounter, readRatio } from '../promql/counters/ratio.ts';
import { placeText, QueryRefused } from '../promql/counters/refusal.ts';
import { durationMs } from './duration.ts';
import type { Indicator } from './policy.ts';
import type { Path, Problem } from './problems.ts';
import type { Spec } from './spec.ts';

type Declared = NonNullable<Spec['objectives'][number]['indicator']>;

export type Understood =
  | { readonly ok: true; readonly indicator: Indicator }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `path` is that of the indicator. */
export function indicatorOf(declared: Declared | undefined, revisionLabel: string, path: Path): Understood {
  const context = { revisionLabel };
  if (declared?.latency) {
    const { percentile, threshold, query } = declared.latency;
    const thresholdMs = durationMs(threshold);
    if (query === undefined) return fine({ kind: 'Latency', percentile: percentile!, thresholdMs, histogram: null });
    const read = reading([...path, 'latency', 'query'], query, () => readQuantile(query, context));
    return read.ok ? fine(latencyOf(read.value, thresholdMs)) : read;
  }
  if (declared?.ratio) {
    const { query, bad, total } = declared.ratio;
    if (query !== undefined) {
      const read = reading([...path, 'ratio', 'query'], query, () => readRatio(query, context));
      return read.ok ? fine({ kind: 'Ratio', ...read.value }) : read;
    }
    const parts = [
      reading([...path, 'ratio', 'bad'], bad!, () => readCounter(bad!, context)),
      reading([...path, 'ratio', 'total'], total!, () => readCounter(total!, context)),
    ] as const;
    if (parts[0].ok && parts[1].ok) return fine({ kind: 'Ratio', ...ratioOf(parts[0].value, parts[1].value) });
    return { ok: false, problems: parts.flatMap((part) => (part.ok ? [] : part.problems)) };
  }
  return fine({ kind: 'Requests' });
}

const fine = (indicator: Indicator): Understood => ({ ok: true, indicator });

const latencyOf = ({ percentile, counter, unitMs }: HistogramCounter, thresholdMs: number): Indicator => ({
  kind: 'Latency',
  percentile,
  thresholdMs,
  histogram: { counter, unitMs },
});

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly [Problem] };

function reading<T>(path: Path, query: string, read: () => T): Read<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    const message = `at ${placeText(query, error.position)}: ${error.message}`;
    return { ok: false, problems: [{ path, kind: 'Query', message, hint: error.hint }] };
  }
}
