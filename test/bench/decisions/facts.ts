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
  };
}
