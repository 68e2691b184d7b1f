/**
 * Which texts stand for a number that is at least another, as a regular expression (RE2). It chooses the boundaries of a
 * histogram where nobody has asked the source how it writes them: 0.3, .3, 0.30; 1, 1.0; 1e+06. Infinity is not among them.
 */
import { decimal } from './decimal.ts';

/** `least` is above zero. Signs are not: no boundary of durations has one. */
export function atLeastPattern(least: number): string {
  return [...wholeAtLeast(...parts(least)), ...scientificAtLeast(least)].join('|');
}

/** The texts for this number alone. */
export function exactlyPattern(value: number): string {
  const [whole, fraction] = parts(value);
  const plain = exactly(whole === '0' && fraction !== '' ? '0?' : whole, fraction);
  const exponent = Math.floor(Math.log10(value) + 1e-12);
  if (exponent < scientificFrom) return plain;
  return `${plain}|${scientific(exactly(...parts(value / 10 ** exponent)), String(exponent))}`;
}

const exactly = (whole: string, fraction: string): string =>
  fraction === '' ? `${whole}(\\.0*)?` : `${whole}\\.${fraction}0*`;

function parts(value: number): [whole: string, fraction: string] {
  const [whole = '0', fraction = ''] = decimal(value).split('.');
  return [whole, fraction];
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

/** From here on some write numbers so: 1e+06, 1.5E7. */
const scientificFrom = 6;

function scientificAtLeast(least: number): string[] {
  const exponent = Math.floor(Math.log10(least) + 1e-12);
  if (exponent < scientificFrom) return [scientific(`[1-9]${anyFraction}`, exponentsFrom(scientificFrom))];
  const [whole, fraction] = parts(least / 10 ** exponent);
  const sameExponent = [...aboveAt(whole).map((text) => `${text}${anyFraction}`), ...sameWhole(whole, fraction)];
  return [
    scientific(sameExponent.join('|'), String(exponent)),
    scientific(`[1-9]${anyFraction}`, exponentsFrom(exponent + 1)),
  ];
}

const scientific = (mantissas: string, exponents: string): string => `(${mantissas})[eE]\\+?0?(${exponents})`;

/** Nobody waits for 10^20 of anything. */
const exponentsFrom = (exponent: number): string =>
  exponent < 10 ? `[${exponent}-9]|1[0-9]` : Array.from({ length: 20 - exponent }, (_, i) => exponent + i).join('|');
