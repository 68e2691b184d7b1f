/** How far our rule is from the fastest that could be, who knows how bad the candidate is. */
import { aligned } from '../../../src/report/columns.ts';
import type { Measured } from '../decisions.ts';
import type { Row } from '../main.ts';
import { besideOracle } from './shapes.ts';

type Of = (world: string) => Measured | undefined;

/** The cells that were rehearsed, with our harm in units of the oracle's. */
function measuredCells(of: Of) {
  return Object.keys(besideOracle).flatMap((world) => {
    const measured = of(world);
    const beside = measured?.facts.oracle;
    if (!measured || !beside) return [];
    const harm = measured.summary.excessBadRequests.mean;
    return [{ world, harm, beside, times: harm / beside.harm, isJudged: beside.withinHorizon >= 0.5 }];
  });
}

export function oracleRows(of: Of, quick: boolean): Row[] {
  const judged = measuredCells(of).filter(({ isJudged }) => isJudged);
  if (judged.length === 0) return [];
  const row = (what: string, value: number, bar: number): Row => ({
    what: `harm over the oracle's: ${what}`,
    value: Number(value.toPrecision(4)),
    unit: 'times',
    bar,
    ok: value <= bar * (quick ? 1.4 : 1),
  });
  const mean = Math.exp(judged.reduce((sum, { times }) => sum + Math.log(times), 0) / judged.length);
  return [
    ...judged.map(({ world, times }) => row(world, times, 6)),
    row(`geometric mean of ${judged.length} cells`, mean, 4),
  ];
}

/** Our harm, that of the oracle on the same ticks, and that of one which sees every request. */
export function oracleTable(of: Of): string {
  const lines = measuredCells(of).map(({ world, harm, beside, times, isJudged }) => [
    world,
    harm.toFixed(1),
    beside.harm.toFixed(1),
    beside.byRequest.toFixed(1),
    `${times.toFixed(1)}${isJudged ? '' : ' *'}`,
  ]);
  return [
    ...aligned([['BESIDE THE ORACLE', 'OURS', 'ORACLE', 'BY REQUEST', 'TIMES'], ...lines], [1, 2, 3, 4]),
    '',
    'Excess bad requests. The oracle is the sequential test at 1 % that knows both rates, on our ticks and shares. * It needs more than the horizon in half of the runs: not judged.',
  ].join('\n');
}
