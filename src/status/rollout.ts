/** The rollout in progress, with its evidence. */
import { z } from 'zod';
import { evidence } from './evidence.ts';
import { count, instant, int32, name, percent, sentence, word } from './fields.ts';

export const rolloutState = z
  .object({
    candidate: name,
    control: name,
    stage: z.enum(['Ramp', 'Watch']),
    startedAt: instant,
    /** When the present share was given. */
    steppedAt: instant,
    /** The candidate's latest shares, oldest first: a tick that holds a change of the split is judged by both. */
    shares: z.array(z.object({ at: instant, percent })).max(8),
    /** How much data was judged, all in all and in the watch. What passes while nothing can be told is not counted. */
    bakedSeconds: z.number().optional(),
    watchedSeconds: z.number().optional(),
    /** Where the ramp starts once the first requests show no total failure, percent. */
    startPercent: percent,
    /** Requests a second of the whole service, as it was when the rollout began. */
    requestsPerSecond: z.number(),
    /** `used`: the share fell, so that coming back into suspicion afterwards convicts. */
    retreat: z.object({ at: instant, used: z.boolean(), finished: z.boolean() }).optional(),
    controlsTaken: int32,
    /** Requests that the candidate should have shown by its share since it last showed any. */
    unseen: z.object({ requests: count, ticks: int32 }),
    evidence: z.array(evidence).max(20),
    /** Set once it is decided that the candidate goes; from then on no metrics are needed. */
    convicted: z.object({ reason: word, message: sentence, at: instant }).optional(),
  })
  .meta({ description: 'The rollout in progress, with its evidence.' });

export type RolloutState = z.infer<typeof rolloutState>;
