/**
 * Who served when, told from the counts of two revisions: a recording of metrics holds no traffic split. Pure.
 *
 * The operator reads the split from Cloud Run and need not estimate it, so to use the whole of the recording for it, what
 * came later too, lets the replay know nothing that was not known at the time.
 */

/** Requests of both revisions in the window that ends at `toMs`. */
export interface Served {
  readonly toMs: number;
  readonly candidate: number;
  readonly control: number;
}

/** The candidate's share from `atMs` on, percent. */
export interface ShareFrom {
  readonly atMs: number;
  readonly percent: number;
}

export interface Recording {
  readonly candidate: string;
  /** null: nothing served before the candidate. */
  readonly control: string | null;
  /** The candidate's first request came after this; the range's beginning where it had served before. */
  readonly firstMs: number;
  /** The candidate had no requests before the range. */
  readonly isNew: boolean;
  readonly endMs: number;
  /** Oldest first, never empty. */
  readonly shares: readonly ShareFrom[];
  /** Both served for a while, so that there is a control. */
  readonly concurrent: boolean;
  /** The ends of the last windows in which each had requests. */
  readonly lastMs: { readonly candidate: number; readonly control: number };
}

/** So many windows with both make a canary; fewer are a change of the traffic, which takes a moment. */
const fewestTogether = 3;

export const isConcurrent = (served: readonly Served[], shares: readonly ShareFrom[], tickMs: number): boolean =>
  served.filter(({ toMs, candidate, control }) => {
    const percent = percentAt(shares, toMs - tickMs);
    return candidate > 0 && control > 0 && percent > 0 && percent < 100;
  }).length >= fewestTogether;

export const percentAt = (shares: readonly ShareFrom[], atMs: number): number =>
  shares.findLast((share) => share.atMs <= atMs)?.percent ?? 0;

interface Stretch {
  readonly atMs: number;
  candidate: number;
  all: number;
}

/**
 * The shares as stretches of time. One ends where two windows in a row are further off in the same direction than chance
 * would have it: a single one may be a scrape that came late. The first of the two may hold the change, so its counts are
 * left out.
 */
export function sharesOf(served: readonly Served[], tickMs: number): ShareFrom[] {
  const stretches: Stretch[] = [];
  const known = served.filter(({ candidate, control }) => candidate + control > 0);
  for (let i = 0; i < known.length; i++) {
    const now = known[i]!;
    const stretch = stretches.at(-1);
    const next = known[i + 1];
    const side = stretch ? offBy(now, stretch) : 0;
    if (stretch && (side === 0 || next === undefined || offBy(next, stretch) !== side)) {
      if (side === 0) add(stretch, now);
      continue;
    }
    const begun: Stretch = { atMs: now.toMs - tickMs, candidate: 0, all: 0 };
    add(begun, next ?? now);
    stretches.push(begun);
    if (next) i++;
  }
  const shares = stretches.map(({ atMs, candidate, all }) => ({ atMs, percent: wholePercent(candidate / all) }));
  return shares.filter(({ percent }, i) => percent !== shares[i - 1]?.percent);
}

function add(stretch: Stretch, { candidate, control }: Served): void {
  stretch.candidate += candidate;
  stretch.all += candidate + control;
}

/** -1, 0 or 1: below, like, or above the stretch so far. */
function offBy({ candidate, control }: Served, stretch: Stretch): -1 | 0 | 1 {
  const all = candidate + control;
  const expected = stretch.candidate / stretch.all;
  const share = candidate / all;
  // One request more on either side, so that a share of 0 or 100 % has a spread, too.
  const likely = (stretch.candidate + 1) / (stretch.all + 2);
  const spread = Math.sqrt(likely * (1 - likely) * (1 / all + 1 / stretch.all));
  if (Math.abs(share - expected) <= 5 * spread + 0.005) return 0;
  return share > expected ? 1 : -1;
}

/** Requests that were under way at a change are no share; anything else is at least 1 and at most 99. */
function wholePercent(fraction: number): number {
  if (fraction < 0.003) return 0;
  if (fraction > 0.997) return 100;
  return Math.min(99, Math.max(1, Math.round(100 * fraction)));
}
