/**
 * Which texts stand for a number that is at least another, as a regular expression (RE2). It chooses the boundaries of a
 * histogram where nobody has asked the source how it writes them: 0.3, .3, 0.30; 1, 1.0; 1e+06. Infinity is not among them.
 */
import { decimal } from './decimal.ts';

/** `least` is above zero. Signs are not: no boundary of durations has one. */
export function atLeastPattern(least: number): string {
  const [whole = '0', fraction = ''] = decimal(least).split('.');
  return [...wholeAtLeast(whole, fraction), ...scientific(least)].join('|');
}

/** The texts for this number alone. */
export function exactlyPattern(value: number): string {
  const [whole = '0', fraction = ''] = decimal(value).split('.');
  const before = whole === '0' && fraction !== '' ? '0?' : whole;
  const plain = fraction === '' ? `${before}(\\.0*)?` : `${before}\\.${fraction}0*`;
  if (value < 1) return plain;
  const exponent = Math.floor(Math.log10(value) + 1e-12);
  const [lead = '1', rest = ''] = decimal(value / 10 ** exponent).split('.');
  return `${plain}|${lead}${rest === '' ? '(\\.0*)?' : `\\.${rest}0*`}[eE]\\+?0?${exponent}`;
}

const anyFraction = '(\\.[0-9]*)?';

function wholeAtLeast(whole: string, fraction: string): string[] {
  const longer = whole === '0' ? `[1-9][0-9]*${anyFraction}` : `[1-9][0-9]{${whole.length},}${anyFraction}`;
  const larger = whole === '0' ? [] : aboveAt(whole).map((text) => `${text}${anyFraction}`);
  return [longer, ...larger, ...sameWhole(whole === '0' ? '0?' : whole, fraction)];
}

function sameWhole(whole: string, fraction: string): string[] {
  if (fraction === '') return [`${whole}${anyFraction}`];
  const larger = [...fraction].flatMap((digit, i) =>
    digit === '9' ? [] : [`${fraction.slice(0, i)}${digitAbove(digit)}[0-9]*`],
  );
  return [`${whole}\\.(${[...larger, `${fraction}[0-9]*`].join('|')})`];
}

/** Numbers of as many digits that are larger. */
const aboveAt = (whole: string): string[] =>
  [...whole].flatMap((digit, i) =>
    digit === '9' ? [] : [`${whole.slice(0, i)}${digitAbove(digit)}${repeated(whole.length - i - 1)}`],
  );

const digitAbove = (digit: string): string => (digit === '8' ? '9' : `[${Number(digit) + 1}-9]`);
const repeated = (count: number): string => (count === 0 ? '' : count === 1 ? '[0-9]' : `[0-9]{${count}}`);

/** Large numbers are written so by Go, Java and others: 1e+06, 1.5E6. */
function scientific(least: number): string[] {
  const exponent = Math.max(0, Math.floor(Math.log10(least) + 1e-12));
  const mantissa = least >= 1 ? decimal(least / 10 ** exponent) : '1';
  const [whole = '1', fraction = ''] = mantissa.split('.');
  const sameExponent = [...aboveAt(whole).map((text) => `${text}${anyFraction}`), ...sameWhole(whole, fraction)];
  const larger = exponentAbove(exponent);
  const text = (mantissas: string, exponents: string) => `(${mantissas})[eE]\\+?0?(${exponents})`;
  return [text(sameExponent.join('|'), String(exponent)), text(`[1-9]${anyFraction}`, larger)];
}

/** Nobody waits for 10^20 of anything. */
const exponentAbove = (exponent: number): string =>
  Array.from({ length: 20 - exponent }, (_, i) => exponent + 1 + i).join('|');
