/** The object that is to hold a policy's rules, as far as the policy asks for one. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { ofPolicy, ruleName, ruleObject } from '../generate/flavors.ts';
import { type Rules, rulesOf } from '../generate/rules.ts';
import { apiVersion, kind as policyKind } from '../policy/api.ts';
import { keyText, type Policy, type PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { HeldRules, RuleKind, RuleManifest, RuleName } from '../ports/rule-objects.ts';

export const kinds = ['GlobalRules', 'PrometheusRule'] as const satisfies readonly RuleKind[];

export interface Wanted extends Rules {
  readonly manifest: RuleManifest;
}

/** What a policy asks for that can be obeyed. */
export const askedIn = ({ spec }: StoredPolicy): RuleKind | null => (spec.ok ? spec.policy.generate.rules : null);

/** A policy may give no rules at all: then there are no groups. */
export function wantedOf(policy: Policy, kind: RuleKind): Wanted {
  const { key, uid } = policy;
  const rules = rulesOf(policy);
  const object = ruleObject(policy, kind, rules.groups);
  // What belongs to no namespace cannot be owned by what belongs to one: it would never be taken away.
  const owner = { apiVersion, kind: policyKind, name: key.name, uid };
  const owned = kind === 'PrometheusRule' && { ownerReferences: [owner] };
  return { ...rules, manifest: { ...object, metadata: { ...object.metadata, ...owned } } };
}

export const nameOf = (policy: Pick<Policy, 'key'>, kind: RuleKind): RuleName => ({ kind, ...ruleName(policy, kind) });

/** It was made of this policy, by whichever hand. */
export const isOf = ({ annotations }: HeldRules, key: PolicyKey): boolean => annotations[ofPolicy] === keyText(key);

/** Nothing is to be written: all that is wanted is there, and no rules besides. */
export function isAsWanted(held: HeldRules, { metadata, spec }: RuleManifest): boolean {
  const has = (all: Readonly<Record<string, string>>, some: Readonly<Record<string, string>>): boolean =>
    Object.entries(some).every(([name, value]) => all[name] === value);
  const owners = metadata.ownerReferences ?? [];
  return (
    held.isOurs &&
    has(held.labels, metadata.labels) &&
    has(held.annotations, metadata.annotations) &&
    owners.every((owner) => held.ownerReferences.some((one) => one.uid === owner.uid)) &&
    isDeepStrictEqual(held.spec, JSON.parse(JSON.stringify(spec)))
  );
}
