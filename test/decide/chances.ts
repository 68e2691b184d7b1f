/** Exact distributions of small counts: chances by count, from 0 on. */

export type Chances = readonly number[];

export function binomial(trials: number, chance: number): Chances {
  let chances = [1];
  for (let trial = 0; trial < trials; trial++) {
    const next = new Array<number>(chances.length + 1).fill(0);
    for (const [count, now] of chances.entries()) {
      next[count]! += now * (1 - chance);
      next[count + 1]! += now * chance;
    }
    chances = next;
  }
  return chances;
}

/** So far out that a likelihood ratio which grows by up to `factor` with each event has its expectation in it, too. */
export const poisson = (mean: number, factor = 1): Chances => lnPoisson(mean, factor).map(Math.exp);

/** Their logarithms, for where chances are too small for a number. */
export function lnPoisson(mean: number, factor = 1): readonly number[] {
  const far = mean * Math.max(1, factor);
  const length = Math.ceil(far + 9 * Math.sqrt(far) + 40);
  let ln = -mean;
  return Array.from({ length }, (_, count) => {
    if (count > 0) ln += Math.log(mean / count);
    return ln;
  });
}

/** Without the last counts, which together are less likely than `tail`. */
export function withoutTail(chances: Chances, tail = 1e-14): Chances {
  let [end, left] = [chances.length, 0];
  while (left + chances[end - 1]! < tail) left += chances[--end]!;
  return chances.slice(0, end);
}

/** Of the sum of two independent counts. */
export function together(one: Chances, other: Chances): Chances {
  const sum = new Array<number>(one.length + other.length - 1).fill(0);
  for (const [i, a] of one.entries()) for (const [j, b] of other.entries()) sum[i + j]! += a * b;
  return sum;
}

/** Of a value that depends on two independent counts. */
export function expectation(one: Chances, other: Chances, value: (one: number, other: number) => number): number {
  let sum = 0;
  for (const [i, a] of one.entries()) {
    for (const [j, b] of other.entries()) if (a * b > 0) sum += a * b * value(i, j);
  }
  return sum;
}
