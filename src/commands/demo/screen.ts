/** What the audience sees: a panel an act, redrawn in a terminal, one line an event elsewhere. */

import { aligned } from '../../report/columns.ts';
import { linesWithin, tableFor, type Window } from '../../report/fit.ts';
import { objectives } from '../../report/objectives.ts';
import { sparkline } from '../../report/sparkline.ts';
import { headline, indent, sentences, shares } from '../../report/story.ts';
import { fullness } from '../../report/tuning.ts';
import type { Status } from '../../status/status.ts';
import type { Outcome } from './acts.ts';

export interface Panel {
  readonly name: string;
  readonly title: string;
  readonly status: Status;
  readonly outcome: Outcome | null;
  readonly ok: boolean;
  /** Per objective, the candidate's bad fraction in its newest ticks. */
  readonly trends: Readonly<Record<string, readonly number[]>>;
}

const widestTrend = 16;

export interface At {
  readonly nowMs: number;
  readonly sinceMs: number;
  readonly speed: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** One frame, at most so wide and so high: where not all acts have room, a line of each and all of the one that is `shown`. */
export function frame(panels: readonly Panel[], at: At, { columns, rows }: Size, shown: number): string {
  const all = [top(at), ...panels.flatMap((panel) => ['', ...full(panel, at.nowMs, columns)])];
  const lines = all.length <= rows ? all : one(panels, at, columns, shown);
  return linesWithin(lines, columns, rows)
    .map((line) => cut(line, columns))
    .join('\n');
}

const top = ({ nowMs, sinceMs, speed }: At): string =>
  `Steadyrun in a simulated Cloud Run: ${new Date(nowMs).toISOString().slice(11, 19)}, ${minutesOf(nowMs - sinceMs)} in, at ${speed}x speed`;

function full(panel: Panel, nowMs: number, columns: number): string[] {
  const end = panel.outcome === null ? '' : `   ${panel.ok ? '✔' : '✖'} ${panel.outcome}`;
  return [`── ${panel.title}${end} `.padEnd(columns, '─'), ...panelLines(panel, nowMs, columns)];
}

function one(panels: readonly Panel[], at: At, columns: number, shown: number): string[] {
  const each = panels.map((panel, i) => {
    const end = panel.outcome === null ? '' : `${panel.ok ? '✔' : '✖'} ${panel.outcome}`;
    return [i === shown ? '▸' : ' ', end, headline(panel, at.nowMs)];
  });
  return [top(at), '', ...aligned(each, []), '', ...full(panels[shown]!, at.nowMs, columns)];
}

function panelLines(panel: Panel, nowMs: number, columns: number): string[] {
  const width = columns - indent.length;
  const { status } = panel;
  // Elsewhere it is not what the act is about.
  const full = status.tuning?.mode === 'Auto' ? fullness(status, width) : [];
  const within = [...shares(status, width), ...evidence(panel, width), ...full, ...sentences(panel, nowMs, width)];
  return [headline(panel, nowMs), ...within.map((line) => indent + line)];
}

/** The objectives, each with its trend before it, as wide as there is room for. */
function evidence({ status, trends }: Panel, columns: number): string[] {
  const lines = objectives(status, columns);
  const width = Math.min(widestTrend, columns - 2 - Math.max(0, ...lines.map((line) => line.length)));
  if (width < 'TREND'.length) return lines;
  const { objectives: rows = [] } = status;
  return lines.map((line, i) => {
    const row = rows[i - 1];
    const trend = row ? sparkline(trends[row.name] ?? [], width, row.limitPercent / 100) : 'TREND'.padEnd(width);
    return `${trend}  ${line}`;
  });
}

export interface Row {
  readonly name: string;
  readonly expected: string;
  readonly outcome: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly badRequestsServed: number;
  readonly counterfactual: { readonly flagger: number };
}

export function summaryTable(rows: readonly Row[], window: Window = {}): string {
  const table = {
    heading: ['ACT', 'EXPECTED', 'OUTCOME', '', 'MINUTES', 'BAD REQUESTS', 'WITH FLAGGER'],
    rows: rows.map((row) => [
      row.name,
      row.expected,
      row.outcome,
      row.ok ? '✔' : '✖',
      (row.seconds / 60).toFixed(0),
      row.badRequestsServed.toLocaleString('en-US'),
      row.counterfactual.flagger.toLocaleString('en-US'),
    ]),
    right: ['MINUTES', 'BAD REQUESTS', 'WITH FLAGGER'],
  };
  return tableFor(window, table, ['EXPECTED', 'MINUTES']).join('\n');
}

const minutesOf = (lengthMs: number): string => `${Math.floor(lengthMs / 60_000)} min`;

const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
