/** Which bucket of a histogram is meant. Buckets are cumulative: several of them count the same events several times. */
import type { Span } from '../error.ts';
import type { Counter, LabelMatch } from './model.ts';
import { refuse } from './refusal.ts';

/** The text of a boundary as a number; NaN where it is none. */
export const boundaryValue = (text: string): number =>
  /^\+?inf$/i.test(text.trim())
    ? Number.POSITIVE_INFINITY
    : /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)
      ? Number(text)
      : Number.NaN;

/** The one boundary that the counter chooses, as it is written; null where it is no bucket. */
export function boundaryOf({ name, matchers }: Counter): LabelMatch | null {
  return name.endsWith('_bucket') ? (matchers.find(({ label, op }) => label === 'le' && op === '=') ?? null) : null;
}

/** The counter, whose `le`, where it has buckets, is one number; refused where it is none or several. */
export function ofOneBucket(counter: Counter, at: Span): Counter {
  if (!counter.name.endsWith('_bucket')) return counter;
  const chosen = counter.matchers.filter(({ label }) => label === 'le');
  const hint = 'choose one: le="0.3" for what is fast enough, le="+Inf" or the metric that ends in _count for all';
  if (chosen.length === 0) {
    refuse(`${counter.name} without le counts each request once for every bucket above it`, at, hint);
  }
  const [only] = chosen;
  const text = chosen.length === 1 && only!.op === '=' ? only!.value : only!.op === '=~' ? single(only!.value) : null;
  if (chosen.length > 1 || text === null || Number.isNaN(boundaryValue(text))) {
    const said = chosen.map(({ label, op, value }) => `${label}${op}"${value}"`).join(',');
    refuse(`${counter.name}{${said}} is not one bucket: several count the same request several times`, at, hint);
  }
  const matchers = counter.matchers.map((one): LabelMatch => (one === only ? { ...one, op: '=', value: text } : one));
  return { ...counter, matchers };
}

/** A regular expression for the spellings of one number: `1(\.0)?`, `0\.30*`, `0.3|3e-1`. A bare dot may be any character. */
function single(pattern: string): string | null {
  const texts = pattern
    .replace(/^\^?\((?:\?:)?([^()]*)\)\$?$/, '$1')
    .replace(/^\^|\$$/g, '')
    .split('|')
    .map((text) =>
      text
        .replaceAll('[.]', '\\.')
        .replaceAll('[+]', '+')
        .replace(/\((?:\?:)?\\\.0[*+]?\)[?*]?$/, '')
        .replace(/(\\\.\d*?)0[*+]$/, '$1')
        .replace(/\\\.$/, ''),
    );
  // `1.0` is 1.0, 100 and 1x0; no boundary but 0.3 is written 0?3.
  if (texts.some((text) => /(?<!\\)\./.test(text) && !/^0\.\d+$/.test(text))) return null;
  const numbers = texts.map((text) => text.replace(/\\([.+])/g, '$1'));
  const values = new Set(numbers.map(boundaryValue));
  return values.size === 1 && !values.has(Number.NaN) ? numbers[0]! : null;
}

/** Whether two buckets of one histogram may hold the same event: not where another label keeps them apart. */
export function mayOverlap(a: Counter, b: Counter): boolean {
  if (a.name !== b.name || boundaryOf(a) === null || boundaryOf(b) === null) return false;
  const exact = ({ matchers }: Counter, label: string) =>
    matchers.find((one) => one.label === label && one.op === '=')?.value;
  return !a.matchers.some(({ label }) => {
    const [mine, theirs] = [exact(a, label), exact(b, label)];
    return label !== 'le' && mine !== undefined && theirs !== undefined && mine !== theirs;
  });
}
