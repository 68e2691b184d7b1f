/** What is asked for an error budget: how much each objective's counters grew, all revisions together, in one question. Pure. */
import type { Tally } from '../facts/counts.ts';
import { labelText } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';
import type { Neighbours } from './boundaries.ts';
import type { Measured, RatioShape } from './measured.ts';
import { grown, partLabel } from './queries.ts';
import { throughRestarts } from './restarts.ts';
import { ratioTallies } from './tally.ts';
import type { Sample, Vector } from './vector.ts';

/** A counter that no sample was seen of for so long begins anew: what it shows then is only a base for what comes after. */
const lookback = '1h';

/** One objective with the counters by which its source has them. */
export type Counted =
  | {
      readonly kind: 'Ratio';
      readonly measured: Measured;
      readonly shape: RatioShape;
      readonly parts: readonly Counter[];
    }
  /** Revisions are told apart, since each may have other boundaries. */
  | {
      readonly kind: 'Histogram';
      readonly measured: Measured;
      readonly near: Neighbours;
      readonly parts: readonly [Counter];
    };

/** What each grew by in the window that ends at the time of evaluation; told apart by its place in the list. */
export const budgetQuery = (counted: readonly Counted[], windowMs: number): string =>
  counted
    .flatMap((one, place) =>
      one.parts.map((part, i) => {
        const counting = { measured: one.measured, revision: null, windowMs, lookback, young: [] };
        const by = one.kind === 'Histogram' ? ` by (${labelText(one.measured.revisionLabel)}, le)` : '';
        const sum = `sum${by} (${grown(counting, part, throughRestarts)})`;
        return `label_replace(${sum}, "${partLabel}", "${place}.${i}", "", "")`;
      }),
    )
    .join(' or ');

/** Of an answer what is about the objective at this place. */
export const samplesOf = (place: number, vector: Vector): Vector =>
  vector.flatMap(({ labels, value }): Sample[] => {
    const [of, part] = (labels[partLabel] ?? '').split('.');
    return of === String(place) ? [{ labels: { ...labels, [partLabel]: part! }, value }] : [];
  });

/** What the answer says of the objective at this place. */
export function budgetTally(counted: Counted, place: number, vector: Vector): Tally {
  const own = samplesOf(place, vector);
  if (counted.kind === 'Histogram') return slowOf(own, counted.near, counted.measured.revisionLabel);
  const all = own.map(({ labels, value }) => ({ labels: { ...labels, [everyone]: 'one' }, value }));
  return ratioTallies(counted.shape, all, everyone).one ?? { bad: 0, total: 0 };
}

const everyone = 'steadyrun_all';

/** A revision without the boundary does not say how slow it was. */
function slowOf(vector: Vector, { upper }: Neighbours, revisionLabel: string): Tally {
  const sum = { bad: 0, total: 0 };
  for (const samples of Map.groupBy(vector, ({ labels }) => labels[revisionLabel] ?? '').values()) {
    const upTo = (texts: readonly string[]) => samples.filter(({ labels }) => texts.includes(labels.le ?? ''));
    const [good, all] = [upTo(upper.texts), upTo(['+Inf'])];
    if (good.length === 0) continue;
    const total = summed(all);
    sum.bad += Math.max(0, total - summed(good));
    sum.total += total;
  }
  return sum;
}

/** Whether a revision counted something, and has no bucket that ends at the boundary. */
export function isWithoutBoundary(counted: Counted, place: number, vector: Vector): boolean {
  if (counted.kind !== 'Histogram') return false;
  const { near, measured } = counted;
  const revisions = Map.groupBy(samplesOf(place, vector), ({ labels }) => labels[measured.revisionLabel] ?? '');
  const has = (samples: Vector, texts: readonly string[]) =>
    samples.some(({ labels }) => texts.includes(labels.le ?? ''));
  return [...revisions.values()].some((samples) => has(samples, ['+Inf']) && !has(samples, near.upper.texts));
}

const summed = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + Math.max(0, value), 0);
