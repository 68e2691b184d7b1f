/** Which series are split how, and promised what. */
import type { Policy } from '../../../src/policy/policy.ts';
import { validPolicy } from '../../policy/valid.ts';
import { ours, peers } from '../decisions/cells.ts';
import { drawnBad } from './drawn.ts';
import { badWith, type Fault, faultFor } from './fault.ts';
import { recordedBad, type Series, type Target, targetsFor } from './series.ts';

export const clusterMeans = [2.6, 5, 28];
export const sharesPercent = [1, 10, 50];

export interface Cell {
  readonly series: Series;
  readonly serviceBad: number;
  readonly target: Target;
  /** Mean size of what falls into one arm; null: whoever makes it does, as a whole. */
  readonly clusterMean: number | null;
  readonly sharePercent: number;
  /** What the candidate is made to have where it is to go back, and how what that adds comes. */
  readonly fault: Fault;
  readonly faultClusterMean: number;
  /** With the fault, in the long run. */
  readonly trulyBad: number;
  readonly allowed: number;
}

export interface Contender {
  readonly label: string;
  readonly rule: string;
  readonly options: Readonly<Record<string, string>>;
}

export const contenders: readonly Contender[] = [{ label: ours, rule: ours, options: {} }, ...peers];

/** Where whole units are kept, errors come in the smallest clusters, and a slow revision is slow with every request. */
const faultClusterMeanOf = ({ kind }: Series): number => (kind === 'Latency' ? 1 : clusterMeans[0]!);

export function cellsOf(series: Series): Cell[] {
  const serviceBad = series.keptWhole === 'Instances' ? drawnBad(series) : recordedBad(series);
  const means = series.keptWhole === 'Clusters' ? clusterMeans : [null];
  return targetsFor(serviceBad).flatMap((target) =>
    means.flatMap((clusterMean) =>
      sharesPercent.map((sharePercent): Cell => {
        const allowed = 1 - target.percent / 100;
        const fault = faultFor(serviceBad, allowed);
        const trulyBad = badWith(fault, serviceBad);
        const faultClusterMean = clusterMean ?? faultClusterMeanOf(series);
        return { series, serviceBad, target, clusterMean, sharePercent, fault, faultClusterMean, trulyBad, allowed };
      }),
    ),
  );
}

export function policyOf({ series, target, sharePercent }: Cell): Policy {
  const targetPercent = target.percent;
  // Where the boundary lies is the record's business: the rules see what is beyond it.
  const indicator = series.kind === 'Latency' && { indicator: { latency: { percentile: 95, threshold: '1s' } } };
  const rollout = { stepsPercent: [sharePercent], onInconclusive: 'Hold' };
  return validPolicy([{ name: 'recorded', targetPercent, ...indicator }], { rollout }, 'placebo');
}

const unitsText = (clusterMean: number | null): string => (clusterMean === null ? 'whole' : `K ${clusterMean}`);

/** "wikibase 99 %, K 5, 10 % of the traffic" */
export const cellText = ({ series, target, clusterMean, sharePercent }: Cell): string =>
  `${series.name} ${target.percent} %, ${unitsText(clusterMean)}, ${sharePercent} % of the traffic`;
