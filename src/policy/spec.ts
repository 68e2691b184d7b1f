/**
 * What a team declares. This schema is the single source of the CRD, the types, the defaults, the offline check and the
 * reference page; a field exists here only when the operator acts on it.
 *
 * Written within what a structural OpenAPI schema can hold: no unions but for the window, every text and list bounded.
 */
import { z } from 'zod';
import { ruled } from './rule.ts';
import { tierHasTarget } from './rules.ts';
import { errorBudgetPolicy, window } from './spec/budget.ts';
import { generate } from './spec/generate.ts';
import { metrics } from './spec/metrics.ts';
import { objectives } from './spec/objectives.ts';
import { rollout } from './spec/rollout.ts';
import { service } from './spec/service.ts';
import { tuning } from './spec/tuning.ts';

const mode = z.enum(['Enforce', 'Observe']).default('Enforce').meta({
  description: 'Enforce moves traffic. Observe judges, says what it would do and writes nothing to Cloud Run.',
  example: 'Observe',
});

const tier = z.string().min(1).max(63).optional().meta({
  description: 'Which of the targets in targetPercentByTier are meant.',
  example: 'api',
});

/** Each part by itself, for what can be read of a policy that cannot be obeyed. */
export const parts = z.object({
  service,
  mode,
  tier,
  window,
  metrics,
  objectives,
  rollout,
  errorBudgetPolicy,
  generate,
  tuning,
});

export const spec = ruled(parts, tierHasTarget).meta({
  description: 'What the service promises and how its revisions are rolled out.',
});

/** The spec as stored: defaults applied. */
export type Spec = z.infer<typeof parts>;
