/** From what a policy declares to what is counted. A pasted query is understood here, once, or refused with its place. */
import type { Context } from '../promql/counters/leaf.ts';
import type { Reading } from '../promql/counters/model.ts';
import { readQuantile } from '../promql/counters/quantile.ts';
import { declaredRatio, readCounter, readRatio } from '../promql/counters/ratio.ts';
import { placeText, QueryRefused } from '../promql/counters/refusal.ts';
import { durationMs } from './duration.ts';
import type { Indicator, Objective } from './policy.ts';
import type { Path, Problem } from './problems.ts';
import type { Spec } from './spec.ts';

type Declared = NonNullable<Spec['objectives'][number]['indicator']>;

export type Understood =
  | ({ readonly ok: true } & Pick<Objective, 'indicator' | 'reading'>)
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `path` is that of the indicator. */
export function indicatorOf(declared: Declared | undefined, revisionLabel: string, path: Path): Understood {
  if (declared?.latency) return latencyOf(declared.latency, { revisionLabel }, [...path, 'latency']);
  if (declared?.ratio) return ratioOf(declared.ratio, { revisionLabel }, [...path, 'ratio']);
  return fine({ kind: 'Requests' });
}

const fine = (indicator: Indicator, reading?: Reading): Understood => ({
  ok: true,
  indicator,
  ...(reading && { reading }),
});

function latencyOf(declared: NonNullable<Declared['latency']>, context: Context, path: Path): Understood {
  const { percentile, threshold, query, unit } = declared;
  const thresholdMs = durationMs(threshold);
  if (query === undefined) return fine({ kind: 'Latency', percentile: percentile!, thresholdMs, histogram: null });
  const read = reading([...path, 'query'], query, () => readQuantile(query, context));
  if (!read.ok) return read;
  const { counter, native, unit: named } = read.value;
  const unitMs = unit ? unitsMs[unit] : (named?.unitMs ?? null);
  const histogram = {
    counter,
    unitMs,
    ...(!unit && named?.by !== 'Said' && { unitInDoubt: true as const }),
    ...(native && { native: true as const }),
  };
  return fine({ kind: 'Latency', percentile: read.value.percentile, thresholdMs, histogram });
}

export const unitsMs = { Seconds: 1000, Milliseconds: 1 } as const;

function ratioOf(declared: NonNullable<Declared['ratio']>, context: Context, path: Path): Understood {
  const { query, bad, good, total } = declared;
  if (query !== undefined) {
    const read = reading([...path, 'query'], query, () => readRatio(query, context));
    if (!read.ok) return read;
    const { reading: understood, ...ratio } = read.value;
    return fine({ kind: 'Ratio', ...ratio }, understood);
  }
  const counted = bad === undefined ? 'good' : 'bad';
  const parts = [
    reading([...path, counted], (bad ?? good)!, () => readCounter((bad ?? good)!, context)),
    reading([...path, 'total'], total!, () => readCounter(total!, context)),
  ] as const;
  if (!parts[0].ok || !parts[1].ok)
    return { ok: false, problems: parts.flatMap((part) => (part.ok ? [] : part.problems)) };
  const given = counted === 'bad' ? { bad: parts[0].value } : { good: parts[0].value };
  const declaredAs = declaredRatio(given, parts[1].value);
  if (!declaredAs.ok) {
    const { message, hint } = declaredAs;
    return { ok: false, problems: [{ path: [...path, counted], kind: 'Query', message, hint }] };
  }
  const { reading: understood, ...ratio } = declaredAs.ratio;
  return fine({ kind: 'Ratio', ...ratio }, understood);
}

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
