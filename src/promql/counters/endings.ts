/** What a metric's name says of how that ended which it counts. */
import type { Leaning } from './vocabulary.ts';

const goodWord =
  /^(?:success|successes|successful|successfully|succeeded|ok|good|delivered|completed|accepted|hits?|2xx)$/;
const badWord =
  /^(?:errors?|errs?|failures?|failed|fails?|exceptions?|panics?|timeouts?|misse[sd]|miss|dropped|drops|rejected|rejections?|refused|disconnects?|disconnections?|aborted|aborts?|crashe[sd]|crash|denied|lost|bad|degraded|unhandled|unsuccessful|throttled|shed|5xx)$/;
/** Words that turn another round, or say that it came to nothing. */
const turning =
  /^(?:non?|not|without|free|zero|un|recovered|avoided|prevented|handled|resolved|mitigated|ignored|retried|retry|retries|after)$/;
/** What is counted, in words that any metric may have. */
const generic =
  /^(?:total|count|bucket|sum|requests?|responses?|calls?|operations?|queries|lookups?|gets?|attempts?|started|handled|sent|received|processed|all|number|num|durations?|latency|latencies|seconds|milliseconds|ms|time)$/;

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z0-9])/g, '$1_$2')
    .toLowerCase()
    .split(/[_:.]+/)
    .filter((word) => word !== '');

/** What a name is about, without how it ended. */
export const coreOf = (name: string): string =>
  wordsOf(name)
    .filter((word) => !generic.test(word) && !goodWord.test(word) && !badWord.test(word))
    .join('_');

/** What else may become of it, in a total that lists all that does. */
export const withoutTurns = (core: string): string =>
  core
    .split('_')
    .filter((word) => !turning.test(word))
    .join('_');

/** How a name says that what it counts ended; undefined: it does not, or it says both, or turns it round. */
export function wordOf(name: string): { readonly to: Leaning; readonly word: string } | undefined {
  const words = wordsOf(name);
  const [good, bad] = [words.find((word) => goodWord.test(word)), words.find((word) => badWord.test(word))];
  if ((good === undefined) === (bad === undefined) || words.some((word) => turning.test(word))) return undefined;
  return good === undefined ? { to: 'Bad', word: bad! } : { to: 'Good', word: good };
}
