/** `steadyrun check FILE…`: everything that is wrong with policies, before a cluster sees them. */
import { foreseen } from '../decide/foreseen.ts';
import { alertsOf } from '../generate/alerts.ts';
import { beginWith } from '../policy/check/hints.ts';
import { type Checked, type Claim, checkPolicies, type Note, type PlacedPolicy } from '../policy/check/policies.ts';
import { isRecording } from '../policy/check/strangers.ts';
import { textIn } from '../policy/check/text.ts';
import type { Finding } from '../policy/check/yaml.ts';
import type { Policy } from '../policy/policy.ts';
import { pathText } from '../policy/problems.ts';
import type { Window } from '../report/fit.ts';
import { bytesOf, filesOf, type Named } from './check/files.ts';
import { type FileReport, humanText, problemText, skippedTexts } from './check/report.ts';
import { sameSections } from './one-runbook.ts';
import { otherPercentile } from './other-percentile.ts';

export interface CheckIo {
  readonly stdout: Window & { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** What the file `-` reads; the process's standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

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
  const shown = reports.map(({ holdsNone: _, ...report }) => report);
  io.stdout.write(
    options.json ? `${JSON.stringify({ files: shown, ok })}\n` : humanText(reports, policies.length, io.stdout),
  );
  return ok ? 0 : 1;
}

/** For whoever goes on with the policies of files: all of them, or everything that is wrong with any, in words. */
export async function checkedPolicies(
  files: readonly string[],
  io: CheckIo,
): Promise<{ readonly policies: readonly Policy[]; readonly problems: string; readonly skipped: readonly string[] }> {
  const { reports, policies } = await checkFiles(files, io);
  const problems = reports.flatMap(({ file, problems }) => problems.map((problem) => problemText(file, problem)));
  return {
    policies: policies.map(({ policy }) => policy),
    problems: problems.map((text) => `${text}\n`).join(''),
    skipped: skippedTexts(reports),
  };
}

interface Read {
  readonly reports: readonly FileReport[];
  readonly policies: readonly PlacedPolicy[];
}

async function checkFiles(names: readonly string[], io: CheckIo): Promise<Read> {
  const seen: Seen = { claims: new Map(), sections: new Map() };
  const reports: FileReport[] = [];
  const policies: PlacedPolicy[] = [];
  const { named, folders } = await filesOf(names);
  const bare = new Set(folders);
  for (const one of named) {
    const checked = await checkFile(one.file, io);
    policies.push(...checked.policies);
    const isPassed = isPassedBy(one, checked);
    if (one.folder !== null && !isPassed) bare.delete(one.folder);
    reports.push(isPassed ? passedBy(one, checked) : reportOf(one.file, checked, seen));
  }
  reports.push(...[...bare].map((folder) => emptyFolder(folder, named)));
  return { reports, policies };
}

/** A folder in which nothing is checked is none that was meant. */
function emptyFolder(file: string, named: readonly Named[]): FileReport {
  const count = named.filter(({ folder }) => folder === file).length;
  const message = `holds no policy in ${count === 1 ? 'its one file' : `its ${count} files`} (*.yaml, *.yml, *.json)`;
  const problems = [{ line: 1, column: 1, path: '', message, hint: beginWith }];
  return { file, ok: false, problems, notes: [], warnings: [] };
}

/** `isOurs`: an object says that it is of our group, whatever its kind. */
type InFile = Checked & { readonly speaksOfPolicies: boolean; readonly isOurs: boolean };

/** In a folder there are files of all kinds, which nobody has said to be policies. */
const isPassedBy = ({ folder }: Named, { policies, isForeign, speaksOfPolicies, isOurs }: InFile): boolean =>
  folder !== null && policies.length === 0 && !isOurs && (isForeign || !speaksOfPolicies);

function passedBy({ file }: Named, checked: InFile): FileReport {
  const [first] = checked.findings;
  const skipped = whatIsSkipped(file, checked) ?? first?.message ?? 'holds no policy';
  return { file, ok: true, problems: [], notes: [], warnings: [], skipped, holdsNone: true };
}

function reportOf(file: string, checked: InFile, seen: Seen): FileReport {
  const problems = [
    ...checked.findings.map(({ hint, ...rest }) => ({ ...rest, hint: hint.replaceAll('{FILE}', file) })),
    ...checked.claims.flatMap((claim) => conflict(claim, file, seen)),
  ];
  const notes = [...checked.notes, ...checked.policies.flatMap(unreachable)].sort((a, b) => a.line - b.line);
  const warnings = [
    ...checked.warnings,
    ...[...checked.policies, ...checked.partly].flatMap((placed) => [
      ...warningsOf(placed),
      ...otherPercentile(placed),
      ...sameSections(placed, file, seen.sections),
    ]),
  ];
  const skipped = checked.isForeign ? undefined : whatIsSkipped(file, checked);
  const ok = problems.length === 0;
  return {
    file,
    ok,
    problems: problems.sort((a, b) => a.line - b.line),
    notes,
    warnings,
    ...(skipped !== undefined && { skipped }),
  };
}

/** Kinds of Kubernetes by their names; what has another command, with that. */
function whatIsSkipped(file: string, { strangers }: Checked): string | undefined {
  const kinds = strangers.flatMap((one) => one.kind ?? []);
  const others = strangers
    .filter((one) => one.kind === undefined)
    .map(({ what, hint }) => `${what}; ${hint.replaceAll('{FILE}', file)}`);
  const all = [...new Set([...kinds, ...others])];
  return all.length === 0 ? undefined : all.join(', ');
}

async function checkFile(file: string, io: CheckIo): Promise<InFile> {
  const read = await bytesOf(file, io.stdin ?? process.stdin);
  if (!read.ok && isRecording(read.beginning))
    return { ...checkPolicies(read.beginning), speaksOfPolicies: false, isOurs: false };
  const text = read.ok ? textIn(read.bytes) : read;
  if (text.ok) {
    const isOurs = /^[-\s{"']*apiVersion["']?:\s*["']?steadyrun\.dev\//m.test(text.text);
    return { ...checkPolicies(text.text), speaksOfPolicies: /steadyrun\.dev|SLOPolic/i.test(text.text), isOurs };
  }
  const { message, hint } = text;
  const findings = [{ line: 1, column: 1, path: '', message, hint }];
  return {
    policies: [],
    partly: [],
    findings,
    notes: [],
    warnings: [],
    claims: [],
    strangers: [],
    isForeign: true,
    speaksOfPolicies: false,
    isOurs: false,
  };
}

const warningsOf = ({ policy, position, inDoubt }: PlacedPolicy): Finding[] =>
  foreseen(policy)
    .filter(({ reads }) => !inDoubt(...reads))
    .map(({ path, message, hint }) => ({ ...position(path, 'value'), path: pathText(path), message, hint }))
    .sort((a, b) => a.line - b.line || a.column - b.column);

/** Alerts that would never fire, and so are not generated. */
const unreachable = ({ policy, position, objectivePath }: PlacedPolicy): Note[] =>
  alertsOf(policy).leftOut.flatMap(({ objective, name, reason, message }) => {
    if (reason !== 'Unreachable') return [];
    const path = objectivePath(objective);
    return [{ ...position(path, 'value'), path: pathText(path), message: `no alert ${name} is generated: ${message}` }];
  });

interface Seen {
  /** Where there is a policy of this name, or of this service. */
  readonly claims: Map<string, string>;
  /** Sections of runbooks that alerts link to. */
  readonly sections: Map<string, string>;
}

/** One policy a name, and one a service: of two for one service only the older would be obeyed. */
function conflict({ path, of, position }: Claim, file: string, { claims }: Seen): Finding[] {
  const isService = path === 'spec.service';
  const claimed = isService ? `projects/${of[0]}/locations/${of[1]}/services/${of[2]}` : of.join('/');
  const earlier = claims.get(claimed);
  if (earlier === undefined) {
    claims.set(claimed, `${file}:${position.line}`);
    return [];
  }
  const hint = isService ? 'keep one of the two' : 'give it another name or namespace';
  return [{ ...position, path, message: `${claimed} already has a policy at ${earlier}`, hint }];
}
