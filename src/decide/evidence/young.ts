/**
 * The instances of a candidate are all new, and a new instance may be slow until its code is compiled and its caches are
 * full, for longer than any warm-up that was declared. Nothing in a tick tells that from a slower revision; only time does.
 * So what a young candidate's latency says suspects as ever, and counts for half of a conviction; the other half has to come
 * from instances that had the time to become fast.
 */
import type { Evidence } from '../../status/evidence.ts';
import { lowered } from './lowered.ts';
import { type Terms, tickCap } from './terms.ts';

export const youngMs = 5 * 60_000;

export function heldBack(evidence: Evidence, terms: Terms): Evidence {
  const most = Math.log(1 / 2) + (terms.ticksToConvict / 2) * tickCap(terms);
  const atMost = (ln: number): number => Math.min(ln, most);
  return lowered(evidence, atMost, atMost);
}
