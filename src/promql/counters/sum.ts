/** One side of a division: a sum of counters, and nothing that would make more than one value of it. */
import { type Aggregation, type Binary, type Call, comparisons, type Expr, unwrap } from '../ast.ts';
import { ofOneBucket } from './buckets.ts';
import { constantOf } from './grouping.ts';
import { type Context, type Leaf, leafOf } from './leaf.ts';
import type { Counter } from './model.ts';
import { isNative, nativeLeaf } from './native.ts';
import { isAboveZero, isTiny, isZeroVector, numberOf, scaledBy, vectorOf } from './numbers.ts';
import { only, refuse, without, wrapped } from './refusal.ts';
import { isNeverNegative, isWithin } from './share.ts';
import type { Term } from './terms.ts';

export interface Side {
  readonly terms: readonly Term[];
  readonly per: Leaf['per'];
  /** What the one value is labelled with: by name, and by the value that every counter has there. */
  readonly labels: ReadonlyMap<string, string>;
}

/** sum(rate(…[5m])), sums and differences of such, times a number, with guards that change nothing. */
export function sideOf(given: Expr, context: Context, place: Place = 'Top'): Side {
  const expr = unwrap(given);
  switch (expr.kind) {
    case 'Aggregation':
      return aggregated(expr, context);
    case 'Binary':
      return combined(expr, context, place);
    case 'Negation':
      if (expr.op === '+') return sideOf(expr.inner, context, place);
      return refuse('a negative count', expr.at, 'write a count of events');
    case 'Number':
      return refuse('a number is no count of events', expr.at, 'write sum(rate(…[5m]))');
    case 'Call':
      return called(expr, context, place);
    default:
      return perSeries(expr, context);
  }
}

/** What is divided, or what it is divided by. */
export type Place = 'Top' | 'Bottom';

function called(expr: Call, context: Context, place: Place): Side {
  const { name, args, at } = expr;
  const [inner] = args;
  if (name === 'scalar' && inner && args.length === 1) return sideOf(inner, context, place);
  if (isNative(expr)) return { ...nativeLeaf(expr, context), labels: new Map() };
  const least = name === 'clamp_min' && args.length === 2 ? numberOf(args[1]!) : null;
  if (isTiny(least, place === 'Bottom' ? 0.01 : 1e-6)) return guarded(inner!, expr, context);
  if (/^clamp/.test(name)) {
    const hint = 'write what stands within it: no traffic is never taken for an answer here, no guard is needed';
    refuse(`${name} changes the count`, at, hint, inner ? only(inner.at, at) : null);
  }
  if (isRelabelling(expr)) {
    refuse(`${name} changes what a count is called`, at, 'write what stands within it', only(inner!.at, at));
  }
  return perSeries(expr, context);
}

function perSeries(expr: Expr, context: Context): never {
  leafOf(expr, context);
  return refuse('this has a value for each series', expr.at, 'wrap it in sum(…)', wrapped(expr.at, 'sum(', ')'));
}

export const isRelabelling = ({ name, args }: Call): boolean =>
  args.length > 0 && (name === 'label_replace' || name === 'label_join');

function aggregated(expr: Aggregation, context: Context): Side {
  const { grouping, at } = expr;
  const { terms, per, relabelled } = summed(expr, context);
  if (grouping.kind === 'without') {
    const hint = 'write sum(…) without a grouping';
    refuse('sum without (…) has a value for each of the labels that are left', at, hint, without(grouping.at!));
  }
  const values = grouping.labels.map((label): [string, string] => {
    if (!relabelled.has(label))
      return [
        label,
        constantOf(
          label,
          terms.map(({ counter }) => counter),
          context,
          at,
          grouping.at!,
        ),
      ];
    return refuse(`by (${label}) makes a value for each ${label}`, at, 'write sum(…)', without(grouping.at!));
  });
  return { terms, per, labels: new Map(values) };
}

interface Summed extends Pick<Side, 'terms' | 'per'> {
  /** Labels that were written anew within. */
  readonly relabelled: ReadonlySet<string>;
}

/** What is summed: how it was grouped before does not matter to the sum. */
function summed(given: Expr, context: Context): Summed {
  const expr = unwrap(given);
  if (expr.kind === 'Aggregation') {
    if (expr.op !== 'sum') refuse(`${expr.op} does not count events`, expr.at, 'write sum(…)');
    if (expr.args.length !== 1) refuse('sum takes one argument', expr.at, 'write sum(rate(…[5m]))');
    return summed(expr.args[0]!, context);
  }
  if (expr.kind === 'Call' && isRelabelling(expr)) {
    const label = expr.args[1] && unwrap(expr.args[1]);
    const found = summed(expr.args[0]!, context);
    return label?.kind === 'String' ? { ...found, relabelled: new Set([...found.relabelled, label.value]) } : found;
  }
  if (expr.kind === 'Call' && isNative(expr)) return { ...nativeLeaf(expr, context), relabelled: new Set() };
  if (expr.kind === 'Binary' && (expr.operator.op === '*' || expr.operator.op === '/')) {
    const scaled = scaledBy(expr);
    if (scaled) return times(summed(scaled.inner, context), scaled.factor);
  }
  if (expr.kind === 'Binary') {
    // Neither a zero more nor a zero less changes a sum.
    if (expr.operator.op === 'or' && isZeroVector(expr.right)) return summed(expr.left, context);
    if (isAboveZero(expr)) return summed(expr.left, context);
    if (numberOf(expr.left) !== null || numberOf(expr.right) !== null) {
      refuse(`${expr.operator.op} within a sum changes every series`, expr.at, 'sum the counters as they are');
    }
    refuse(`${expr.operator.op} within a sum joins series by their labels`, expr.at, 'sum each first: sum(…) + sum(…)');
  }
  const { counter, per } = leafOf(expr, context);
  return { terms: [{ factor: 1, counter: ofOneBucket(counter, expr.at) }], per, relabelled: new Set() };
}

function combined(expr: Binary, context: Context, place: Place): Side {
  const { operator, left, right, at } = expr;
  switch (operator.op) {
    case '+':
    case '-': {
      const [a, b] = [sideOf(left, context, place), sideOf(right, context, place)];
      sameKind(a, b, expr);
      return { ...a, terms: [...a.terms, ...times(b, operator.op === '-' ? -1 : 1).terms] };
    }
    case '*':
    case '/': {
      const scaled = scaledBy(expr);
      if (scaled) return times(sideOf(scaled.inner, context, place), scaled.factor);
      return refuse(`${operator.op} of two counts is no count`, operator.at, 'write one division: bad / total');
    }
    case 'or': {
      if (isZeroVector(right) || isTimesZero(right, context)) return sideOf(left, context, place);
      // What to divide by where there is nothing: no traffic is no evidence anyway.
      if (place === 'Bottom' && vectorOf(right) !== null) return sideOf(left, context, place);
      const isDefault = vectorOf(right) !== null;
      const hint = isDefault ? 'leave it out: a missing count is never made up' : 'add the counts: sum(…) + sum(…)';
      const edit = isDefault ? only(left.at, at) : null;
      return refuse('or takes another value where one is missing', operator.at, hint, edit);
    }
    case '>':
    case '>=':
    case '!=':
      // A guard against a division by zero, too.
      if (isAboveZero(expr)) return guarded(left, expr, context);
  }
  const edit = isComparison(operator.op) ? only(left.at, at) : null;
  return refuse(`${operator.op} does not count events`, at, 'write sums of counters', edit);
}

const isComparison = (op: string): boolean => (comparisons as readonly string[]).includes(op);

/** What a guard against values below zero changes nothing of. */
function guarded(inner: Expr, { at }: Expr, context: Context): Side {
  const side = sideOf(inner, context);
  if (isNeverNegative(side.terms.map(({ factor, counter }) => ({ sign: factor > 0 ? 1 : -1, counter })))) return side;
  return refuse('this guard leaves out what is below zero', at, 'take away only a part of what is counted');
}

/** `… and sum(rate(…)) > 0`, where what is counted is all that `counters` count: an answer only where there is traffic, as everywhere here. */
export function isTrafficGuard({ operator, right }: Binary, counters: readonly Counter[], context: Context): boolean {
  const guard = unwrap(right);
  if (operator.op !== 'and' || guard.kind !== 'Binary' || guard.operator.op !== '>' || !isAboveZero(guard)) {
    return false;
  }
  const { terms } = sideOf(guard.left, context);
  return terms.every(({ factor, counter }) => factor > 0 && counters.some((one) => isWithin(one, counter)));
}

/** `0 * sum(…)`: a zero with the labels of something that is always there. */
function isTimesZero(given: Expr, context: Context): boolean {
  const expr = unwrap(given);
  const scaled = expr.kind === 'Binary' ? scaledBy(expr) : null;
  return scaled?.factor === 0 && sideOf(scaled.inner, context).terms.length > 0;
}

/** Added, subtracted or divided, both sides have to be counted in the same unit, and to match each other at all. */
export function sameKind(a: Side, b: Side, { operator }: Binary): void {
  if (a.per !== b.per) {
    const hint = 'use rate on both, or increase with the same window';
    refuse('the two sides are not counted over the same window', operator.at, hint);
  }
  const { matching } = operator;
  const matched = ({ labels }: Side) =>
    [...labels]
      .filter(([label]) => !matching || matching.labels.includes(label) === (matching.kind === 'on'))
      .map((entry) => entry.join('='))
      .sort()
      .join();
  if (matched(a) !== matched(b)) {
    const hint = 'group both sides alike, best not at all: sum(…) / sum(…)';
    refuse('the two sides have different labels and never match', operator.at, hint);
  }
}

const times = <T extends Pick<Side, 'terms' | 'per'>>(side: T, factor: number): T => ({
  ...side,
  terms: side.terms.map((term) => ({ ...term, factor: factor * term.factor })),
});
