/** Everything that is wrong with the policies of a file, each with its place and what to write instead. */
import { record } from '../../facts/json.ts';
import { readAlone } from '../alone.ts';
import { kind } from '../api.ts';
import { parsePolicy } from '../parse.ts';
import type { Policy } from '../policy.ts';
import { type Path, type Problem, pathText, valueAt } from '../problems.ts';
import { didYouMean } from '../suggest.ts';
import { annotationProblems } from './annotations.ts';
import { beginWith, hintFor } from './hints.ts';
import { type Note, notesOf, notesOfTuning, placed, unitDoubts } from './notes.ts';
import { objectsIn } from './objects.ts';
import { isInDoubt, partlyRead } from './partly.ts';
import { recordedSums } from './recorded.ts';
import { isRecording, recording, type Stranger, strangerIn } from './strangers.ts';
import { notServices, onlyServices, unknownFields } from './unknown.ts';
import { type Finding, type Position, readYaml, type YamlDocument } from './yaml.ts';

export type { Note } from './notes.ts';

export interface PlacedPolicy {
  readonly policy: Policy;
  /** Something is wrong with one of these, which then says nothing. */
  readonly inDoubt: (...paths: readonly Path[]) => boolean;
  readonly position: YamlDocument['position'];
  /** Where an objective is among those that are declared. */
  readonly objectivePath: (name: string) => Path;
}

/** What there may be only one policy of: told of one that something is wrong with, too. */
export interface Claim {
  readonly path: string;
  /** In its parts: namespace and name, or project, region and name. */
  readonly of: readonly string[];
  readonly position: Position;
}

export interface PlacedStranger extends Stranger {
  readonly position: Position;
}

export interface Checked {
  readonly policies: readonly PlacedPolicy[];
  /** Those with a problem, without what it is about: only to warn of the rest in the same round. */
  readonly partly: readonly PlacedPolicy[];
  readonly findings: readonly Finding[];
  /** How queries were understood, where that is not plain from the query. */
  readonly notes: readonly Note[];
  /** Of queries that are allowed, and may not count what is meant. */
  readonly warnings: readonly Finding[];
  readonly claims: readonly Claim[];
  /** What is no policy. It is a finding where there is nothing else. */
  readonly strangers: readonly PlacedStranger[];
  /** There is nothing that is a policy, or tries to be one. */
  readonly isForeign: boolean;
}

/** Nobody reads more, and to find the place of each has its price. */
const maxFindings = 100;

const start: Position = { line: 1, column: 1 };
const nothing = { policies: [], partly: [], notes: [], warnings: [], claims: [], isForeign: true };

/** Checks every object of `text`; policies without a problem are returned, parsed. In hints, {FILE} is the file's name. */
export function checkPolicies(text: string): Checked {
  if (isRecording(text.slice(0, 200))) return onlyStrangers([{ ...recording, position: start }]);
  const { documents, findings } = readYaml(text);
  const objects = objectsIn(documents);
  if (objects.length === 0 && findings.length === 0) {
    const finding = { ...start, path: '', message: 'holds no policy', hint: beginWith };
    return { ...nothing, findings: [finding], strangers: [] };
  }
  const strangers = objects.flatMap(({ value, position }): PlacedStranger[] => {
    const stranger = strangerIn(value);
    return stranger === null ? [] : [{ ...stranger, position: position(stranger.kind ? ['kind'] : [], 'value') }];
  });
  if (strangers.length === objects.length && findings.length === 0) return onlyStrangers(strangers);
  const policies: PlacedPolicy[] = [];
  const partly: PlacedPolicy[] = [];
  const notes: Note[] = [];
  const warnings: Finding[] = [];
  const claims: Claim[] = [];
  for (const object of objects) {
    if (findings.length > maxFindings) break;
    if (strangerIn(object.value) !== null) continue;
    const checked = checkObject(object);
    policies.push(...checked.policies);
    partly.push(...checked.partly);
    findings.push(...checked.findings);
    notes.push(...checked.notes);
    warnings.push(...checked.warnings);
    claims.push(...claimsOf(object));
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return { policies, partly, findings: cut(findings), notes, warnings, claims, strangers, isForeign: false };
}

function cut(findings: readonly Finding[]): readonly Finding[] {
  const last = findings[maxFindings];
  if (!last) return findings;
  const message = 'there are more problems from here on';
  return [...findings.slice(0, maxFindings), { ...last, path: '', message, hint: 'put those above right first' }];
}

/** A file of something else is told by that alone, not by everything that it lacks. */
function onlyStrangers(strangers: readonly PlacedStranger[]): Checked {
  const kinds = [...new Set(strangers.flatMap((one) => one.kind ?? []))];
  const [first] = strangers.filter((one) => one.kind !== undefined);
  const known = strangers.filter((one) => one.kind === undefined);
  const findings = [
    ...known
      .filter(({ what }, i) => known.findIndex((other) => other.what === what) === i)
      .map(({ what, hint, position }) => ({ ...position, path: '', message: `is ${what}`, hint })),
    ...(first ? [ofKinds(kinds, first)] : []),
  ];
  return { ...nothing, findings, strangers };
}

function ofKinds(kinds: readonly string[], { position, hint }: PlacedStranger): Finding {
  const [only, ...others] = kinds;
  if (others.length > 0) return { ...position, path: '', message: `holds no policy, but ${kinds.join(', ')}`, hint };
  const refused = notServices.find(({ pattern }) => pattern.test(only!));
  if (refused) return { ...position, path: 'kind', message: refused.message, hint: onlyServices };
  return { ...position, path: 'kind', message: `must be ${kind}, not ${JSON.stringify(only)}`, hint };
}

const objectivesPath = ['spec', 'objectives'];

type OfOne = Pick<Checked, 'policies' | 'partly' | 'findings' | 'notes' | 'warnings'>;

function checkObject(object: YamlDocument): OfOne {
  const { value } = object;
  const parsed = parsePolicy(value);
  const unknown = unknownFields(value);
  const asked = annotationProblems(value);
  const doubts = unitDoubts(parsed.ok ? placed(parsed.policy, value) : readAlone(value).indicators);
  const wrong = parsed.ok ? [] : parsed.problems;
  const warnings = recordedSums(object, [...wrong, ...doubts]);
  if (parsed.ok && unknown.length + asked.length + doubts.length === 0) {
    const { policy } = parsed;
    const notes = [...notesOf(placed(policy, value), object), ...notesOfTuning(policy, object)];
    return { policies: [placedIn(object, policy, [])], partly: [], findings: [], notes, warnings };
  }
  const told = [...wrong.filter((problem) => !followsFrom(problem, unknown)), ...doubts, ...unknown, ...asked];
  const findings = told.slice(0, maxFindings + 1).map((problem) => findingOf(problem, object));
  const problems = [...wrong, ...doubts, ...unknown];
  const policy = partlyRead(value, problems);
  const partly = policy === null ? [] : [placedIn(object, policy, problems)];
  return { policies: [], partly, findings, notes: [], warnings };
}

function placedIn({ value, position }: YamlDocument, policy: Policy, problems: readonly Problem[]): PlacedPolicy {
  const declared = valueAt(value, objectivesPath);
  const nameOf = (one: unknown): unknown => record(one).name;
  return {
    policy,
    position,
    objectivePath: (name) => [
      ...objectivesPath,
      (Array.isArray(declared) ? declared : []).findIndex((one) => nameOf(one) === name),
    ],
    inDoubt: (...paths) => paths.some((path) => isInDoubt(path, problems)),
  };
}

function claimsOf({ value, position }: YamlDocument): Claim[] {
  const { metadata, spec } = record(value);
  const { namespace = 'default', name } = record(metadata);
  const { project, region, name: service } = record(record(spec).service);
  const claimed = (path: string, of: readonly unknown[], at: Position): Claim[] =>
    of.every((part) => typeof part === 'string') ? [{ path, of, position: at }] : [];
  return [
    ...claimed('metadata.name', [namespace, name], position(['metadata', 'name'], 'value')),
    ...claimed('spec.service', [project, region, service], position(['spec', 'service'], 'key')),
  ];
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

function findingOf(problem: Problem, { value, position, written }: YamlDocument): Finding {
  return {
    ...position(problem.path, problem.kind === 'Unknown' ? 'key' : 'value'),
    path: pathText(problem.path),
    message: problem.message,
    hint: hintFor(problem, valueAt(value, problem.path), written(problem.path)),
  };
}
