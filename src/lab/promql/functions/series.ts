/** Functions of a range: one sample for each series whose window says enough. */
import type { Arguments } from '../arguments.ts';
import { rejectDuplicates } from '../operators/names.ts';
import type { At, Compiled, Sample, Vector, Window } from '../value.ts';
import { quantile } from './quantile.ts';
import * as windows from './windows.ts';

type Build = (args: Arguments) => Compiled;

export const seriesFunctions: Readonly<Record<string, Build>> = {
  rate: over(windows.rate),
  increase: over(windows.increase),
  delta: over(windows.delta),
  irate: over(windows.irate),
  resets: over(windows.resets),
  sum_over_time: over(windows.sumOverTime),
  avg_over_time: over(windows.avgOverTime),
  min_over_time: over(windows.minOverTime),
  max_over_time: over(windows.maxOverTime),
  count_over_time: over(windows.countOverTime),
  present_over_time: over(windows.presentOverTime),
  quantile_over_time: (args) => {
    args.expect(2, 2);
    const q = args.scalar(0);
    const matrix = args.matrix(1);
    const at: At<Vector> = (store, atMs) => {
      const wanted = q(store, atMs);
      return nameless(matrix(store, atMs), ({ values, from, to }) => quantile(wanted, values.subarray(from, to)), args);
    };
    return { type: 'vector', at };
  },
  /** The only one that leaves the metric what it is, its name too. */
  last_over_time: (args) => {
    args.expect(1, 1);
    const matrix = args.matrix(0);
    const last = ({ name, labels, values, to }: Window) => ({ name, labels, value: values[to - 1]! });
    return { type: 'vector', at: (store, atMs) => matrix(store, atMs).map(last) };
  },
};

function over(measure: windows.OverWindow): Build {
  return (args) => {
    args.expect(1, 1);
    const matrix = args.matrix(0);
    return { type: 'vector', at: (store, atMs) => nameless(matrix(store, atMs), measure, args) };
  };
}

function nameless(matrix: readonly Window[], measure: windows.OverWindow, { at }: Arguments): Vector {
  const samples: Sample[] = [];
  for (const window of matrix) {
    const value = measure(window);
    if (value !== undefined) samples.push({ name: null, labels: window.labels, value });
  }
  if (matrix.some(({ name }) => name !== matrix[0]!.name)) rejectDuplicates(samples, at);
  return samples;
}
