/** What is asked of a ratio's parts: as the source spells them, and whether they go on. */
import { excludedBy, goesOnBy } from '../counting/absence.ts';
import { type Measured, partsOf, type RatioShape } from '../counting/measured.ts';
import { isCheck, isInstances } from '../counting/queries.ts';
import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import type { Counter } from '../promql/counters/model.ts';
import { isRunMetric } from '../promql/counters/names.ts';
import type { KnownSeries } from './known-series.ts';
import type { Checks } from './missing.ts';

export const noChecks: Checks = { parts: [], needed: [], alike: [] };

export const spelledParts = (
  known: KnownSeries,
  source: MetricsSource,
  shape: RatioShape,
  measured: Measured,
  atMs: number,
): Promise<Counter[]> => Promise.all(partsOf(shape).map((part) => known.spelled(source, part, measured, atMs)));

/** What has to go on for each part; nothing of Cloud Run's own metrics, whose labels are known and whose series come together. */
export async function checksOf(
  known: KnownSeries,
  source: MetricsSource,
  shape: RatioShape,
  measured: Measured,
  atMs: number,
): Promise<Checks> {
  const parts = partsOf(shape);
  if (parts.every(({ name }) => isRunMetric(name))) return noChecks;
  const probes = parts.map((part) => known.spelled(source, goesOnBy(part, shape), measured, atMs));
  return { parts, needed: await Promise.all(probes), alike: excludedBy(parts) };
}

export const withoutChecks = (vector: Vector): Vector =>
  vector.filter((sample) => !isCheck(sample) && !isInstances(sample));
