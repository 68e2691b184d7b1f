import { z } from 'zod';
import { evidence } from './evidence.ts';
import { instant, int32, name, sentence, word } from './fields.ts';

/** Watching after promotion: there is no control any more until one is taken. */
export const guardState = z
  .object({
    revision: name,
    control: name,
    armedAt: instant,
    until: instant,
    /** The revision came to 100 % by another hand: it is watched and spoken of, its traffic is not touched. */
    external: z.boolean(),
    controlsTaken: int32,
    controlSince: instant.optional(),
    requestsPerSecond: z.number(),
    evidence: z.array(evidence).max(20),
    convicted: z.object({ reason: word, message: sentence, at: instant }).optional(),
  })
  .meta({ description: 'The watch over a promoted revision, with its evidence.' });

export type GuardState = z.infer<typeof guardState>;
