/**
 * The rules of policies as files: what Google Managed Prometheus, the Prometheus operator or a plain server takes. Pure.
 *
 * Of Google's kinds it is GlobalRules: in Rules and ClusterRules every selector would be narrowed to the cluster that they are
 * in, where no series of Cloud Run is.
 */
import { Document } from 'yaml';
import { keyText, type Policy } from '../policy/policy.ts';
import type { LeftOut } from './alerts.ts';
import { fitting } from './fitting.ts';
import { type Group, rulesOf } from './rules.ts';

export const flavors = ['GlobalRules', 'PrometheusRule', 'File'] as const;
export type Flavor = (typeof flavors)[number];

/** What a policy asks for itself, else what fits where its metrics are. */
export const usualFlavor = ({ generate, metrics }: Policy): Flavor =>
  generate.rules ?? (metrics.type === 'GoogleManagedPrometheus' ? 'GlobalRules' : 'PrometheusRule');

/** One text for all policies, in their order: a document each, or one list of groups. `flavor` null: as each policy has it. */
export function rulesText(policies: readonly Policy[], flavor: Flavor | null): string {
  const each = policies.map((policy) => ({ policy, flavor: flavor ?? usualFlavor(policy), ...rulesOf(policy) }));
  if (flavor === 'File') {
    const comments = each.map(({ policy, leftOut }) => commentOf(policy, leftOut));
    return yamlText({ groups: each.flatMap(({ groups }) => groups) }, comments.join('\n\n'));
  }
  return each
    .map(({ policy, leftOut, ...one }) =>
      yamlText(
        ruleObject(policy, one.flavor === 'PrometheusRule' ? 'PrometheusRule' : 'GlobalRules', one.groups),
        commentOf(policy, leftOut),
      ),
    )
    .join('---\n');
}

/** As Kubernetes holds it. */
export interface RuleObject {
  readonly apiVersion: string;
  readonly kind: Exclude<Flavor, 'File'>;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly groups: readonly Group[] };
}

export function ruleObject(policy: Policy, kind: RuleObject['kind'], groups = rulesOf(policy).groups): RuleObject {
  const group = kind === 'PrometheusRule' ? 'monitoring.coreos.com' : 'monitoring.googleapis.com';
  const labels = { 'app.kubernetes.io/managed-by': 'steadyrun' };
  const metadata = { ...ruleName(policy, kind), labels, annotations: { [ofPolicy]: keyText(policy.key) } };
  return { apiVersion: `${group}/v1`, kind, metadata, spec: { groups } };
}

/** GlobalRules belong to no namespace, so that the name has to say whose they are; no namespace has a dot, and so none is taken for another. */
export function ruleName({ key: { namespace, name } }: Pick<Policy, 'key'>, kind: RuleObject['kind']) {
  return kind === 'PrometheusRule'
    ? { name: fitting(`steadyrun-${name}`, longestName), namespace }
    : { name: fitting(`steadyrun-${namespace}.${name}`, longestName) };
}

/** The annotation that says which policy an object was made of: a label may not be as long as that. */
export const ofPolicy = 'steadyrun.dev/policy';

/** As Kubernetes takes a name. */
const longestName = 253;

function commentOf(policy: Policy, leftOut: readonly LeftOut[]): string {
  const lines = [
    `Generated from the SLOPolicy ${keyText(policy.key)} by steadyrun generate rules. Do not edit.`,
    ...(policy.window.kind === 'Calendar' ? [calendarNote] : []),
    ...leftOut.map(({ name, message }) => `Left out: ${name}. ${message}`),
  ];
  return lines.map((line) => ` ${line}`).join('\n');
}

const calendarNote =
  'A rule cannot begin anew with a month or quarter: the budget here is of its usual length, rolling on; status.budget has the real one.';

function yamlText(value: object, comment: string): string {
  // Whatever reads YAML 1.1, as kubectl does, takes `on` and `1e3` for something else than names: so they are quoted.
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false });
  document.commentBefore = comment;
  return document.toString({ lineWidth: 0 });
}
