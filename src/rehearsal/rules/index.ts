/** The rules by name: ours, and the peers' as they are documented. */

import { closest, didYouMean } from '../../policy/suggest.ts';
import type { Rule } from '../rule.ts';
import * as alertPolicy from './alert-policy.ts';
import * as argo from './argo-rollouts.ts';
import * as releaseManager from './cloud-run-release-manager.ts';
import * as flagger from './flagger.ts';
import * as mannWhitney from './mann-whitney.ts';
import { ruleNames } from './names.ts';
import { type Options, type Settings, settingsOf } from './options.ts';
import { steadyrun } from './steadyrun.ts';

export interface Configurable {
  readonly options: Options;
  /** Options by name as people write them; throws an Error for one that is unknown or impossible. */
  rule(given: Readonly<Record<string, string>>): Rule;
}

const configurable = <O extends Options>(
  name: string,
  options: O,
  make: (settings: Settings<O>) => Rule,
): Configurable => ({ options, rule: (given) => make(settingsOf(name, options, given)) });

export const rules: Readonly<Record<(typeof ruleNames)[number], Configurable>> &
  Readonly<Record<string, Configurable>> = {
  steadyrun: configurable('steadyrun', {}, () => steadyrun),
  [releaseManager.name]: configurable(releaseManager.name, releaseManager.options, releaseManager.rule),
  flagger: configurable('flagger', flagger.options, flagger.rule),
  'flagger-slo': configurable('flagger-slo', flagger.sloOptions, flagger.rule),
  [argo.name]: configurable(argo.name, argo.options, argo.rule),
  [mannWhitney.name]: configurable(mannWhitney.name, mannWhitney.options, mannWhitney.rule),
  [alertPolicy.name]: configurable(alertPolicy.name, alertPolicy.options, alertPolicy.rule),
};

/** Throws an Error that says what there is when there is no such rule or option. */
export function ruleNamed(name: string, options: Readonly<Record<string, string>>): Rule {
  const known = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!known) {
    const meant = closest(name, ruleNames);
    throw new Error(`there is no rule ${name}; ${meant ? didYouMean(meant) : `the rules are ${ruleNames.join(', ')}`}`);
  }
  return known.rule(options);
}
