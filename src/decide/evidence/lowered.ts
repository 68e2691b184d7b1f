/** Evidence that is made less of: to lower an e-process at any time leaves it one. */
import type { Evidence } from '../../status/evidence.ts';

/** Both ways give no more than they are given. */
export const lowered = <E extends Evidence>(
  evidence: E,
  absolute: (ln: number) => number,
  relative: (ln: number) => number,
): E => ({
  ...evidence,
  absolute: evidence.absolute.map(absolute),
  relative: evidence.relative.map(relative),
  fineAbsolute: (evidence.fineAbsolute ?? []).map(absolute),
  fineRelative: (evidence.fineRelative ?? []).map(relative),
});
