/** A fault of the candidate's own, put on top of what was recorded of it: more of its requests are bad, in clusters. */
import type { Tally } from '../../../src/facts/counts.ts';
import type { Random } from '../../../src/scenario/random.ts';

/** Five times as bad as the service, or five points worse. */
export type Fault = 'x5' | '+5 pp';

/** Five times next to nothing is within what is allowed, and no fault: there it is the points. */
export const faultFor = (serviceBad: number, allowed: number): Fault =>
  5 * serviceBad > 1.1 * allowed ? 'x5' : '+5 pp';

const certainty = 0.999;

/** The candidate's bad fraction, in the long run. */
export const badWith = (fault: Fault, serviceBad: number): number =>
  Math.min(certainty, fault === 'x5' ? 5 * serviceBad : serviceBad + 0.05);

/** A tick of few bad ones is made five times as bad as the service usually is. What is left of a cluster hits the next ticks. */
export function worsened(
  candidate: readonly Tally[],
  fault: Fault,
  serviceBad: number,
  clusterMean: number,
  random: Random,
): Tally[] {
  let left = 0;
  return candidate.map(({ bad, total }) => {
    const more = fault === 'x5' ? 4 * Math.max(bad, total * serviceBad) : 0.05 * total;
    for (let clusters = random.poisson(more / clusterMean); clusters > 0; clusters--) {
      left += random.geometric(1 / clusterMean);
    }
    const added = Math.min(left, total - bad);
    left -= added;
    return { bad: bad + added, total };
  });
}
