/** From the counters of a side, each with what it is multiplied by, to counters that are added and taken away. */
import type { Expr } from '../ast.ts';
import { mayOverlap } from './buckets.ts';
import { selectorText } from './format.ts';
import type { Counter, CounterSum } from './model.ts';
import { close } from './numbers.ts';
import { refuse } from './refusal.ts';
import { isWithin } from './share.ts';

export interface Term {
  readonly factor: number;
  readonly counter: Counter;
}

export function signed(terms: readonly Term[], { at }: Expr): CounterSum {
  const left = cancelled(terms);
  if (left.length === 0)
    refuse('what is added is taken away again, and nothing is left', at, 'write a count of events');
  onceEach(left, at);
  magnitude(left, at);
  if (!left.some(({ factor }) => factor > 0)) refuse('a negative count', at, 'write a count of events');
  return left.map(({ factor, counter }) => ({ sign: factor > 0 ? 1 : -1, counter }));
}

/** What is added and taken away alike is neither: `all - (all - good)` is good. */
export function cancelled(terms: readonly Term[]): readonly Term[] {
  const left: Term[] = [];
  for (const term of terms) {
    const against = left.findIndex(
      (one) =>
        close(one.factor, -term.factor) && isWithin(one.counter, term.counter) && isWithin(term.counter, one.counter),
    );
    if (against >= 0) left.splice(against, 1);
    else left.push(term);
  }
  return left;
}

/** As Apdex does: of two buckets that are added, one holds what the other holds. */
function onceEach(terms: readonly Term[], at: Expr['at']): void {
  const added = terms.filter(({ factor }) => factor > 0).map(({ counter }) => counter);
  const twice = added.find((one, index) => added.slice(index + 1).some((other) => mayOverlap(one, other)));
  if (!twice) return;
  const hint = `keep one bucket, for what is fast enough: sum(rate(${selectorText(twice)}[5m])) divided by all`;
  refuse(`two buckets of ${twice.name} are added, as for Apdex: a fast request counts in both`, at, hint);
}

/** All counters of a sum have to be multiplied by the same number: a weighted sum counts no events. */
export function magnitude(terms: readonly Term[], at: Expr['at']): number {
  const [first] = terms;
  const size = Math.abs(first!.factor);
  if (size === 0 || !Number.isFinite(size)) refuse(`a count times ${size} counts nothing`, at, 'remove the factor');
  if (!terms.every(({ factor }) => close(Math.abs(factor), size))) {
    refuse('the counters of a sum are weighted differently', at, 'add them as they are');
  }
  return size;
}

/** What a part leaves of the whole. What stands in both is left out, unless nothing would be left. */
export function rest(whole: CounterSum, part: CounterSum): CounterSum {
  const left = [...whole];
  const taken = part.filter((one) => {
    const same = left.findIndex((other) => JSON.stringify(other) === JSON.stringify(one));
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  const all = [...left, ...negated(taken)];
  return all.some(({ sign }) => sign > 0) ? all : [...whole, ...negated(part)];
}

const negated = (sum: CounterSum): CounterSum => sum.map(({ sign, counter }) => ({ sign: sign > 0 ? -1 : 1, counter }));
