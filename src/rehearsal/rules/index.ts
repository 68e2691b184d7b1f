/** The rules by name. */
import type { Rule } from '../rule.ts';
import { steadyrun } from './steadyrun.ts';

/** Throws an Error in words for a rule or an option that there is not. */
export function ruleNamed(name: string, _options: Readonly<Record<string, string>>): Rule {
  if (name === 'steadyrun') return steadyrun;
  throw new Error(`there is no rule ${name}`);
}
