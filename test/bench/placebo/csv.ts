/** A table as people keep it: a header, a row a line, commas. Whatever is wrong with it is said with its place. */

/** Names the file, the line and the column. */
export class BadData extends Error {}

export interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

export class Table {
  readonly header: readonly string[];
  readonly lines: readonly Line[];
  readonly #file: string;

  constructor(file: string, text: string, columns: readonly string[]) {
    this.#file = file;
    // Some programs begin a file with a byte order mark.
    const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    this.header = cellsOf(first);
    const missing = columns.find((column) => !this.header.includes(column));
    if (missing !== undefined) throw this.#bad(1, `there is no column ${missing}, only ${this.header.join(', ')}`);
    this.lines = rest.flatMap((line, i) => (line.trim() === '' ? [] : [{ number: i + 2, cells: cellsOf(line) }]));
    if (this.lines.length === 0) throw this.#bad(1, 'no row follows the header');
    const odd = this.lines.find(({ cells }) => cells.length !== this.header.length);
    if (odd) throw this.#bad(odd.number, `${odd.cells.length} cells, where the header has ${this.header.length}`);
  }

  /** Those of a pattern; `name` is what people are told is missing. */
  columns(pattern: RegExp, name: string): string[] {
    const found = this.header.filter((column) => pattern.test(column));
    if (found.length === 0) throw this.#bad(1, `there is no column ${name}, only ${this.header.join(', ')}`);
    return found;
  }

  text({ cells }: Line, column: string): string {
    return cells[this.header.indexOf(column)]!;
  }

  whole(line: Line, column: string): number {
    const text = this.text(line, column);
    if (!/^\d{1,15}$/.test(text)) throw this.bad(line, column, `"${text}" is not a whole number from 0 on`);
    return Number(text);
  }

  /** Larger than 0. */
  positive(line: Line, column: string): number {
    const text = this.text(line, column);
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
    if (value <= 0) throw this.bad(line, column, `"${text}" is not a number above 0`);
    return value;
  }

  bad(line: Line, column: string, problem: string): BadData {
    return this.#bad(line.number, problem, `, column ${column}`);
  }

  #bad(number: number, problem: string, column = ''): BadData {
    return new BadData(`${this.#file}, line ${number}${column}: ${problem}`);
  }
}

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim());
