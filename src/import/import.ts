/** What a team has from another tool, as policies: those that `check` takes, and what could not be carried over. */
import { checkPolicies } from '../policy/check/policies.ts';
import { readYaml } from '../policy/check/yaml.ts';
import { objectsIn } from './documents.ts';
import type { Draft } from './draft.ts';
import { fitted } from './fits.ts';
import { openSloDrafts } from './openslo/openslo.ts';
import { lost, type Reading, type Spot } from './place.ts';
import { type PolicyDraft, policiesOf, type Target } from './policies.ts';
import { pyrraDrafts } from './pyrra.ts';
import { slothDrafts } from './sloth.ts';
import { policyText } from './text.ts';
import { type Told, tellings } from './told.ts';

export const sources = ['openslo', 'sloth', 'pyrra'] as const;
export type Source = (typeof sources)[number];

const readers: Readonly<Record<Source, (objects: readonly Spot[]) => Reading<Draft[]>>> = {
  openslo: openSloDrafts,
  sloth: (objects) => each(objects, slothDrafts),
  pyrra: (objects) => each(objects, pyrraDrafts),
};

export interface Imported {
  /** YAML; empty where there is no policy. */
  readonly text: string;
  readonly policies: number;
  readonly objectives: number;
  /** By place. */
  readonly told: readonly Told[];
  /** Every SLO became an objective. */
  readonly isWhole: boolean;
}

export interface From {
  readonly source: Source;
  readonly file: string;
  readonly text: string;
}

export function imported({ source, file, text }: From, target: Target): Imported {
  const { documents, findings } = readYaml(text);
  const told = tellings(findings.map((finding) => ({ ...finding, of: 'Objective' })));
  const reading = policyTexts(readers[source](objectsIn(documents)), target, `${file} (${source})`);
  let next = reading.next();
  for (; !next.done; next = reading.next()) told.add(next.value);
  const { texts, objectives } = next.value;
  const { lines, isWhole } = told.end();
  const isEmpty = objectives === 0 && isWhole;
  return {
    text: texts.join('---\n'),
    policies: texts.length,
    objectives,
    told: isEmpty ? [...lines, empty] : lines,
    isWhole: isWhole && !isEmpty,
  };
}

const empty: Told = {
  of: 'Objective',
  line: 1,
  column: 1,
  path: '',
  message: 'holds no SLO',
  hint: 'name the file that the SLOs are written in',
};

function* each(objects: readonly Spot[], read: (object: Spot) => Reading<Draft[]>): Reading<Draft[]> {
  const drafts: Draft[] = [];
  for (const object of objects) drafts.push(...(yield* read(object)));
  return drafts;
}

function* policyTexts(reading: Reading<Draft[]>, target: Target, from: string) {
  const drafts: Draft[] = [];
  for (const draft of yield* reading) {
    const fit = yield* fitted(draft);
    if (fit !== undefined) drafts.push(fit);
  }
  const texts: string[] = [];
  let objectives = 0;
  for (const policy of yield* policiesOf(drafts, target)) {
    const text = policyText(policy, from);
    if (!(yield* isTaken(policy, text))) continue;
    texts.push(text);
    objectives += policy.objectives.length;
  }
  return { texts, objectives };
}

/** The last word is that of `check`, on the very text that is printed. */
function* isTaken({ objectives }: PolicyDraft, text: string): Reading<boolean> {
  const { findings } = checkPolicies(text);
  const [finding] = findings;
  if (finding === undefined) return true;
  for (const { spot } of objectives) {
    yield lost(spot, `its policy would be refused: ${finding.path}: ${finding.message}`, finding.hint);
  }
  return false;
}
