/** Everything that is wrong with the policies of a file, each with its place and what to write instead. */
import { readAlone } from '../alone.ts';
import { kind } from '../api.ts';
import { connectionCeiling } from '../connections.ts';
import { parsePolicy } from '../parse.ts';
import type { Objective, Policy } from '../policy.ts';
import { type Path, type Problem, pathText, valueAt } from '../problems.ts';
import { closest, didYouMean } from '../suggest.ts';
import { annotationProblems } from './annotations.ts';
import { beginWith, hintFor } from './hints.ts';
import { notServices, onlyServices, unknownFields } from './unknown.ts';
import { type Finding, type Position, readYaml, type YamlDocument } from './yaml.ts';

export interface PlacedPolicy {
  readonly policy: Policy;
  readonly namePosition: Position;
  readonly servicePosition: Position;
  readonly position: YamlDocument['position'];
  /** Where an objective is among those that are declared. */
  readonly objectivePath: (name: string) => Path;
}

export interface Checked {
  readonly policies: readonly PlacedPolicy[];
  readonly findings: readonly Finding[];
  /** How queries were understood, where that is not plain from the query. */
  readonly notes: readonly Note[];
}

export type Note = Omit<Finding, 'hint'>;

/** Nobody reads more, and to find the place of each has its price. */
const maxFindings = 100;

/** Checks every document of `text`; policies without a problem are returned, parsed. */
export function checkPolicies(text: string): Checked {
  const { documents, findings } = readYaml(text);
  if (documents.length === 0 && findings.length === 0) {
    const finding = { line: 1, column: 1, path: '', message: 'holds no policy', hint: beginWith };
    return { policies: [], findings: [finding], notes: [] };
  }
  const policies: PlacedPolicy[] = [];
  const notes: Note[] = [];
  for (const document of documents) {
    if (findings.length > maxFindings) break;
    const checked = checkDocument(document);
    policies.push(...checked.policies);
    findings.push(...checked.findings);
    notes.push(...checked.notes);
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  const last = findings[maxFindings];
  if (!last) return { policies, findings, notes };
  const more = {
    ...last,
    path: '',
    message: 'there are more problems from here on',
    hint: 'put those above right first',
  };
  return { policies, findings: [...findings.slice(0, maxFindings), more], notes };
}

const objectivesPath = ['spec', 'objectives'];

function checkDocument(document: YamlDocument): Checked {
  const { value, position } = document;
  const parsed = parsePolicy(value);
  const unknown = unknownFields(value);
  const asked = annotationProblems(value);
  const doubts = unitDoubts(parsed.ok ? placed(parsed.policy, value) : readAlone(value).indicators);
  if (parsed.ok && unknown.length + asked.length + doubts.length === 0) {
    const namePosition = position(['metadata', 'name'], 'value');
    const servicePosition = position(['spec', 'service'], 'key');
    const declared = valueAt(value, objectivesPath) as readonly { readonly name?: unknown }[];
    const objectivePath = (name: string): Path => [...objectivesPath, declared.findIndex((one) => one.name === name)];
    const policies = [{ policy: parsed.policy, namePosition, servicePosition, position, objectivePath }];
    return {
      policies,
      findings: [],
      notes: [...notesOf(placed(parsed.policy, value), document), ...notesOfTuning(parsed.policy, document)],
    };
  }
  const wrong = parsed.ok ? [] : parsed.problems.filter((problem) => !followsFrom(problem, unknown));
  const other = otherKind(value, wrong);
  const problems = other ? [other] : [...wrong, ...doubts, ...unknown, ...asked];
  const findings = problems.slice(0, maxFindings + 1).map((problem) => findingOf(problem, document));
  return { policies: [], findings, notes: [] };
}

interface Placed extends Objective {
  /** Among all that are declared: some of those before it may only be watched. */
  readonly index: number;
}

function placed({ objectives }: Policy, raw: unknown): Placed[] {
  const declared = valueAt(raw, ['spec', 'objectives']) as readonly { readonly name: string }[];
  return objectives.map((one) => ({ ...one, index: declared.findIndex(({ name }) => name === one.name) }));
}

const latencyPath = (index: number): Path => ['spec', 'objectives', index, 'indicator', 'latency'];

/** Without a server to ask for the boundaries, somebody has to say what they are in. */
function unitDoubts(objectives: readonly Pick<Placed, 'indicator' | 'index'>[]): Problem[] {
  return objectives.flatMap(({ indicator, index }): Problem[] => {
    const histogram = indicator.kind === 'Latency' ? indicator.histogram : null;
    if (!histogram?.unitInDoubt || histogram.unitMs !== null) return [];
    const message = `nothing in the name of ${histogram.counter.name} tells what its boundaries are in`;
    const hint = 'add unit: Seconds or unit: Milliseconds beside the query';
    return [{ path: [...latencyPath(index), 'query'], kind: 'Query', message, hint }];
  });
}

function notesOf(objectives: readonly Placed[], { position }: YamlDocument): Note[] {
  return objectives.flatMap(({ indicator, reading, index }): Note[] => {
    const noteAt = (path: Path, message: string): Note => ({
      ...position(path, 'value'),
      path: pathText(path),
      message,
    });
    const isNews = reading && (reading.direction === 'Turned' || reading.proof === 'Nothing' || reading.doubtful);
    if (isNews) {
      const field = reading.proof === 'Declared' ? (reading.direction === 'Good' ? 'good' : 'bad') : 'query';
      return [noteAt(['spec', 'objectives', index, 'indicator', 'ratio', field], reading.why)];
    }
    const histogram = indicator.kind === 'Latency' ? indicator.histogram : null;
    if (!histogram?.unitInDoubt) return [];
    const unit = histogram.unitMs === 1 ? 'milliseconds' : 'seconds';
    const message = `${histogram.counter.name} is taken to be in ${unit}, as such metrics usually are; its boundaries decide, and unit: settles it.`;
    return [noteAt([...latencyPath(index), 'query'], message)];
  });
}

/** What is allowed, and may not be what was meant. */
function notesOfTuning({ tuning }: Policy, { position }: YamlDocument): Note[] {
  const { mode, connections, maxInstances } = tuning;
  const noteAt = (field: string, message: string): Note => {
    const path: Path = ['spec', 'tuning', ...field.split('.')];
    return { ...position(path, 'value'), path: pathText(path), message };
  };
  if (connections === null) {
    if (mode === 'Off' || mode === 'Recommend') return [];
    return [
      noteAt(
        'mode',
        'more instances open more connections, and nothing is said of what they connect to: write connections, with the limit of each database, so that it is never exceeded; connections: [] says that there is nothing.',
      ),
    ];
  }
  const ceiling = connectionCeiling(connections);
  const least = maxInstances?.min;
  if (ceiling === null || least === undefined || least <= ceiling) return [];
  const message = `the connections are enough for ${ceiling} instances, with something left free, and no maximum is set above that: maxInstances.min cannot be kept.`;
  return [noteAt('maxInstances.min', message)];
}

/** A document of quite another kind is told by that alone, not by everything that it lacks. */
function otherKind(value: unknown, problems: readonly Problem[]): Problem | undefined {
  const given = valueAt(value, ['kind']);
  const wrong = problems.find(({ path }) => path[0] === 'kind');
  if (!wrong || typeof given !== 'string' || closest(given, [kind])) return undefined;
  const refused = notServices.find(({ pattern }) => pattern.test(given));
  if (refused) return { ...wrong, message: refused.message, hint: onlyServices };
  return { ...wrong, hint: 'give only files of policies' };
}

/** A misspelt field is also a missing one, and an unknown indicator is none: to say it twice would hide the mistake. */
function followsFrom({ kind: kindOfProblem, path }: Problem, unknown: readonly Problem[]): boolean {
  const around = kindOfProblem === 'Required' ? path.slice(0, -1) : path;
  const beside = unknown.filter((other) => pathText(other.path.slice(0, -1)) === pathText(around));
  if (kindOfProblem === 'Required') return beside.some(({ hint }) => hint === didYouMean(String(path.at(-1))));
  return (
    kindOfProblem === 'Rule' &&
    beside.some(({ hint }) => path.at(-1) === 'indicator' || hint?.startsWith('did you mean'))
  );
}

function findingOf(problem: Problem, { value, position }: YamlDocument): Finding {
  return {
    ...position(problem.path, problem.kind === 'Unknown' ? 'key' : 'value'),
    path: pathText(problem.path),
    message: problem.message,
    hint: hintFor(problem, valueAt(value, problem.path)),
  };
}
