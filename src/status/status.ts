/**
 * The status of an SLOPolicy: what people read with kubectl, and the whole memory of the operator. One zod schema is the
 * source of the CRD's status schema, of the types here, and of what a restarted operator believes.
 */
import type { z } from 'zod';
import { budget, errorBudget } from './budget.ts';
import { shown } from './fields.ts';
import { type GuardState, storedGuard } from './guard.ts';
import { type Intent, storedChange, storedIntent } from './intent.ts';
import { type RolloutState, storedRollout } from './rollout.ts';
import * as section from './sections.ts';
import { tuner } from './tuner.ts';
import { saturation, tuning } from './tuning.ts';

export const sections = {
  observedGeneration: section.observedGeneration,
  conditions: section.conditions,
  phase: section.phase,
  verdict: section.verdict,
  trouble: section.trouble,
  stable: section.stable,
  lastGood: section.lastGood,
  candidate: section.candidate,
  rejected: section.rejected,
  decision: section.decision,
  objectives: section.objectives,
  compared: section.compared,
  saturation,
  tuning,
  budget,
  split: section.owned,
  traffic: section.traffic,
  intent: storedIntent,
  change: storedChange,
  adoption: section.adoption,
  unpinned: section.unpinned,
  inspection: section.inspection,
  hold: section.hold,
  lastHold: section.lastHold,
  rollout: storedRollout,
  guard: storedGuard,
  withdrawn: section.withdrawn,
  wentBack: section.wentBack,
  late: section.late,
  answer: section.answer,
  supersededInARow: section.supersededInARow,
  tuner,
  errorBudget,
  memory: section.memory,
} as const;

type Sections = typeof sections;

/** Any section may be missing. */
const optional = Object.fromEntries(Object.entries(sections).map(([field, schema]) => [field, schema.optional()])) as {
  [K in keyof Sections]: z.ZodOptional<Sections[K]>;
};

const oneIntent = 'there is an intent or a change, never both';

export const storedStatus = shown(optional)
  .refine(({ intent, change }) => intent === undefined || change === undefined, oneIntent)
  .meta({
    description: 'What the operator sees, decided and remembers. Only the operator writes it.',
    'x-kubernetes-validations': [{ rule: '!has(self.intent) || !has(self.change)', message: oneIntent }],
  });

export type StoredStatus = z.infer<typeof storedStatus>;

/** The same as the code has it: any kind of change is an intent, and names are the code's own. */
export interface Status extends Omit<StoredStatus, 'intent' | 'change' | 'rollout' | 'guard'> {
  readonly intent?: Intent | undefined;
  readonly rollout?: RolloutState | undefined;
  readonly guard?: GuardState | undefined;
}

export type Phase = NonNullable<Status['phase']>;
