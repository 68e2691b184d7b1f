/** What is as wide as a terminal: tables that give way, and words that are longer than a line. */
import { aligned, paragraph } from './columns.ts';

export interface Table {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The heading is not shown: what the columns are is clear from what is in them. */
  readonly bare?: true;
  /** The headings of what is aligned to the right. */
  readonly right?: readonly string[];
  /** How many of the first columns say whose row it is: where there is no room beside them, they stand above the rest. */
  readonly names?: number;
}

/** The same without these columns. */
export function without(table: Table, ...headings: readonly string[]): Table {
  const kept = [...table.heading.keys()].filter((i) => !headings.includes(table.heading[i]!));
  const of = (row: readonly string[]) => kept.map((i) => row[i]!);
  return { ...table, heading: of(table.heading), rows: table.rows.map(of) };
}

/** A table, and then what is left of it when these columns have given way one after the other. */
export const givingWay = (table: Table, headings: readonly string[]): Table[] =>
  [...Array(headings.length + 1).keys()].map((count) => without(table, ...headings.slice(0, count)));

/**
 * Of these tables the first that is no wider, and its lines; where none is, the first that is with its names above the
 * rest of their rows. A name is never cut: what is longer than the line by itself goes on in the next one.
 */
export function fitted(tables: readonly Table[], columns: number): { lines: string[]; table: Table } {
  const ways = [flat, stacked].flatMap((way) => tables.map((table) => ({ table, ...way(table) })));
  const { table, lines } = ways.find(({ fixed }) => fixed.every((line) => line.length <= columns)) ?? ways.at(-1)!;
  return { table, lines: folded(lines, columns) };
}

/** A table for a command's output: these columns give way where there is no room, and what is not shown is said. */
export function tableFor(window: Window, table: Table, luxuries: readonly string[] = []): string[] {
  const columns = columnsOf(window);
  const { table: chosen, lines } = fitted(givingWay(table, luxuries), columns);
  return [
    ...lines,
    ...noRoom(
      luxuries.filter((heading) => !chosen.heading.includes(heading)),
      columns,
    ),
  ];
}

export const noRoom = (headings: readonly string[], columns: number): string[] => {
  const named = new Intl.ListFormat('en-GB').format(headings);
  const text = `No room for ${named}: a wider window shows them, or a pipe.`;
  return headings.length === 0 ? [] : paragraph('', text, columns);
};

/** Where text goes: a terminal, or a file or a pipe. */
export interface Window {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Some terminals say that they are 0 wide; a file or a pipe has room for everything. */
export const columnsOf = ({ isTTY, columns }: Window): number =>
  isTTY ? columns || usualColumns : Number.POSITIVE_INFINITY;

export const usualColumns = 100;

/** `fixed`: the lines that have to have room. */
interface Drawn {
  readonly lines: string[];
  readonly fixed: readonly string[];
}

function flat(table: Table): Drawn {
  const { heading, right = [] } = table;
  const numbers = [...heading.keys()].filter((i) => right.includes(heading[i]!));
  const lines = aligned(shown(table), numbers);
  return { lines, fixed: lines };
}

function stacked(table: Table): Drawn {
  const { heading, rows, names = 1 } = table;
  const rest = { ...table, heading: heading.slice(names), rows: rows.map((row) => row.slice(names)) };
  const fixed = flat(rest).lines.map((line) => `  ${line}`.trimEnd());
  const lines = shown(table).flatMap((row, i) => [row.slice(0, names).join('  '), fixed[i]!]);
  return { lines, fixed };
}

const shown = ({ heading, rows, bare }: Table): readonly (readonly string[])[] => (bare ? rows : [heading, ...rows]);

/** No line longer than this: what is goes on below, further in than it began, behind a blank or a dash where there is one. */
export const folded = (lines: readonly string[], columns: number): string[] =>
  lines.flatMap((line) => {
    const indent = `${/^ */.exec(line)![0]}  `;
    const parts: string[] = [];
    let rest = line;
    while (rest.length > columns && columns > 2 * indent.length) {
      const at = breakIn(rest.slice(0, columns));
      parts.push(rest.slice(0, at));
      rest = indent + rest.slice(at);
    }
    return [...parts, rest];
  });

/** Only where most of the line is before it. */
function breakIn(line: string): number {
  const at = Math.max(line.lastIndexOf(' '), line.lastIndexOf('-')) + 1;
  return at > line.length / 2 ? at : line.length;
}

/** As many lines as a window has rows for, and how many more there are. */
export function linesWithin(lines: readonly string[], columns: number, rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = Math.max(0, rows - 1);
  return [
    ...lines.slice(0, shown),
    `… ${lines.length - shown} more lines: a higher window shows them.`.slice(0, columns),
  ];
}
