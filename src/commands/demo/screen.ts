/** What the audience sees: a panel an act, redrawn in a terminal, one line an event elsewhere. */

import { aligned } from '../../report/columns.ts';
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

/** One frame, at most `columns` wide. */
export function frame(
  panels: readonly Panel[],
  nowMs: number,
  sinceMs: number,
  speed: number,
  columns: number,
): string {
  const time = new Date(nowMs).toISOString().slice(11, 19);
  const lines = [
    `Steadyrun in a simulated Cloud Run: ${time}, ${minutesOf(nowMs - sinceMs)} in, ${speed} times as fast as the wall`,
  ];
  for (const panel of panels) {
    const end = panel.outcome === null ? '' : `   ${panel.ok ? '✔' : '✖'} ${panel.outcome}`;
    const title = `── ${panel.title}${end} `;
    lines.push('', title.padEnd(columns, '─'), ...panelLines(panel, nowMs, columns));
  }
  return lines.map((line) => cut(line, columns)).join('\n');
}

function panelLines(panel: Panel, nowMs: number, columns: number): string[] {
  const width = columns - indent.length;
  const { status } = panel;
  // Elsewhere it is not what the act is about.
  const full = status.tuning?.mode === 'Auto' ? fullness(status) : [];
  const within = [...shares(status), ...evidence(panel, width), ...full, ...sentences(panel, nowMs, width)];
  return [headline(panel, nowMs), ...within.map((line) => indent + line)];
}

/** The objectives, each with its trend before it, as wide as there is room for. */
function evidence({ status, trends }: Panel, columns: number): string[] {
  const lines = objectives(status);
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

export function summaryTable(rows: readonly Row[]): string {
  const heading = [
    'ACT',
    'EXPECTED',
    'OUTCOME',
    '',
    'LAB MINUTES',
    'BAD REQUESTS BY THE CANDIDATE',
    "BY FLAGGER'S RULE",
  ];
  const cells = rows.map((row) => [
    row.name,
    row.expected,
    row.outcome,
    row.ok ? '✔' : '✖',
    (row.seconds / 60).toFixed(0),
    row.badRequestsServed.toLocaleString('en-US'),
    row.counterfactual.flagger.toLocaleString('en-US'),
  ]);
  return aligned([heading, ...cells], [4, 5, 6]).join('\n');
}

const minutesOf = (lengthMs: number): string => `${Math.floor(lengthMs / 60_000)} min`;

const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
