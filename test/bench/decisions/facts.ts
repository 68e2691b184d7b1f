/** What the bars ask of a cell's runs beyond their summary. */

import type { RunResult } from '../../../src/rehearsal/rehearse.ts';
import { quantile } from '../../../src/rehearsal/summary.ts';

export interface Facts {
  /** Runs promoted by anything but the declared outcome of inconclusive evidence, which warns and prints the bound. */
  readonly promotedAsProven: number;
  readonly mostRetreats: number;
  /** Over the runs: fewest promotions and most rejections of a run. */
  readonly fewestPromotions: number;
  readonly mostRollbacks: number;
  /** Runs in which a promoted revision was given a control. */
  readonly tookControl: number;
  /** Median second at which a control was taken after promotion; null where it never was. */
  readonly controlAtS: number | null;
  /** null: it was not asked. */
  readonly oracle: OracleFacts | null;
}

export interface OracleFacts {
  /** Excess bad requests until it convicts, on the same ticks, and request by request. */
  readonly harm: number;
  readonly byRequest: number;
  /** The part of the runs in which it convicts, or our rule does before it. */
  readonly withinHorizon: number;
}

export function factsOf(results: readonly RunResult[]): Facts {
  const counts = (action: string) => results.map(({ deeds }) => deeds.filter((deed) => deed.action === action).length);
  const controls = results.flatMap(({ deeds }) => {
    const deed = deeds.find(({ reason }) => reason === 'BurningAfterPromotion');
    return deed ? [deed.atMs / 1000] : [];
  });
  return {
    promotedAsProven: results.filter(({ outcome, reason }) => outcome === 'promoted' && reason !== 'Inconclusive')
      .length,
    mostRetreats: Math.max(...counts('Retreat')),
    fewestPromotions: Math.min(...counts('Promote')),
    mostRollbacks: Math.max(...counts('RollBack')),
    tookControl: controls.length,
    controlAtS: controls.length === 0 ? null : quantile(controls, 0.5),
    oracle: oracleOf(results),
  };
}

function oracleOf(results: readonly RunResult[]): OracleFacts | null {
  const all = results.flatMap(({ oracle }) => oracle ?? []);
  if (all.length === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ended = results.filter(({ oracle, outcome }) => oracle?.convictedMs !== null || outcome === 'rolledBack');
  return {
    harm: mean(all.map(({ excessBadRequests }) => excessBadRequests)),
    byRequest: mean(all.map(({ byRequest }) => byRequest)),
    withinHorizon: ended.length / results.length,
  };
}
