/** What a replay says, a decision at a time. */
import { mixture } from '../decide/evidence/logs.ts';
import { iso } from '../facts/time.ts';
import type { Evidence } from '../status/evidence.ts';

export interface Counts {
  readonly bad: number;
  readonly total: number;
}

/** What one objective's evidence had come to. */
export interface Shown {
  readonly candidate: Counts;
  readonly control: Counts;
  /** The bad fraction that is allowed. */
  readonly allowed: number;
  /** How much likelier the counts are if the candidate is bad. */
  readonly odds: number;
}

export interface Line {
  readonly at: string;
  readonly action: string;
  /** The candidate's share: what would have been written, or else what it had. */
  readonly percent: number;
  /** The candidate's share as it was recorded. */
  readonly recordedPercent: number;
  readonly reason: string;
  readonly message: string;
  /** By objective; empty before anything was judged. */
  readonly evidence: Readonly<Record<string, Shown>>;
}

const mostOdds = 1e9;

export const shownEvidence = (entries: readonly Evidence[]): Line['evidence'] =>
  Object.fromEntries(
    entries.map(({ objective, candidate, control, judgedAgainst: allowed, absolute, relative }) => [
      objective,
      shown(candidate, control, allowed, Math.min(mixture(absolute), mixture(relative))),
    ]),
  );

export const shown = (candidate: Counts, control: Counts, allowed: number, lnOdds: number): Shown => ({
  candidate: rounded(candidate),
  control: rounded(control),
  allowed: Number(allowed.toPrecision(6)),
  odds: Number(Math.min(mostOdds, Math.exp(lnOdds)).toPrecision(6)),
});

const rounded = ({ bad, total }: Counts): Counts => ({ bad: Number(bad.toFixed(3)), total: Number(total.toFixed(3)) });

export type Said = Omit<Line, 'at'>;

export const lineAt = (nowMs: number, said: Said): Line => ({ at: iso(nowMs), ...said });

export const ending = (last: Line, atMs: number): Line => ({
  ...last,
  at: iso(atMs),
  action: 'None',
  percent: last.recordedPercent,
});
