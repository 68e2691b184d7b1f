/** What is printed of a cell, and of data that is not there. */
import { contenders } from './cells.ts';
import type { Measured } from './rows.ts';
import type { Count } from './work.ts';

/** A line a rule, and whether there was a fault. */
export function linesOf({ cell, runs, result }: Measured): Record<string, unknown>[] {
  const { series, target, clusterMean, sharePercent, fault } = cell;
  const split = { series: series.name, targetPercent: target.percent, standing: target.standing };
  const line = (rule: string, { inTime, ...count }: Count, isFaulty: boolean) => ({
    ...split,
    clusterMean,
    sharePercent,
    rule,
    fault: isFaulty ? fault : null,
    runs,
    ...count,
    ...(isFaulty && { oracleInTime: result.inTime, rolledBackInTime: inTime }),
  });
  return contenders.flatMap(({ label }, i) => [
    line(label, result.placebo[i]!, false),
    line(label, result.fault[i]!, true),
  ]);
}

/** The same for a person. */
export function placeboText(line: Record<string, unknown>): string {
  if ('leftOut' in line) return `${line.dataSet ?? line.series}: left out, ${line.leftOut}`;
  if ('dataSet' in line) {
    const { dataSet, what, origin, licence, tickSeconds, columns } = line;
    const tick = tickSeconds === 0 ? '' : `, ticks of ${tickSeconds} s`;
    return `${dataSet} is not there: ${what}. From ${origin}; ${licence}. Columns ${(columns as string[]).join(', ')}${tick}.`;
  }
  const { series, targetPercent, clusterMean, sharePercent, rule, fault, runs, rolledBack } = line;
  const kept = clusterMean === null ? 'units whole' : `K ${clusterMean}`;
  return `${rule}, ${series} ${targetPercent} %, ${kept}, ${sharePercent} %, ${fault ?? 'no fault'}: of ${runs} rolled back ${rolledBack}`;
}
