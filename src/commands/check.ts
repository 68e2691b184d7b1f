/** `steadyrun check FILE…`: everything that is wrong with policies, before a cluster sees them. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { foreseen } from '../decide/foreseen.ts';
import { serviceText } from '../facts/service.ts';
import { alertsOf } from '../generate/alerts.ts';
import { checkPolicies, type Note, type PlacedPolicy } from '../policy/check/policies.ts';
import { textIn } from '../policy/check/text.ts';
import type { Finding, Position } from '../policy/check/yaml.ts';
import { keyText, type Policy } from '../policy/policy.ts';
import { pathText } from '../policy/problems.ts';
import { sameSections } from './one-runbook.ts';

export interface CheckIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** What the file `-` reads; the process's standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

interface FileReport {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly Finding[];
  readonly notes: readonly Note[];
  /** What is allowed, and will lead to what may not be meant. */
  readonly warnings: readonly Finding[];
}

const limitBytes = 1024 * 1024;

/** Prints what is wrong to standard output. 0: every file is fine, 1: there are problems, 2: no file was given. */
export async function check(
  files: readonly string[],
  options: { readonly json: boolean },
  io: CheckIo,
): Promise<number> {
  if (files.length === 0) {
    io.stderr.write('check: name the files to check, or - for standard input\n');
    return 2;
  }
  const { reports, policies } = await checkFiles(files, io);
  const ok = reports.every((report) => report.ok);
  io.stdout.write(options.json ? `${JSON.stringify({ files: reports, ok })}\n` : humanText(reports, policies.length));
  return ok ? 0 : 1;
}

/** For whoever goes on with the policies of files: all of them, or everything that is wrong with any, in words. */
export async function checkedPolicies(
  files: readonly string[],
  io: CheckIo,
): Promise<{ readonly policies: readonly Policy[]; readonly problems: string }> {
  const { reports, policies } = await checkFiles(files, io);
  const problems = reports.flatMap(({ file, problems }) => problems.map((problem) => problemText(file, problem)));
  return { policies: policies.map(({ policy }) => policy), problems: problems.map((text) => `${text}\n`).join('') };
}

interface Read {
  readonly reports: readonly FileReport[];
  readonly policies: readonly PlacedPolicy[];
}

async function checkFiles(files: readonly string[], io: CheckIo): Promise<Read> {
  const seen: Seen = { names: new Map(), services: new Map(), sections: new Map() };
  const reports: FileReport[] = [];
  const policies: PlacedPolicy[] = [];
  for (const file of withoutRepeats(files)) {
    const checked = await checkFile(file, io);
    policies.push(...checked.policies);
    const problems = [...checked.findings, ...checked.policies.flatMap((placed) => conflicts(placed, file, seen))];
    const notes = [...checked.notes, ...checked.policies.flatMap(unreachable)].sort((a, b) => a.line - b.line);
    const warnings = checked.policies.flatMap((placed) => [
      ...warningsOf(placed),
      ...sameSections(placed, file, seen.sections),
    ]);
    const ok = problems.length === 0;
    reports.push({ file, ok, problems: problems.sort((a, b) => a.line - b.line), notes, warnings });
  }
  return { reports, policies };
}

const warningsOf = ({ policy, position }: PlacedPolicy): Finding[] =>
  foreseen(policy)
    .map(({ path, message, hint }) => ({ ...position(path, 'value'), path: pathText(path), message, hint }))
    .sort((a, b) => a.line - b.line || a.column - b.column);

/** Alerts that would never fire, and so are not generated. */
const unreachable = ({ policy, position, objectivePath }: PlacedPolicy): Note[] =>
  alertsOf(policy).leftOut.flatMap(({ objective, name, reason, message }) => {
    if (reason !== 'Unreachable') return [];
    const path = objectivePath(objective);
    return [{ ...position(path, 'value'), path: pathText(path), message: `no alert ${name} is generated: ${message}` }];
  });

const withoutRepeats = (files: readonly string[]): string[] => [
  ...new Map(files.map((file) => [file === '-' ? file : resolve(file), file])).values(),
];

async function checkFile(file: string, io: CheckIo): Promise<ReturnType<typeof checkPolicies>> {
  const failure = (message: string, hint: string) => ({
    policies: [],
    findings: [{ line: 1, column: 1, path: '', message, hint }],
    notes: [],
  });
  try {
    const bytes = await readAtMost(file, io.stdin ?? process.stdin);
    if (bytes.length > limitBytes)
      return failure('is larger than 1 MiB', 'a policy has a few kilobytes; split the file');
    const read = textIn(bytes);
    return read.ok ? checkPolicies(read.text) : failure(read.message, read.hint);
  } catch (error) {
    const [message, hint] = unreadable(error as NodeJS.ErrnoException);
    return failure(message, hint);
  }
}

/** The first bytes, one more than the limit at most, so that even an endless file is read in no time. */
async function readAtMost(file: string, stdin: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (file !== '-') {
    await using handle = await open(file);
    return await firstBytes(handle.createReadStream({ end: limitBytes, autoClose: false }));
  }
  return await firstBytes(stdin);
}

async function firstBytes(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limitBytes) break;
  }
  return Buffer.concat(chunks);
}

function unreadable(error: NodeJS.ErrnoException): readonly [message: string, hint: string] {
  switch (error.code) {
    case 'ENOENT':
      return ['there is no such file', 'look at the path'];
    case 'EISDIR':
      return ['is a directory', 'name the files in it'];
    case 'EACCES':
      return ['may not be read', 'look at its permissions'];
    default:
      return [`cannot be read: ${error.message}`, 'look at the path and the file'];
  }
}

interface Seen {
  readonly names: Map<string, string>;
  readonly services: Map<string, string>;
  /** Sections of runbooks that alerts link to. */
  readonly sections: Map<string, string>;
}

/** One policy a name, and one a service: of two for one service only the older would be obeyed. */
function conflicts({ policy, namePosition, servicePosition }: PlacedPolicy, file: string, seen: Seen): Finding[] {
  const found: Finding[] = [];
  const claim = (claims: Map<string, string>, claimed: string, path: string, at: Position, hint: string): void => {
    const earlier = claims.get(claimed);
    if (earlier) found.push({ ...at, path, message: `${claimed} already has a policy at ${earlier}`, hint });
    else claims.set(claimed, `${file}:${at.line}`);
  };
  claim(seen.names, keyText(policy.key), 'metadata.name', namePosition, 'give it another name or namespace');
  claim(seen.services, serviceText(policy.service), 'spec.service', servicePosition, 'keep one of the two');
  return found;
}

function humanText(reports: readonly FileReport[], policies: number): string {
  const problems = reports.flatMap(({ file, problems }) => problems.map((problem) => problemText(file, problem)));
  const summary =
    problems.length === 0
      ? `${counted(policies, 'policy', 'policies')} in ${counted(reports.length, 'file')}: no problems`
      : `${counted(problems.length, 'problem')} in ${reports.filter(({ ok }) => !ok).length} of ${counted(reports.length, 'file')}`;
  const notes = reports.flatMap(({ file, notes }) => notes.map((note) => noteText(file, note)));
  const warnings = reports.flatMap(({ file, warnings }) => warnings.map((warning) => warningText(file, warning)));
  const warned = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
  return `${[...problems, ...warnings, ...notes, summary + warned].join('\n')}\n`;
}

const problemText = (file: string, { line, column, path, message, hint }: Finding): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}\n    ${hint}`;

const warningText = (file: string, { message, hint, ...at }: Finding): string =>
  `${noteText(file, { ...at, message }, 'warning')}\n    ${hint}`;

const noteText = (file: string, { line, column, path, message }: Note, what = 'note'): string =>
  `${file}:${line}:${column}: ${path}: ${what}\n    ${message}`;

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
