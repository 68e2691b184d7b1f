/** Numbers as rules and people read them: decimals without the noise of binary fractions, and without an exponent. */

/** Twelve digits are more than any target is written with, and fewer than the noise begins at. */
export function decimal(value: number): string {
  const [digits = '0', exponent = '0'] = value.toPrecision(12).split('e');
  const text = exponent === '0' ? digits : value.toFixed(Math.max(0, Math.min(100, 11 - Number(exponent))));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** For people: 0.0144 is 1.44 %. */
export const percent = (fraction: number): string => `${decimal(Number((100 * fraction).toPrecision(4)))} %`;
