/** What is about to be written, so that it is known again after a restart: a split that equals it is ours. */
import { z } from 'zod';
import { instant, sentence, split, word } from './fields.ts';
import { rolloutState } from './rollout.ts';

export const intentKind = z.enum([
  'Pin',
  'Start',
  'Step',
  'Retreat',
  'TakeControl',
  'Watch',
  'Promote',
  'RollBack',
  'Withdraw',
  'GuardControl',
  'Restore',
]);

export type IntentKind = z.infer<typeof intentKind>;

export const intent = z
  .object({
    kind: intentKind,
    split,
    etag: z.string().max(256),
    reason: word,
    message: sentence,
    at: instant,
    /** What becomes the running rollout once a Start is seen in the traffic. */
    rollout: rolloutState.optional(),
  })
  .meta({ description: 'The traffic about to be written, so that it is known again after a restart.' });
