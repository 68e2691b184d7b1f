/** A pasted ratio as counters, turned where it proves to answer with what is good. */
import { type Expr, unwrap } from '../ast.ts';
import { ofOneBucket } from './buckets.ts';
import { type Leans, leaningOf } from './direction.ts';
import { type Context, counterOf } from './leaf.ts';
import type { CounterSum, Reading, ReadRatio } from './model.ts';
import { isRunMetric } from './names.ts';
import { close, scaledBy } from './numbers.ts';
import { only, refuse, refusing } from './refusal.ts';
import { isShare } from './share.ts';
import { factorOf, type Split, splitOf, sumsOf } from './split.ts';
import { sideOf } from './sum.ts';
import { magnitude, rest, signed } from './terms.ts';
import { parsePasted } from './text.ts';

/** Throws QueryRefused with the position in `query`. */
export const readRatio = (query: string, context: Context): ReadRatio =>
  refusing(query, (text) => ratioIn(parsePasted(text), context));

export const ratioIn = (expr: Expr, context: Context): ReadRatio => countersOf(splitOf(expr, context), expr);

/** One of the two counters given apart: a selector, or a sum as it stands on one side of a division. */
export const readCounter = (query: string, context: Context): CounterSum =>
  refusing(query, (text) => {
    const expr = parsePasted(text);
    const bare = unwrap(expr);
    if (bare.kind === 'Selector') {
      return [{ sign: 1, counter: ofOneBucket(counterOf(bare, context), bare.at) }];
    }
    const { terms } = sideOf(expr, context);
    const sum = signed(terms, expr);
    const factor = magnitude(terms, expr.at);
    if (!close(factor, 1)) refuse(`the count is multiplied by ${factor}`, expr.at, 'write the plain count');
    return sum;
  });

export type Declared =
  | { readonly ok: true; readonly ratio: ReadRatio }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** What the two counters given apart come to, or the words by which they contradict themselves. */
export function declaredRatio(
  given: { readonly bad: CounterSum } | { readonly good: CounterSum },
  total: CounterSum,
): Declared {
  const [counted, as] = 'bad' in given ? [given.bad, 'Bad' as const] : [given.good, 'Good' as const];
  const leans = leaningOf(counted, total);
  const isAgainst = leans !== null && leans.to !== as;
  if (isAgainst && leans.certain) {
    const hint = `write it as ${as === 'Bad' ? 'good' : 'bad'}: beside total:`;
    return { ok: false, message: `these are ${leans.to.toLowerCase()} events: ${leans.because}`, hint };
  }
  const impossible = contradiction(counted, total);
  if (impossible !== null) return { ok: false, ...impossible };
  const bad = 'bad' in given ? given.bad : rest(total, given.good);
  const declared =
    as === 'Bad' ? 'Bad events and all of them, as declared' : 'Bad is what the good events leave of all, as declared';
  const reading: Reading = isAgainst
    ? {
        direction: as,
        proof: 'Declared',
        certain: true,
        doubtful: true,
        why: `${declared}, although ${leans.because}.`,
      }
    : { direction: as, proof: 'Declared', certain: true, why: `${declared}.` };
  return { ok: true, ratio: ratioOf(bad, total, reading) };
}

/** Two sums that are no part and its whole, whichever way they are read; null: they may be. */
function contradiction(part: CounterSum, total: CounterSum): { message: string; hint: string } | null {
  const own = [...part, ...total].filter(({ counter }) => isRunMetric(counter.name)).length;
  if (own > 0 && own < part.length + total.length) {
    return {
      message: "a counter of the app's and one of Cloud Run's own come at different times",
      hint: "take both from Cloud Run's own metrics, or both from the app's",
    };
  }
  const [isPart, isWhole] = [isShare(part, total), isShare(total, part)];
  if (isPart && isWhole) {
    return { message: 'the same is divided by itself', hint: 'let a matcher select the bad ones: x{status=~"5.."}' };
  }
  if (isWhole)
    return { message: 'the total is only a part of what is divided by it', hint: 'put all events into the total' };
  return null;
}

const ratioOf = (bad: CounterSum, total: CounterSum, reading: Reading): ReadRatio => ({
  events: isShare(bad, total) ? 'Share' : 'Rate',
  bad,
  total,
  reading,
});

function countersOf(split: Split, expr: Expr): ReadRatio {
  const { top, total } = sumsOf(split, expr);
  const factor = factorOf(split, expr.at);
  if (!close(factor, 1) && !close(factor, 100)) refuseFactor(factor, expr);
  const impossible = contradiction(top, total);
  if (impossible !== null) refuse(impossible.message, expr.at, impossible.hint);
  const leans = leaningOf(top, total);
  const bad = leans === null ? (split.isRest ? rest(total, top) : top) : leans.to === 'Bad' ? top : rest(total, top);
  return ratioOf(bad, total, readingOf(split, leans));
}

function readingOf({ isRest }: Split, leans: Leans | null): Reading {
  if (leans === null) {
    const read = isRest ? 'what is taken from the whole as good' : 'what is divided as bad';
    const why = `Nothing in the query proves which way is bad: it is read with ${read}, and no rollout begins where the figures of the stable revision speak against that. To settle it, write ratio: {bad, total} or ratio: {good, total}.`;
    return { direction: 'Bad', proof: 'Nothing', certain: false, why };
  }
  const isGood = (leans.to === 'Good') !== isRest;
  const { certain } = leans;
  const complement = isRest ? ', and the query answers with the rest' : '';
  return isGood
    ? {
        direction: 'Turned',
        proof: 'Form',
        certain,
        why: `The query answers with the good share (${leans.because}${complement}): it is turned round, and what is not good is counted as bad.`,
      }
    : {
        direction: 'Bad',
        proof: 'Form',
        certain,
        why: `The query answers with the bad share: ${leans.because}${complement}.`,
      };
}

/** A burn rate, for example. */
function refuseFactor(factor: number, expr: Expr): never {
  const bare = unwrap(expr);
  const scaled = bare.kind === 'Binary' ? scaledBy(bare) : null;
  const hint = 'write the plain ratio, or 100 times it';
  refuse(`the ratio is multiplied by ${factor}`, expr.at, hint, scaled && only(scaled.inner.at, expr.at));
}
