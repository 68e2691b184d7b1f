/** What the audience sees: a panel an act, redrawn in a terminal, one line an event elsewhere. */
import type { Status } from '../../policy/status.ts';
import { sparkline } from '../../report/sparkline.ts';
import { story } from '../../report/story.ts';
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

/** One frame, at most `columns` wide. */
export function frame(
  panels: readonly Panel[],
  nowMs: number,
  sinceMs: number,
  speed: number,
  columns: number,
): string {
  const clock = `${new Date(nowMs).toISOString().slice(11, 19)} lab time, ${minutesOf(nowMs - sinceMs)} in, ${speed} times as fast as the wall`;
  const lines = [`Steadyrun demo: the operator in a simulated Cloud Run. ${clock}`];
  for (const panel of panels) {
    const end = panel.outcome === null ? '' : `   ${panel.ok ? '✔' : '✖'} ${panel.outcome}`;
    lines.push('', `── ${panel.title}${end} ${'─'.repeat(200)}`, ...panelLines(panel, nowMs));
  }
  return lines.map((line) => cut(line, columns)).join('\n');
}

function panelLines(panel: Panel, nowMs: number): string[] {
  return story(panel, nowMs).map((line) => {
    const objective = Object.keys(panel.trends).find((name) => line.startsWith(`  ${name} `));
    return objective === undefined
      ? line
      : `${sparkline(panel.trends[objective]!, 16)} ${line.trimStart()}`.padStart(2);
  });
}

export interface Row {
  readonly name: string;
  readonly expected: string;
  readonly outcome: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly badRequestsServed: number;
}

export function summaryTable(rows: readonly Row[]): string {
  const cells = [
    ['ACT', 'EXPECTED', 'OUTCOME', '', 'LAB MINUTES', 'BAD REQUESTS BY THE CANDIDATE'],
    ...rows.map((row) => [
      row.name,
      row.expected,
      row.outcome,
      row.ok ? '✔' : '✖',
      (row.seconds / 60).toFixed(0),
      String(row.badRequestsServed),
    ]),
  ];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const minutesOf = (lengthMs: number): string => `${Math.floor(lengthMs / 60_000)} min`;

const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
