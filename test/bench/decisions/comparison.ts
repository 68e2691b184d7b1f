/** One table of all rules: what lets through how much, and what blames the innocent. */
import { aligned } from '../../../src/report/columns.ts';
import type { Measured } from '../decisions.ts';
import { arrivals, type Cell, cellKey, falseWorlds, harmWorld, ours, peers } from './cells.ts';
import { harms } from './worlds.ts';

/** Geometric mean over the six kinds of regression of the mean excess bad requests. */
export function harmOf(measured: ReadonlyMap<string, Measured>, label: string, arrival: string): number {
  const logs = Object.keys(harms).map((name) => {
    const { summary } = measured.get(cellKey({ label, world: harmWorld(name, arrival) }))!;
    return Math.log(Math.max(summary.excessBadRequests.mean, 1e-9));
  });
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

export function comparison(measured: ReadonlyMap<string, Measured>, planned: readonly Cell[]): string {
  const labels = [ours, ...peers.map(({ label }) => label)];
  const header = [
    'RULE',
    ...Object.keys(arrivals).map((arrival) => `HARM ${arrival}`),
    'LEAK',
    ...falseWorlds.map((world) => world.replace(', 100 rps', '')),
    'healthy, 120 s',
    'TO 90 %',
  ];
  const lines = labels.map((label) => {
    const of = (world: string) => measured.get(cellKey({ label, world }))!.summary;
    const percent = (world: string) => `${Number(((100 * of(world).rolledBack) / of(world).runs).toFixed(2))} %`;
    return [
      label,
      ...Object.keys(arrivals).map((arrival) => harmOf(measured, label, arrival).toFixed(1)),
      of('leak from 10 min').excessBadRequests.mean.toFixed(0),
      ...falseWorlds.map(percent),
      percent('healthy, 120 s late'),
      `${Math.round(of('healthy, 100 rps').secondsTo90Percent?.p50 ?? Number.NaN)} s`,
    ];
  });
  const runs = planned.reduce((sum, cell) => sum + cell.runs, 0);
  const how =
    'Harm: mean excess bad requests over 2 h, geometric mean over +0.5, +1, +5, +50, 100 % errors and p95 250 -> 400 ms, ' +
    `100 requests a second, by the delay (and interval) of the metrics. Then false rollbacks. ${runs} runs in all.`;
  return [...aligned([header, ...lines], header.map((_, i) => i).slice(1)), '', how].join('\n');
}
