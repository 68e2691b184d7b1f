/**
 * Where a falling or rising function crosses zero: R. P. Brent, "Algorithms for Minimization without Derivatives" (1973),
 * chapter 4, in the variant that R has, which remembers one step instead of two. Where the function jumps, as those of ranks
 * do, the last digits depend on such details.
 */
export function rootBetween(f: (x: number) => number, low: number, high: number, accuracy: number): number {
  // b is the best guess, a the one before it, c lies on the other side of the root.
  let [a, fa] = [low, f(low)];
  let [b, fb] = [high, f(high)];
  let [c, fc] = [a, fa];
  for (;;) {
    const stepBefore = Math.abs(b - a);
    if (Math.abs(fc) < Math.abs(fb)) [a, fa, b, fb, c, fc] = [b, fb, c, fc, b, fb];
    const tolerance = 2 * Number.EPSILON * Math.abs(b) + accuracy / 2;
    let step = (c - b) / 2;
    if (Math.abs(step) <= tolerance || fb === 0) return b;
    if (stepBefore >= tolerance && Math.abs(fa) > Math.abs(fb)) {
      const { p, q } = interpolated(a, fa, b, fb, c, fc);
      const inside = p < 0.75 * (c - b) * q - Math.abs(tolerance * q) / 2;
      if (inside && p < Math.abs((stepBefore * q) / 2)) step = p / q;
    }
    if (Math.abs(step) < tolerance) step = step > 0 ? tolerance : -tolerance;
    a = b;
    fa = fb;
    b += step;
    fb = f(b);
    if (fb * fc > 0) {
      c = a;
      fc = fa;
    }
  }
}

/** The step p/q of a secant, or of an inverse parabola where there are three points; p is not negative. */
function interpolated(a: number, fa: number, b: number, fb: number, c: number, fc: number) {
  const s = fb / fa;
  let p = (c - b) * s;
  let q = 1 - s;
  if (a !== c) {
    const t = fa / fc;
    const r = fb / fc;
    p = s * ((c - b) * t * (t - r) - (b - a) * (r - 1));
    q = (t - 1) * (r - 1) * (s - 1);
  }
  return p > 0 ? { p, q: -q } : { p: -p, q };
}
