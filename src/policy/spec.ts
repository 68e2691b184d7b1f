/**
 * What a team declares. This schema is the single source of the CRD, the types, the defaults, the offline check and the
 * reference page; a field exists here only when the operator acts on it.
 *
 * Written within what a structural OpenAPI schema can hold: no unions, every text and list bounded.
 */
import { z } from 'zod';
import { metrics } from './spec/metrics.ts';
import { objectives } from './spec/objectives.ts';
import { rollout } from './spec/rollout.ts';
import { service } from './spec/service.ts';
import { tuning } from './spec/tuning.ts';

const mode = z.enum(['Enforce', 'Observe']).default('Enforce').meta({
  description: 'Enforce moves traffic. Observe judges, says what it would do and writes nothing to Cloud Run.',
  example: 'Observe',
});

export const spec = z
  .object({ service, mode, metrics, objectives, rollout, tuning })
  .meta({ description: 'What the service promises and how its revisions are rolled out.' });

/** The spec as stored: defaults applied. */
export type Spec = z.infer<typeof spec>;
