/**
 * The rungs of a ladder that a policy declares, and those between them: no step gives a candidate more than four times what
 * it has shown to be good, and a ladder that ends early does not lead from a tenth of the traffic to nearly all of it.
 */

/** The largest share before the certificate, and the least that it may be earned at. */
export const largestUnproven = 50;
export const proving = 45;

const steepest = 4;

/** Rising, percent: what is declared and what is added. */
export function rungsOf(declared: readonly number[]): number[] {
  const last = declared.at(-1)!;
  const ends = last < proving ? [...declared, largestUnproven] : declared;
  return ends.flatMap((rung, i) => (i === 0 ? [rung] : [...between(ends[i - 1]!, rung), rung]));
}

/** As few as there may be, each about as many times the one before it, rounded so that none is too steep. */
function between(from: number, to: number): number[] {
  const steps = Math.ceil(Math.log(to / from) / Math.log(steepest));
  const rungs: number[] = [];
  for (let i = steps - 1, above = to; i > 0; i--) {
    above = Math.max(Math.round(from * (to / from) ** (i / steps)), Math.ceil(above / steepest));
    rungs.unshift(above);
  }
  return rungs;
}

/** Two steps for each one. */
export const halved = (rungs: readonly number[]): number[] => [
  ...new Set(rungs.flatMap((rung, i) => (i === 0 ? [rung] : [Math.round((rungs[i - 1]! + rung) / 2), rung]))),
];
