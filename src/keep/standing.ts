/** How it stands with the rules that are kept for a policy, in words: what is in the way, and what to do about it. Pure. */
import { spoken } from '../facts/time.ts';
import { Refused } from '../ports/errors.ts';
import type { Standing } from '../ports/kept.ts';
import { KindUnknown, NotGranted, type RuleKind, type RuleName, SetByOthers } from '../ports/rule-objects.ts';
import type { Wanted } from './wanted.ts';

/** How soon it is looked at again whether it is still so. */
export const keptMs = 10 * 60_000;
export const troubledMs = 2 * 60_000;

const again = `it is tried again within ${spoken(troubledMs)}`;

export function held({ manifest, groups, leftOut }: Wanted): Standing {
  const rules = groups.flatMap((group) => group.rules);
  const alerts = rules.filter((rule) => 'alert' in rule).length;
  const left = leftOut.map(({ name, message }) => ` Left out: ${name}. ${message}`).join('');
  const message = `${nameText(nameIn(manifest))} has the policy's ${rules.length - alerts} recording rules and ${alerts} alerts.${left}`;
  return { isKept: true, reason: 'Applied', message };
}

export const noRules = (kind: RuleKind): Standing => ({
  isKept: false,
  reason: 'NoRules',
  message: `The policy gives no rules, so there is no ${kind} of it: give it an objective, or remove spec.generate.rules.`,
});

/** There is one of this name, and it is not of this policy. */
export const nameTaken = (name: RuleName): Standing => ({
  isKept: false,
  reason: 'RulesNameTaken',
  message: `${nameText(name)} exists and was not made of this policy, so it is left as it is: rename it, and the rules are written; ${again}.`,
});

/** Why what is asked for could not be written. */
export function notWritten(name: RuleName, error: unknown): Standing {
  const { kind } = name;
  if (error instanceof KindUnknown) {
    const message = `The cluster knows no ${kind}: ${install[kind]} Or remove spec.generate.rules; ${again}.`;
    return { isKept: false, reason: 'RuleKindUnknown', message };
  }
  if (error instanceof NotGranted) {
    const message = `The operator may not write ${nameText(name)}: add deploy/components/generated-rules to its deployment; ${again}. ${error.message}`;
    return { isKept: false, reason: 'RulesNotGranted', message };
  }
  if (error instanceof SetByOthers) {
    const { managers } = error;
    const hands = `${managers.join(' and ')} ${managers.length === 1 ? 'has' : 'have'}`;
    const message =
      `${nameText(name)} is left as it is: ${hands} set ${error.fields.join(', ')}, and no other hand is written over. ` +
      `To have the policy's rules again: kubectl delete ${pathText(name)}, and it is made anew; to keep the edit: remove spec.generate.rules, once the object has another name.`;
    return { isKept: false, reason: 'RulesSetByOthers', message };
  }
  return { isKept: false, ...failing(`${nameText(name)} could not be written`, error) };
}

/** Why what is not asked for any more is still there. */
export function notRemoved(name: RuleName, error: unknown): Standing {
  const what = `${nameText(name)} is not asked for any more and could not be deleted`;
  if (error instanceof NotGranted) {
    const message = `${what}: add deploy/components/generated-rules to the operator's deployment, or kubectl delete ${pathText(name)}; ${again}. ${error.message}`;
    return { isKept: false, reason: 'RulesNotGranted', message };
  }
  return { isKept: false, ...failing(what, error) };
}

/** Of a policy that is gone; sweep.ts finds it. */
export const leftBehind = (name: RuleName, error: unknown): string =>
  `${nameText(name)} of a deleted policy could not be deleted; it is looked for again within the hour. ${textOf(error)}`;

/** It did not even come to a name. */
export const failed = (error: unknown): Standing => ({
  isKept: false,
  ...failing('The rules could not be made', error),
});

function failing(what: string, error: unknown): Pick<Standing, 'reason' | 'message'> {
  return {
    reason: error instanceof Refused ? 'RulesRefused' : 'RulesNotWritten',
    message: `${what}; ${again}. ${textOf(error)}`,
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const install: Readonly<Record<RuleKind, string>> = {
  GlobalRules: 'turn on managed collection of Google Managed Prometheus, which installs it.',
  PrometheusRule: "install the Prometheus operator's CRDs.",
};

const nameIn = ({ kind, metadata: { name, namespace } }: Wanted['manifest']): RuleName => ({
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
});

/** "GlobalRules steadyrun-payments.api", "PrometheusRule payments/steadyrun-api" */
const nameText = ({ kind, namespace, name }: RuleName): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** As kubectl takes it. */
const pathText = ({ kind, namespace, name }: RuleName): string =>
  `${kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}`;
