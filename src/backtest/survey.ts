/** Finds in a recording what Cloud Run would have told: which revisions served, when, and with what share. */

import { tickOf } from '../decide/freshness.ts';
import type { Answer } from '../facts/answer.ts';
import type { Counts, Tally } from '../facts/counts.ts';
import { serviceText } from '../facts/service.ts';
import { iso } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import { type Asked, askedOf, type Metrics } from '../ports/metrics.ts';
import { isConcurrent, type Recording, type Served, sharesOf } from './recording.ts';

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
  /** The candidate; null: the newest that has its first request in the range. */
  readonly revision: string | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Servers answer at most 11,000 points a series. */
const mostTicks = 1_440;
/** Samples may go on for so long after the last one that counts. */
const afterMs = 60_000;

/** Throws, with a sentence for people, where there is nothing to replay. */
export async function survey(
  metrics: Metrics,
  policy: Policy,
  range: Range,
  onProgress: (what: string) => void = () => undefined,
): Promise<Recording> {
  const windows = await windowsOf(metrics, policy, range, onProgress);
  const { objective, seen } = busiest(policy, windows, range);
  const inRange = seen.filter(({ toMs }) => toMs > range.fromMs);
  const earlier = seen.filter(({ toMs }) => toMs <= range.fromMs);
  const names = namesIn(inRange);
  if (names.length === 0) {
    throw new Error(
      `no requests of ${serviceText(policy.service)} are recorded between ${iso(range.fromMs)} and ${iso(range.toMs)}: ` +
        `look at the times, and whether the series that the policy counts by carry the label ${policy.revisionLabel}`,
    );
  }
  const old = new Set(namesIn(earlier));
  const candidate = candidateOf(range, names, old);

  const asked = askedOf(policy, objective);
  const firstWindow = inRange.find(({ totals }) => (totals[candidate] ?? 0) > 0)!;
  const pace = await metrics.freshness(asked, firstWindow.toMs);
  const tickMs = tickOf(pace.kind === 'Unknown' ? 0 : pace.value.intervalMs);
  const ticks = (revision: string) => ticksOf(metrics, asked, revision, range, tickMs);
  onProgress('who served when');
  const served = await ticks(candidate);
  // A counter's first sample is only the base of the next.
  const first = served.findIndex(({ total }) => total > 0);
  const firstMs = Math.max(range.fromMs, (served[first]?.toMs ?? firstWindow.toMs) - 2 * tickMs);
  const control = mostBefore(seen, candidate, firstMs);
  const beside = control === null ? [] : await ticks(control);
  const both = served.map(({ toMs, total }, i): Served => ({ toMs, candidate: total, control: beside[i]?.total ?? 0 }));
  const during = both.filter(({ toMs }) => toMs > firstMs);
  const last = (of: (one: Served) => number) => during.findLast((one) => of(one) > 0)?.toMs ?? firstMs;
  const begun = during.findIndex((one) => one.candidate > 0);
  const [share, ...changes] = sharesOf(during.slice(Math.max(0, begun)), tickMs);
  const lastMs = { candidate: last((one) => one.candidate), control: last((one) => one.control) };
  return {
    candidate,
    control,
    firstMs,
    isNew: !old.has(candidate),
    // Where the recording ends, its silence is no outage.
    endMs: Math.min(range.toMs, Math.max(lastMs.candidate, lastMs.control) + afterMs),
    // The first share was given a moment before its first request.
    shares: [{ atMs: firstMs, percent: share?.percent ?? 0 }, ...changes],
    concurrent: isConcurrent(during),
    lastMs,
  };
}

interface Window {
  readonly toMs: number;
  /** In the order of the objectives. */
  readonly answers: readonly Answer<Counts>[];
}

interface Totals {
  readonly toMs: number;
  readonly totals: Readonly<Record<string, number>>;
}

/** Counts by the hour, of the day before the range and of the range. */
async function windowsOf(
  metrics: Metrics,
  policy: Policy,
  { fromMs, toMs }: Range,
  onProgress: (what: string) => void,
): Promise<Window[]> {
  const ends: number[] = [];
  for (let atMs = fromMs - dayMs + hourMs; atMs <= fromMs; atMs += hourMs) ends.push(atMs);
  for (let atMs = fromMs; atMs < toMs; ) {
    atMs = Math.min(toMs, atMs + hourMs);
    ends.push(atMs);
  }
  const windows: Window[] = [];
  let beginMs = fromMs - dayMs;
  for (const [i, endMs] of ends.entries()) {
    onProgress(`looking for revisions, hour ${i + 1} of ${ends.length}`);
    const question = { fromMs: beginMs, toMs: endMs, tickMs: 60_000, revisions: [], createdAtMs: {} };
    const answers = await Promise.all(
      policy.objectives.map((objective) => metrics.counts({ ...askedOf(policy, objective), ...question })),
    );
    windows.push({ toMs: endMs, answers });
    beginMs = endMs;
  }
  return windows;
}

/** The objective that saw most requests tells who served; throws where none could be read. */
function busiest(policy: Policy, windows: readonly Window[], { fromMs }: Range) {
  const byObjective = policy.objectives.map((objective, i) => {
    const seen = windows.flatMap(({ toMs, answers }): Totals[] => {
      const answer = answers[i];
      return answer?.kind === 'Known' ? [{ toMs, totals: totalsOf(answer.value.byRevision) }] : [];
    });
    const requests = seen.filter(({ toMs }) => toMs > fromMs).flatMap(({ totals }) => Object.values(totals));
    return { objective, seen, requests: requests.reduce((sum, total) => sum + total, 0) };
  });
  const readable = byObjective.filter(({ seen }) => seen.length > 0);
  if (readable.length === 0) {
    const failure = windows.flatMap(({ answers }) => answers).find((answer) => answer.kind === 'Unknown');
    throw new Error(failure?.kind === 'Unknown' ? failure.message : 'nothing could be read');
  }
  return readable.sort((a, b) => b.requests - a.requests)[0]!;
}

const totalsOf = (byRevision: Readonly<Record<string, Tally>>): Record<string, number> =>
  Object.fromEntries(Object.entries(byRevision).map(([name, { total }]) => [name, total]));

/** Of the revisions with requests, those that had their first one earlier come first. */
function namesIn(seen: readonly Totals[]): string[] {
  const names = new Set<string>();
  for (const { totals } of seen) {
    for (const name of Object.keys(totals).toSorted()) if (totals[name]! > 0) names.add(name);
  }
  return [...names];
}

function candidateOf({ revision, fromMs, toMs }: Range, names: readonly string[], old: ReadonlySet<string>): string {
  const when = `between ${iso(fromMs)} and ${iso(toMs)}`;
  if (revision !== null) {
    if (names.includes(revision)) return revision;
    throw new Error(`${revision} had no requests ${when}; the revisions that had are ${names.join(', ')}`);
  }
  const newest = names.findLast((name) => !old.has(name));
  // What is alone, and has no past, is as likely the beginning of the recording as a deploy.
  if (newest !== undefined && (names.length > 1 || old.size > 0)) return newest;
  throw new Error(
    `no revision had its first request ${when}; those that had requests are ${names.join(', ')}: ` +
      'take a range that holds a deploy, or name one with --revision',
  );
}

/** Who served before the candidate came: whoever had most of the last hour that anybody else had any of. */
function mostBefore(seen: readonly Totals[], candidate: string, firstMs: number): string | null {
  const before = seen.filter(({ toMs }) => toMs - hourMs < firstMs).toReversed();
  for (const { totals } of before) {
    const others = Object.entries(totals).filter(([name, total]) => name !== candidate && total > 0);
    const most = others.sort(([, a], [, b]) => b - a)[0];
    if (most) return most[0];
  }
  return null;
}

/** One revision's requests in windows that end every `tickMs` from the range's beginning on. */
async function ticksOf(
  metrics: Metrics,
  asked: Asked,
  revision: string,
  { fromMs, toMs }: Range,
  tickMs: number,
): Promise<{ readonly toMs: number; readonly total: number }[]> {
  const count = Math.floor((toMs - fromMs) / tickMs);
  const ticks: { toMs: number; total: number }[] = [];
  for (let done = 0; done < count; ) {
    const now = Math.min(mostTicks, count - done);
    const endMs = fromMs + (done + now) * tickMs;
    const history = await metrics.history({ ...asked, revision, toMs: endMs, lengthMs: now * tickMs, tickMs });
    if (history.kind === 'Unknown') throw new Error(history.message);
    const { ticks: found } = history.value;
    const missing = now - found.length;
    found.forEach(({ total }, i) => {
      ticks.push({ toMs: fromMs + (done + missing + i + 1) * tickMs, total });
    });
    done += now;
  }
  return ticks;
}
