/**
 * The instances of a candidate are all new, and a new instance may be slow until its code is compiled and its caches are
 * full, for longer than any warm-up that was declared. Nothing in a tick tells that from a slower revision; only time does.
 * So what a young candidate's latency says suspects as ever, and counts for half of a conviction; the other half has to come
 * from instances that had the time to become fast.
 */
import type { Evidence } from '../../status/evidence.ts';
import { type Terms, tickCap } from './terms.ts';

export const youngMs = 5 * 60_000;

/** To lower an e-process at any time leaves it one: the odds only get smaller. */
export function heldBack(evidence: Evidence, terms: Terms): Evidence {
  const most = Math.log(1 / 2) + (terms.ticksToConvict / 2) * tickCap(terms);
  const atMost = (processes: readonly number[] = []) => processes.map((one) => Math.min(one, most));
  const { absolute, relative, fineAbsolute, fineRelative } = evidence;
  return {
    ...evidence,
    absolute: atMost(absolute),
    relative: atMost(relative),
    fineAbsolute: atMost(fineAbsolute),
    fineRelative: atMost(fineRelative),
  };
}
