import type { Kept } from '../../src/ports/kept.ts';

/** Of whoever keeps nothing in the cluster. */
export const nothingKept: Kept = { standing: () => null, see: () => undefined, left: () => undefined };
