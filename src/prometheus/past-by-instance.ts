/** The same past by the instance that counted it: how much instances differ. */
import type { Neighbours } from '../counting/boundaries.ts';
import type { Measured } from '../counting/measured.ts';
import { countingQuery, instanceLabel } from '../counting/queries.ts';
import { brokenCount, latencyTallies } from '../counting/tally.ts';
import type { Tally } from '../facts/counts.ts';
import type { HistoryQuestion } from '../ports/metrics.ts';
import type { Counter } from '../promql/counters/model.ts';
import type { PromqlClient } from './promql.ts';

/** A history has a window for every tick of hours, each with its own look back. */
export const historyLookback = '5m';

/** undefined: the series do not tell instances apart. */
export async function pastByInstance(
  client: PromqlClient,
  { source, revision, toMs, lengthMs, tickMs }: HistoryQuestion,
  measured: Measured,
  near: Neighbours,
  parts: readonly Counter[],
): Promise<Tally[] | undefined> {
  const windowMs = lengthMs - tickMs;
  const asked = { measured, revision, windowMs, lookback: historyLookback, young: [], parts, byBucket: true };
  const vector = await client.instant(source, countingQuery({ ...asked, byInstance: true }), toMs);
  const told = vector.filter(({ labels }) => labels[instanceLabel]);
  if (told.length === 0 || brokenCount(vector) !== null) return undefined;
  const each = Map.groupBy(told, ({ labels }) => labels[instanceLabel]!);
  return [...each.values()].flatMap(
    (samples) => latencyTallies(near, samples, measured.revisionLabel)?.byRevision[revision] ?? [],
  );
}
