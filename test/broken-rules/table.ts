/** All rules that are broken. */
import type { Purpose } from '../../src/facts/purpose.ts';
import type { Breakage } from './breakage.ts';
import { budgetRules } from './budget.ts';
import { houseRules } from './house.ts';
import { purposeRules } from './purposes.ts';
import { queryRules } from './queries.ts';
import { safetyRules } from './safety.ts';
import { tuningRules } from './tuning.ts';

export const breakages: readonly Breakage[] = [
  ...safetyRules,
  ...tuningRules,
  ...budgetRules,
  ...queryRules,
  ...houseRules,
  ...purposeRules,
];

/** The purposes that no breakage is about: whoever adds one has to see a test of it fail. */
export const unbroken = (all: readonly Purpose[], known: readonly Breakage[] = breakages): Purpose[] =>
  all.filter((purpose) => !known.some((breakage) => breakage.purpose === purpose));
