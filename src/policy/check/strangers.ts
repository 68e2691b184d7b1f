/**
 * What is no policy, told by its form alone: a file that is handed to the wrong command is one line, which says what it is and
 * who takes it.
 */
import { list, record } from '../../facts/json.ts';
import { group, kind } from '../api.ts';
import { closest } from '../suggest.ts';

export interface Stranger {
  /** "a scenario" */
  readonly what: string;
  /** What to do with it; {FILE} stands for the file that it is in. */
  readonly hint: string;
  /** Of an object of Kubernetes, its kind: many of those may stand beside a policy. */
  readonly kind?: string;
}

/** null: it is, or tries to be, an SLOPolicy. */
export function strangerIn(value: unknown): Stranger | null {
  const { apiVersion, version, kind: given, spec, metadata } = record(value);
  const said = typeof apiVersion === 'string' ? apiVersion : typeof version === 'string' ? version : '';
  if (typeof given === 'string' && closest(given, [kind])) return null;
  const known = knownForms.find(({ is }) => is(value, said));
  if (known) return known;
  if (typeof given === 'string') return { what: article(given), hint: 'give a file that holds a policy', kind: given };
  if (apiVersion !== undefined || spec !== undefined || metadata !== undefined || given !== undefined) return null;
  return Object.keys(record(value)).length === 0 ? null : noPolicy;
}

const noPolicy: Stranger = {
  what: 'no policy: it has neither apiVersion nor kind, metadata or spec',
  hint: `begin with apiVersion: ${group}/v1alpha1`,
};

interface Form extends Stranger {
  is(value: unknown, said: string): boolean;
}

const imported = (source: string): string =>
  `run steadyrun import ${source} {FILE} --project P --region R: it prints the policies`;

const ofScenarios = ['truth', 'horizon', 'tick', 'metricsDelay', 'traffic', 'stable', 'candidate', 'noise', 'events'];

const has = (value: unknown, ...fields: readonly string[]): boolean =>
  fields.every((field) => record(value)[field] !== undefined);

const kindOf = (value: unknown): unknown => record(value).kind;

const knownForms: readonly Form[] = [
  {
    what: 'an object of OpenSLO',
    hint: imported('openslo'),
    is: (_, said) => /^(openslo(\.com)?|n9)\//.test(said),
  },
  {
    what: 'an SLO of Sloth',
    hint: imported('sloth'),
    is: (value, said) => said.startsWith('sloth.slok.dev/') || (said.startsWith('prometheus/') && has(value, 'slos')),
  },
  { what: 'an SLO of Pyrra', hint: imported('pyrra'), is: (_, said) => said.startsWith('pyrra.dev/') },
  {
    what: 'rules of Prometheus, which are made of SLOs and hold none',
    hint: 'run steadyrun import openslo, sloth or pyrra with the file that they were made of, or paste their queries into a policy',
    is: (value) =>
      /^(PrometheusRule|GlobalRules|ClusterRules|Rules)$/.test(String(kindOf(value))) ||
      (kindOf(value) === undefined && list(record(value).groups).some((one) => has(one, 'rules'))),
  },
  {
    what: 'a scenario',
    hint: 'run steadyrun rehearse --policy POLICY --scenario {FILE}',
    is: (value) =>
      !['apiVersion', 'kind', 'metadata', 'spec'].some((field) => has(value, field)) &&
      (has(value, 'truth') || ofScenarios.filter((field) => has(value, field)).length >= 2),
  },
  {
    what: 'a list of services for a lab',
    hint: 'run steadyrun lab --services {FILE}, or steadyrun rehearse --tuning --policy POLICY --services {FILE}',
    is: (value) => list(value).length > 0 && list(value).every((one) => has(one, 'project', 'region', 'rps')),
  },
  {
    what: 'a recording of metrics',
    hint: 'run steadyrun backtest --policy POLICY --from T --to T --export {FILE}',
    is: (value) =>
      [value, list(value)[0]].some((one) => has(one, 'status', 'data') && has(record(one).data, 'resultType')),
  },
];

/** Many answers one behind the other are no YAML, and one may be larger than any policy: its beginning tells. */
export const isRecording = (beginning: string): boolean =>
  /^\ufeff?\s*\[?\s*\{\s*"status"\s*:\s*"(success|error)"\s*,\s*"(data|errorType|error)"/.test(beginning);

export const recording: Stranger = knownForms.at(-1)!;

const article = (word: string): string => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
