/** The normal distribution. */

/** The part below a value (Zelen and Severo), exact to 1e-7. */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = normalDensity(z) * series;
  return z >= 0 ? 1 - above : above;
}

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) * 0.3989422804014327;

/** The value that this part (0..1, neither) lies above, to 5e-4 (Abramowitz and Stegun, 26.2.23). */
export function normalAbove(part: number): number {
  if (part > 0.5) return -normalAbove(1 - part);
  const t = Math.sqrt(-2 * Math.log(part));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
