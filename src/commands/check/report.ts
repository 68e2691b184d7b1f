/** What was found in a file, and how people read it. */
import type { Note } from '../../policy/check/policies.ts';
import type { Finding } from '../../policy/check/yaml.ts';
import { paragraph } from '../../report/columns.ts';
import { columnsOf, type Window } from '../../report/fit.ts';

export interface FileReport {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly Finding[];
  readonly notes: readonly Note[];
  /** What is allowed, and will lead to what may not be meant. */
  readonly warnings: readonly Finding[];
  /** What is no policy: beside policies, or in a file that nobody named. */
  readonly skipped?: string;
  /** Found in a folder, and without a policy. */
  readonly holdsNone?: true;
}

/** `window`: where it is read; in a terminal, sentences on lines of their own are as wide as it is. */
export function humanText(reports: readonly FileReport[], policies: number, window: Window = {}): string {
  const lines = (textOf: (report: FileReport) => readonly string[]) => reports.flatMap(textOf);
  const problems = lines(({ file, problems }) => problems.map((problem) => problemText(file, problem)));
  const notes = lines(({ file, notes }) => notes.map((note) => noteText(file, note)));
  const warnings = lines(({ file, warnings }) => warnings.map((warning) => warningText(file, warning)));
  const warned = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
  const summary = summaryOf(reports, problems.length, policies) + warned;
  const text = [...skippedTexts(reports), ...problems, ...warnings, ...notes, summary].map(printable).join('\n');
  return `${within(text, columnsOf(window))}\n`;
}

/** Where a finding is stays whole in its line: editors and terminals open the file by it. */
const within = (text: string, columns: number): string =>
  text
    .split('\n')
    .flatMap((line) =>
      line.startsWith(indent) && line.length > columns ? paragraph(indent, line.slice(indent.length), columns) : [line],
    )
    .join('\n');

const indent = '    ';

/** A file's own words are shown, and command no terminal; what nobody can see is spelled. */
const printable = (text: string): string =>
  text.replace(/[^\P{C}\n]/gu, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);

function summaryOf(reports: readonly FileReport[], problems: number, policies: number): string {
  const files = reports.filter(({ holdsNone }) => holdsNone !== true);
  if (problems === 0)
    return `${counted(policies, 'policy', 'policies')} in ${counted(files.length, 'file')}: no problems`;
  return `${counted(problems, 'problem')} in ${files.filter(({ ok }) => !ok).length} of ${counted(files.length, 'file')}`;
}

export const skippedTexts = (reports: readonly FileReport[]): string[] =>
  reports.flatMap(({ file, skipped }) => (skipped === undefined ? [] : [`${file}: skipped: ${skipped}`]));

export const problemText = (file: string, { line, column, path, message, hint }: Finding): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}\n    ${hint}`;

const warningText = (file: string, { message, hint, ...at }: Finding): string =>
  `${noteText(file, { ...at, message }, 'warning')}\n    ${hint}`;

const noteText = (file: string, { line, column, path, message }: Note, what = 'note'): string =>
  `${file}:${line}:${column}: ${path}: ${what}\n    ${message}`;

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
