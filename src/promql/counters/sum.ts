/** One side of a division: a sum of counters, and nothing that would make more than one value of it. */
import { type Aggregation, type Binary, type Expr, unwrap } from '../ast.ts';
import type { Span } from '../error.ts';
import { type Context, type Leaf, leafOf } from './leaf.ts';
import type { Counter } from './model.ts';
import { refuse } from './refusal.ts';
import { isNeverNegative } from './share.ts';

export interface Term {
  readonly factor: number;
  readonly counter: Counter;
}

export interface Side {
  readonly terms: readonly Term[];
  readonly per: Leaf['per'];
  /** What the one value is labelled with: by name, and by the value that every counter has there. */
  readonly labels: ReadonlyMap<string, string>;
}

/** sum(rate(…[5m])), sums and differences of such, times a number, with guards that change nothing. */
export function sideOf(given: Expr, context: Context): Side {
  const expr = unwrap(given);
  switch (expr.kind) {
    case 'Aggregation':
      return aggregated(expr, context);
    case 'Binary':
      return combined(expr, context);
    case 'Negation':
      if (expr.op === '+') return sideOf(expr.inner, context);
      refuse('a negative count', expr.at, 'write a count of events');
      break;
    case 'Number':
      refuse('a number is no count of events', expr.at, 'write sum(rate(…[5m]))');
      break;
    case 'Call':
      if (expr.name === 'scalar' && expr.args.length === 1) return sideOf(expr.args[0]!, context);
      if (expr.name === 'clamp_min' && expr.args.length === 2 && numberOf(expr.args[1]!) === 0) {
        return guarded(expr.args[0]!, expr, context);
      }
      if (/^clamp/.test(expr.name)) {
        const hint = 'write what stands within it: no traffic is never taken for an answer here, no guard is needed';
        refuse(`${expr.name} changes the count`, expr.at, hint);
      }
      leafOf(expr, context);
      refuse('this has a value for each series', expr.at, 'wrap it in sum(…)');
      break;
    default:
      leafOf(expr, context);
  }
  throw new Error('unreachable');
}

function aggregated(expr: Aggregation, context: Context): Side {
  const { grouping, at } = expr;
  const { terms, per } = summed(expr, context);
  if (grouping.kind === 'without') {
    refuse('sum without (…) has a value for each of the labels that are left', at, 'write sum(…) without a grouping');
  }
  const labels = grouping.kind === 'by' ? grouping.labels : [];
  const values = labels.map((label): [string, string] => [label, constantOf(label, terms, context, at)]);
  return { terms, per, labels: new Map(values) };
}

/** What is summed: how it was grouped before does not matter to the sum. */
function summed(given: Expr, context: Context): Pick<Side, 'terms' | 'per'> {
  const expr = unwrap(given);
  if (expr.kind === 'Aggregation') {
    if (expr.op !== 'sum') refuse(`${expr.op} does not count events`, expr.at, 'write sum(…)');
    if (expr.args.length !== 1) refuse('sum takes one argument', expr.at, 'write sum(rate(…[5m]))');
    return summed(expr.args[0]!, context);
  }
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
  return { terms: [{ factor: 1, counter }], per };
}

/** A grouping keeps one value only where every counter has just one value of the label. */
function constantOf(label: string, terms: readonly Term[], { revisionLabel }: Context, at: Span): string {
  if (label === revisionLabel) return '';
  const values = terms.map(
    ({ counter }) => counter.matchers.find((one) => one.label === label && one.op === '=')?.value,
  );
  const [value] = values;
  if (value !== undefined && values.every((other) => other === value)) return value;
  return refuse(`by (${label}) makes a value for each ${label}`, at, `write sum(…) without by (${label})`);
}

function combined(expr: Binary, context: Context): Side {
  const { operator, left, right, at } = expr;
  switch (operator.op) {
    case '+':
    case '-': {
      const [a, b] = [sideOf(left, context), sideOf(right, context)];
      sameKind(a, b, expr);
      return { ...a, terms: [...a.terms, ...times(b, operator.op === '-' ? -1 : 1).terms] };
    }
    case '*':
    case '/': {
      const scaled = scaledBy(expr);
      if (scaled) return times(sideOf(scaled.inner, context), scaled.factor);
      return refuse(`${operator.op} of two counts is no count`, operator.at, 'write one division: bad / total');
    }
    case 'or':
      if (isZeroVector(right) || isTimesZero(right, context)) return sideOf(left, context);
      return refuse('or takes another value where one is missing', operator.at, 'add the counts: sum(…) + sum(…)');
    case '>':
    case '!=':
      // A guard against a division by zero: no traffic is no evidence anyway.
      if (isAboveZero(expr)) return guarded(left, expr, context);
  }
  return refuse(`${operator.op} does not count events`, at, 'write sums of counters');
}

/** What a guard against values below zero changes nothing of. */
function guarded(inner: Expr, { at }: Expr, context: Context): Side {
  const side = sideOf(inner, context);
  if (isNeverNegative(side.terms.map(({ factor, counter }) => ({ sign: factor > 0 ? 1 : -1, counter })))) return side;
  return refuse('this guard leaves out what is below zero', at, 'take away only a part of what is counted');
}

const isAboveZero = ({ operator, right }: Binary): boolean =>
  (operator.op === '>' || operator.op === '!=') && !operator.bool && numberOf(right) === 0;

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

/** `100 * x`, `x * 100`, `x / 2`: the number, and what it scales. */
export function scaledBy({ operator, left, right }: Binary): { inner: Expr; factor: number } | null {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (operator.op === '*' && a !== null) return { inner: right, factor: a };
  if (operator.op === '*' && b !== null) return { inner: left, factor: b };
  if (operator.op === '/' && b !== null) return { inner: left, factor: 1 / b };
  return null;
}

/** vector(0) and what comes to the same. */
export function isZeroVector(given: Expr): boolean {
  const expr = unwrap(given);
  return expr.kind === 'Call' && expr.name === 'vector' && expr.args.length === 1 && numberOf(expr.args[0]!) === 0;
}

/** The value of an expression of numbers alone. */
export function numberOf(given: Expr): number | null {
  const expr = unwrap(given);
  if (expr.kind === 'Number') return expr.value;
  if (expr.kind === 'Negation') {
    const inner = numberOf(expr.inner);
    return inner === null ? null : expr.op === '-' ? -inner : inner;
  }
  if (expr.kind !== 'Binary') return null;
  const [a, b] = [numberOf(expr.left), numberOf(expr.right)];
  if (a === null || b === null) return null;
  const value = { '+': a + b, '-': a - b, '*': a * b, '/': a / b } as Readonly<Record<string, number>>;
  return value[expr.operator.op] ?? null;
}
