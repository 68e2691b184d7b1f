/** From what a policy declares to what is counted. A pasted query is understood here, once, or refused with its place. */
import type { Context } from '../promql/counters/leaf.ts';
import type { RatioCounters, Reading, ReadRatio } from '../promql/counters/model.ts';
import { isRunMetric } from '../promql/counters/names.ts';
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
  const { percentile, threshold, query, unit, excludePaths = [] } = declared;
  const thresholdMs = durationMs(threshold);
  if (query === undefined) {
    return fine({ kind: 'Latency', percentile: percentile!, thresholdMs, histogram: null, excludePaths: [] });
  }
  const read = reading([...path, 'query'], query, () => readQuantile(query, context));
  if (!read.ok) return read;
  const { counter, native, unit: named } = read.value;
  if (excludePaths.length > 0 && isRunMetric(counter.name)) {
    const message = `Cloud Run's own ${counter.name} knows no paths`;
    const hint = "remove it, or write the query of a histogram of the app's own";
    return { ok: false, problems: [{ path: [...path, 'excludePaths'], kind: 'Query', message, hint }] };
  }
  const unitMs = unit ? unitsMs[unit] : (named?.unitMs ?? null);
  const histogram = {
    counter,
    unitMs,
    ...(!unit && named?.by !== 'Said' && { unitInDoubt: true as const }),
    ...(native && { native: true as const }),
  };
  return fine({ kind: 'Latency', percentile: read.value.percentile, thresholdMs, histogram, excludePaths });
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
  const apart = countersOf(counted, (bad ?? good)!, total!, context, path);
  if (!apart.ok) return apart;
  const { reading: understood, ...ratio } = apart.ratio;
  return fine({ kind: 'Ratio', ...ratio }, understood);
}

type Apart =
  | { readonly ok: true; readonly ratio: ReadRatio }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The two counters, each by itself. */
function countersOf(counted: 'bad' | 'good', part: string, total: string, context: Context, path: Path): Apart {
  const parts = [
    reading([...path, counted], part, () => readCounter(part, context)),
    reading([...path, 'total'], total, () => readCounter(total, context)),
  ] as const;
  if (!parts[0].ok || !parts[1].ok)
    return { ok: false, problems: parts.flatMap((one) => (one.ok ? [] : one.problems)) };
  const given = counted === 'bad' ? { bad: parts[0].value } : { good: parts[0].value };
  const declaredAs = declaredRatio(given, parts[1].value);
  if (declaredAs.ok) return declaredAs;
  const { message, hint } = declaredAs;
  return { ok: false, problems: [{ path: [...path, counted], kind: 'Query', message, hint }] };
}

type Shared =
  | { readonly ok: true; readonly counters: RatioCounters }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What is shared is counted as a ratio is, of all its series together; Cloud Run's own metrics are a revision's. */
export function sharedOf({ bad, total }: NonNullable<Declared['shared']>, revisionLabel: string, path: Path): Shared {
  const apart = countersOf('bad', bad, total, { revisionLabel }, path);
  if (!apart.ok) return apart;
  const { reading: _, ...counters } = apart.ratio;
  const own = counters.bad.find(({ counter }) => isRunMetric(counter.name));
  if (!own) return { ok: true, counters };
  const message = `${own.counter.name} is of a revision, and is shared with nothing`;
  const hint = 'write it under ratio: {bad, total}, by which revisions are judged';
  return { ok: false, problems: [{ path: [...path, 'bad'], kind: 'Query', message, hint }] };
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
