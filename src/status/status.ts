/**
 * The status of an SLOPolicy: what people read with kubectl, and the whole memory of the operator. One zod schema is the
 * source of the CRD's status schema, of the types here, and of what a restarted operator believes.
 */
import { z } from 'zod';
import { guardState } from './guard.ts';
import { intent } from './intent.ts';
import { rolloutState } from './rollout.ts';
import * as section from './sections.ts';

export const status = z
  .object({
    observedGeneration: section.observedGeneration.optional(),
    conditions: section.conditions.optional(),
    phase: section.phase.optional(),
    verdict: section.verdict.optional(),
    stable: section.stable.optional(),
    lastGood: section.lastGood.optional(),
    candidate: section.candidate.optional(),
    rejected: section.rejected.optional(),
    decision: section.decision.optional(),
    objectives: section.objectives.optional(),
    split: section.owned.optional(),
    intent: intent.optional(),
    adoption: section.adoption.optional(),
    inspection: section.inspection.optional(),
    hold: section.hold.optional(),
    rollout: rolloutState.optional(),
    guard: guardState.optional(),
    withdrawn: section.withdrawn.optional(),
    supersededInARow: section.supersededInARow.optional(),
  })
  .meta({ description: 'What the operator sees, decided and remembers. Only the operator writes it.' });

export type Status = z.infer<typeof status>;
export type Phase = NonNullable<Status['phase']>;
