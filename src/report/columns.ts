/** Text for a terminal: cells under each other, sentences within a width. */

/** Rows of equal length in columns two spaces apart; the columns named by `right` are aligned to the right. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * A sentence after a label, its further lines indented to where it begins. A number stays with its unit, a word
 * that is longer than the line gets a line of its own, and control characters in other people's words become spaces.
 */
export function paragraph(label: string, text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = label;
  for (const word of text.replace(/\p{Cc}/gu, ' ').split(between)) {
    const blank = line.length === label.length;
    if (!blank && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = ' '.repeat(label.length) + word;
    } else line += blank ? word : ` ${word}`;
  }
  return [...lines, line];
}

const between = /(?<!\d)\s+|\s+(?!(?:%|ms|s|min|h|d)(?![a-z]))/;

/** A share of a whole, in eighths of a letter. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '';
  return ('█'.repeat(Math.floor(eighths / 8)) + partial).padEnd(width);
}
