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
  /** The candidate's first request in the range came after this. */
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
/** Requests that were under way at a change are no share. */
const leftOver = 0.003;

/** Unless the candidate took everything at once. */
export function isConcurrent(served: readonly Served[]): boolean {
  const shares = served.filter(({ candidate }) => candidate > 0).map(shareIn);
  const together = shares.filter((share) => share <= 1 - leftOver);
  return together.length >= fewestTogether || together.length === shares.length;
}

const shareIn = ({ candidate, control }: Served): number => candidate / (candidate + control);

export const percentAt = (shares: readonly ShareFrom[], atMs: number): number =>
  shares.findLast((share) => share.atMs <= atMs)?.percent ?? 0;

interface Stretch {
  readonly atMs: number;
  candidate: number;
  all: number;
}

/**
 * The shares as stretches of time. One ends where two windows in a row are further off in the same direction than chance
 * would have it (a single one may be a scrape that came late), or where one arm falls silent. The first window of a stretch
 * may hold the change, so its counts are left out.
 */
export function sharesOf(served: readonly Served[], tickMs: number): ShareFrom[] {
  const stretches: Stretch[] = [];
  const known = served.filter(({ candidate, control }) => candidate + control > 0);
  for (let i = 0; i < known.length; i++) {
    const now = known[i]!;
    const stretch = stretches.at(-1);
    const silent = stretch ? silenceAt(known, i, stretch) : 0;
    if (silent > 0) {
      const begun: Stretch = { atMs: now.toMs - tickMs, candidate: 0, all: 0 };
      for (const window of known.slice(i, i + silent)) add(begun, window);
      stretches.push(begun);
      i += silent - 1;
      continue;
    }
    const next = known[i + 1];
    if (stretch && !isOver(stretch, now, next)) {
      if (offBy(now, stretch) === 0) add(stretch, now);
      continue;
    }
    const begun: Stretch = { atMs: now.toMs - tickMs, candidate: 0, all: 0 };
    const isWhole = next !== undefined && (next.candidate > 0 || now.candidate === 0);
    add(begun, isWhole ? next : now);
    stretches.push(begun);
    if (isWhole) i++;
  }
  const shares = stretches.map(({ atMs, candidate, all }) => ({ atMs, percent: wholePercent(candidate / all) }));
  return shares.filter(({ percent }, i) => percent !== shares[i - 1]?.percent);
}

function add(stretch: Stretch, { candidate, control }: Served): void {
  stretch.candidate += candidate;
  stretch.all += candidate + control;
}

function isOver(stretch: Stretch, now: Served, next: Served | undefined): boolean {
  const wasSilent = stretch.candidate === 0 || stretch.candidate === stretch.all;
  if (wasSilent && now.candidate > 0 && now.control > 0) return true;
  const side = offBy(now, stretch);
  return side !== 0 && next !== undefined && offBy(next, stretch) === side;
}

/** So many windows in a row, or all that are left, are more than late scrapes. */
const fewestSilent = 3;
/** Chance leaves out so many requests once in e^10 times. */
const fewestMissed = 10;

/** How many windows from here on an arm that had a share shows nothing, where that is no chance; else 0. */
function silenceAt(known: readonly Served[], from: number, stretch: Stretch): number {
  for (const arm of ['candidate', 'control'] as const) {
    const share = (arm === 'candidate' ? stretch.candidate : stretch.all - stretch.candidate) / stretch.all;
    if (share === 0) continue;
    let end = from;
    let missed = 0;
    for (; end < known.length && known[end]![arm] === 0; end++) {
      missed += (known[end]!.candidate + known[end]!.control) * share;
    }
    const length = end - from;
    if (missed >= fewestMissed && (length >= fewestSilent || end === known.length)) return length;
  }
  return 0;
}

/** -1, 0 or 1: below, like, or above the stretch so far. */
function offBy(window: Served, stretch: Stretch): -1 | 0 | 1 {
  const all = window.candidate + window.control;
  const expected = stretch.candidate / stretch.all;
  const share = shareIn(window);
  // One request more on either side, so that a share of 0 or 100 % has a spread, too.
  const likely = (stretch.candidate + 1) / (stretch.all + 2);
  const spread = Math.sqrt(likely * (1 - likely) * (1 / all + 1 / stretch.all));
  if (Math.abs(share - expected) <= 5 * spread + 0.005) return 0;
  return share > expected ? 1 : -1;
}

/** Anything between none and all is at least 1 and at most 99. */
function wholePercent(fraction: number): number {
  if (fraction < leftOver) return 0;
  if (fraction > 1 - leftOver) return 100;
  return Math.min(99, Math.max(1, Math.round(100 * fraction)));
}
