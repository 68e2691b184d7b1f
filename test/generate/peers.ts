/**
 * What Sloth and Pyrra make of an SLO, written anew by the formulae that they document: the share of errors in each window, what is
 * left of the budget, and when they alert. Each expression is asked of a Prometheus beside ours.
 */
export interface PeerAlert {
  readonly title: string;
  readonly expr: string;
  readonly forMinutes: number;
}

export interface Peer {
  /** Name under which the share in a window is recorded, and how it is calculated. */
  readonly shares: readonly { readonly window: string; readonly record: string; readonly expr: string }[];
  /** Of the whole budget, what is left: 1 is all of it. */
  readonly left: string;
  readonly alerts: readonly PeerAlert[];
}

export interface SlothSlo {
  readonly errorQuery: string;
  readonly totalQuery: string;
  /** Percent. */
  readonly objective: number;
}

const slothWindows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
/** Of thirty days: short and long window, and how many times faster than evenly. */
const slothPairs = {
  page: [
    ['5m', '1h', 14.4],
    ['30m', '6h', 6],
  ],
  ticket: [
    ['2h', '1d', 3],
    ['6h', '3d', 1],
  ],
} as const;

/** Two queries divided in each window; the thirty days are the mean of what was recorded of five minutes. */
export function sloth({ errorQuery, totalQuery, objective }: SlothSlo, id: string): Peer {
  const filled = (query: string, window: string) => query.trim().replaceAll(/\{\{\s*\.window\s*\}\}/g, window);
  const record = (window: string) => `peer:${id}:ratio_rate${window}`;
  const mean = `sum_over_time(${record('5m')}[30d]) / count_over_time(${record('5m')}[30d])`;
  const budget = `(1 - ${objective / 100})`;
  const pair = ([short, long, factor]: readonly [string, string, number]) =>
    `(max(${record(short)} > (${factor} * ${budget})) and max(${record(long)} > (${factor} * ${budget})))`;
  return {
    shares: slothWindows.map((window) => ({
      window,
      record: record(window),
      expr: `(${filled(errorQuery, window)}) / (${filled(totalQuery, window)})`,
    })),
    left: `1 - (${mean}) / ${budget}`,
    alerts: Object.entries(slothPairs).map(([title, pairs]) => ({
      title,
      expr: pairs.map(pair).join(' or '),
      forMinutes: 0,
    })),
  };
}

export interface PyrraSlo {
  /** Selectors of counters. */
  readonly total: string;
  /** Of bad ones, or of those that were quick enough. */
  readonly part: { readonly errors: string } | { readonly success: string };
  /** Percent. */
  readonly target: number;
}

/** Of four weeks: short and long window, factor, and for how long it has to be. */
const pyrraPairs = [
  ['5m', '1h', 14, 2],
  ['30m', '6h', 7, 15],
  ['2h', '1d', 2, 60],
  ['6h', '4d', 1, 180],
] as const;

/** Of four weeks, by increases over all of them. */
export function pyrra({ total, part, target }: PyrraSlo, id: string): Peer {
  const record = (window: string) => `peer:${id}:burnrate${window}`;
  const rate = (selector: string, window: string) => `sum(rate(${selector}[${window}]))`;
  const share = (window: string) =>
    'errors' in part
      ? `${rate(part.errors, window)} / ${rate(total, window)}`
      : `(${rate(total, window)} - ${rate(part.success, window)}) / ${rate(total, window)}`;
  const grown = (selector: string) => `sum(increase(${selector}[4w]))`;
  const good =
    'errors' in part
      ? `1 - (${grown(part.errors)} or vector(0)) / ${grown(total)}`
      : `(${grown(part.success)} or vector(0)) / ${grown(total)}`;
  const budget = `(1 - ${target / 100})`;
  return {
    shares: [...new Set(pyrraPairs.flatMap((pair) => pair.slice(0, 2) as string[]))].map((window) => ({
      window,
      record: record(window),
      expr: share(window),
    })),
    left: `((${good}) - ${target / 100}) / ${budget}`,
    alerts: pyrraPairs.map(([short, long, factor, forMinutes]) => ({
      title: `${short} ${long}`,
      expr: `${record(short)} > (${factor} * ${budget}) and ${record(long)} > (${factor} * ${budget})`,
      forMinutes,
    })),
  };
}
