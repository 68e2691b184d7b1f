/** Functions of single samples, of whole vectors and of none. */

import { type Expr, metricName, unwrap } from '../../../promql/ast.ts';
import { LabelSet } from '../../series/labels.ts';
import type { Arguments } from '../arguments.ts';
import { derive } from '../operators/names.ts';
import { larger, smaller } from '../operators/numbers.ts';
import { selectTimestamps } from '../select/select.ts';
import type { At, Compiled, Vector } from '../value.ts';
import { histogramQuantile } from './histogram.ts';
import { ascending, descending } from './order.ts';

type Build = (args: Arguments) => Compiled;

export const sampleFunctions: Readonly<Record<string, Build>> = {
  abs: each(0, 0, Math.abs),
  ceil: each(0, 0, Math.ceil),
  floor: each(0, 0, Math.floor),
  round: each(0, 1, (value, nearest = 1) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest)),
  clamp_min: each(1, 1, (value, least) => larger(value, least!)),
  clamp_max: each(1, 1, (value, most) => smaller(value, most!)),
  clamp: (args) => {
    const clamped = each(2, 2, (value, least, most) => larger(least!, smaller(most!, value)))(args);
    const [least, most] = [args.scalar(1), args.scalar(2)];
    return vector((store, atMs) => (most(store, atMs) < least(store, atMs) ? [] : clamped.at(store, atMs)));
  },
  histogram_quantile: (args) => {
    args.expect(2, 2);
    return vector(histogramQuantile(args.scalar(0), args.vector(1)));
  },
  sort: whole((samples) => [...samples].sort((a, b) => ascending(a.value, b.value))),
  sort_desc: whole((samples) => [...samples].sort((a, b) => descending(a.value, b.value))),
  absent: (args) => {
    args.expect(1, 1);
    const missing = [{ name: null, labels: impliedLabels(unwrap(args.expr(0))), value: 1 }];
    return whole((samples) => (samples.length === 0 ? missing : []))(args);
  },
  timestamp: (args) => {
    args.expect(1, 1);
    const inner = unwrap(args.expr(0));
    const times = inner.kind === 'Selector' ? selectTimestamps(inner) : null;
    const samples = args.vector(0);
    return vector((store, atMs) =>
      times === null
        ? derive(samples(store, atMs), () => atMs / 1000, args.at)
        : derive(times(store, atMs), (time) => time, args.at),
    );
  },
  scalar: (args) => {
    args.expect(1, 1);
    const samples = args.vector(0);
    const only = (all: Vector): number => (all.length === 1 ? all[0]!.value : Number.NaN);
    return scalar((store, atMs) => only(samples(store, atMs)));
  },
  vector: (args) => {
    args.expect(1, 1);
    const number = args.scalar(0);
    return vector((store, atMs) => [{ name: null, labels: LabelSet.empty, value: number(store, atMs) }]);
  },
  time: (args) => {
    args.expect(0, 0);
    return scalar((_, atMs) => atMs / 1000);
  },
};

/** A function of each sample's value and of up to two numbers, `least` of which must be given. */
function each(least: number, most: number, compute: (value: number, first?: number, second?: number) => number) {
  return (args: Arguments) => {
    args.expect(1 + least, 1 + most);
    const samples = args.vector(0);
    const numbers = Array.from({ length: args.count - 1 }, (_, index) => args.scalar(1 + index));
    return vector((store, atMs) => {
      const [first, second] = numbers.map((number) => number(store, atMs));
      return derive(samples(store, atMs), (value) => compute(value, first, second), args.at);
    });
  };
}

/** A function of the vector as a whole, which leaves its samples what they are. */
function whole(change: (samples: Vector) => Vector): Build {
  return (args) => {
    args.expect(1, 1);
    const samples = args.vector(0);
    return vector((store, atMs) => change(samples(store, atMs)));
  };
}

/** What a missing series would at least have looked like: labels that one matcher, and only one, says exactly. */
function impliedLabels(expr: Expr): LabelSet {
  if (expr.kind !== 'Selector') return LabelSet.empty;
  const on = (label: string) => expr.matchers.filter((matcher) => matcher.label === label);
  const exact = expr.matchers.filter(({ label, op }) => label !== metricName && op === '=' && on(label).length === 1);
  return LabelSet.of(Object.fromEntries(exact.map(({ label, value }) => [label, value])));
}

const vector = (at: At<Vector>) => ({ type: 'vector', at }) as const;
const scalar = (at: At<number>) => ({ type: 'scalar', at }) as const;
