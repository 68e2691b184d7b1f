/**
 * What is about to be written, so that it is known again after a restart: what then is in the service is ours. A split is
 * stored as the first version stored it; a change of any other kind in a field of its own, which that version does not see.
 */
import { z } from 'zod';
import type { Change } from '../facts/change.ts';
import type { Purpose } from '../facts/purpose.ts';
import { instant, name, remembered, sentence, split, word } from './fields.ts';
import { type RolloutState, rolloutFrom, rolloutToStore, storedRollout } from './rollout.ts';

const why = {
  etag: z.string().max(256),
  reason: word,
  message: sentence,
  at: instant,
  /** It was refused, or not sent: it is in nobody's traffic unless somebody does the same. */
  unsent: z.boolean().optional(),
};

export const storedIntent = remembered({
  kind: word,
  split,
  ...why,
  /** What becomes the running rollout once a Start is seen in the traffic. */
  rollout: storedRollout.optional(),
}).meta({ description: 'The traffic about to be written, so that it is known again after a restart.' });

const tuned = z.number().min(0).optional();

/** What a change of each kind sets. */
const contents: Readonly<Record<string, z.ZodType>> = {
  Scaling: z.looseObject({ maxInstances: z.int().min(1) }),
  Template: z.looseObject({
    revision: name,
    from: name,
    set: z.looseObject({
      concurrency: tuned,
      cpuTargetPercent: tuned,
      concurrencyTargetPercent: tuned,
      maxInstances: tuned,
    }),
  }),
};

export const storedChange = remembered({
  purpose: word,
  kind: word,
  to: remembered({}) as z.ZodType<Record<string, unknown>>,
  ...why,
})
  // A kind that only a newer operator knows is said, not refused.
  .refine(({ kind, to }) => contents[kind]?.safeParse(to).success ?? true, 'it does not say what is to be set')
  .meta({
    description: 'A change of another kind that is about to be written. There is an intent or a change, never both.',
  });

type StoredIntent = z.infer<typeof storedIntent>;
type StoredChange = z.infer<typeof storedChange>;

export interface Intent extends z.infer<z.ZodObject<typeof why>> {
  readonly purpose: Purpose;
  readonly change: Change;
  readonly rollout?: RolloutState | undefined;
}

/** Both into one, at the door. The purpose and the kind have been found to be known; the traffic's is an intent, always. */
export function intentFrom(intent: StoredIntent | undefined, change: StoredChange | undefined): Intent | undefined {
  if (intent) {
    const { kind, split: wanted, rollout, ...rest } = intent;
    const from: Intent = { ...rest, purpose: kind as Purpose, change: { kind: 'Traffic', split: wanted } };
    return rollout ? { ...from, rollout: rolloutFrom(rollout) } : from;
  }
  if (!change || change.kind === 'Traffic') return undefined;
  const { purpose, kind, to, ...rest } = change;
  return { ...rest, purpose: purpose as Purpose, change: { ...to, kind } as unknown as Change };
}

export function intentToStore({ purpose, change, rollout, ...rest }: Intent): {
  readonly intent?: StoredIntent;
  readonly change?: StoredChange;
} {
  if (change.kind !== 'Traffic') {
    const { kind, ...to } = change;
    return { change: { ...rest, purpose, kind, to } };
  }
  const intent = { ...rest, kind: purpose, split: [...change.split] };
  return { intent: rollout ? { ...intent, rollout: rolloutToStore(rollout) } : intent };
}
