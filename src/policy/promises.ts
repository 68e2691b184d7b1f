/** From the objectives that are declared to those by which revisions are judged, those that are watched, and those that are shared. */
import { durationMs } from './duration.ts';
import { indicatorOf, sharedOf } from './indicators.ts';
import type { Objective, Policy, SharedObjective, WatchedObjective } from './policy.ts';
import type { Path, Problem } from './problems.ts';
import type { Spec } from './spec.ts';

export type Promises = Pick<Policy, 'objectives' | 'watched' | 'shared'>;

type Read =
  | { readonly ok: true; readonly promises: Promises }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Declared = Spec['objectives'][number];

/** One of the three, by its kind. */
type ReadOne =
  | { readonly ok: true; readonly judged: Objective }
  | { readonly ok: true; readonly watched: WatchedObjective }
  | { readonly ok: true; readonly shared: SharedObjective }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function promisesOf(spec: Spec): Read {
  const read = spec.objectives.map((declared, index) => readOne(declared, spec, ['spec', 'objectives', index]));
  const problems = read.flatMap((one) => (one.ok ? [] : one.problems));
  if (problems.length > 0) return { ok: false, problems };
  const objectives = read.flatMap((one) => ('judged' in one ? [one.judged] : []));
  const watched = read.flatMap((one) => ('watched' in one ? [one.watched] : []));
  const shared = read.flatMap((one) => ('shared' in one ? [one.shared] : []));
  return { ok: true, promises: { objectives, watched, shared } };
}

function readOne(declared: Declared, { tier, metrics: { revisionLabel } }: Spec, path: Path): ReadOne {
  const { name, indicator, gate, timeSlice } = declared;
  const target = targetOf(declared, tier);
  const timeSliceMs = timeSlice === undefined ? null : durationMs(timeSlice);
  if (indicator?.saturation) {
    const resource = resources[indicator.saturation.resource];
    return { ok: true, watched: { name, resource, allowedBadFraction: allowedBy(target ?? usualWatchedPercent) } };
  }
  if (indicator?.shared) {
    const read = sharedOf(indicator.shared, revisionLabel, [...path, 'indicator', 'shared']);
    if (!read.ok) return read;
    return { ok: true, shared: { name, allowedBadFraction: allowedBy(target!), counters: read.counters, timeSliceMs } };
  }
  const understood = indicatorOf(indicator, revisionLabel, [...path, 'indicator']);
  if (!understood.ok) return understood;
  const { indicator: kept, reading } = understood;
  const allowedBadFraction = allowedBy(target ?? (kept.kind === 'Latency' ? kept.percentile : Number.NaN));
  const judged = { name, allowedBadFraction, gate: gate ?? true, indicator: kept, timeSliceMs };
  return { ok: true, judged: { ...judged, ...(reading && { reading }) } };
}

/** The tier's own, else that of all others; undefined: the kind of the indicator has a default. */
function targetOf({ targetPercent, targetPercentByTier: byTier }: Declared, tier: string | undefined) {
  return tier !== undefined && byTier && Object.hasOwn(byTier, tier) ? byTier[tier] : targetPercent;
}

/**
 * Rounded, so that 99.9 % allows 0.001 and not 0.0009999999999999432: by digits after the point, since the difference is as far
 * off for many nines as for few. What would be nothing then is left as it is.
 */
const allowedBy = (targetPercent: number): number =>
  (Number((100 - targetPercent).toFixed(12)) || 100 - targetPercent) / 100;

/** Seven minutes a day. */
const usualWatchedPercent = 99.5;
const resources = { Cpu: 'cpu', Memory: 'memory', Concurrency: 'concurrency' } as const;
