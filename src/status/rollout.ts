/** The rollout in progress, with its evidence. */
import { z } from 'zod';
import { resources } from '../facts/saturation.ts';
import { type Evidence, evidenceFrom, evidenceToStore, storedEvidence } from './evidence.ts';
import { convicted, count, instant, int32, name, percent, remembered, word } from './fields.ts';

export const stages = ['Ramp', 'Watch'] as const;

export const storedRollout = remembered({
  candidate: name,
  control: name,
  stage: word,
  startedAt: instant,
  /** When the present share was given. */
  steppedAt: instant,
  /** The candidate's latest shares, oldest first: a tick that holds a change of the split is judged by both. */
  shares: z.array(remembered({ at: instant, percent })).max(8),
  /** How much data was judged, all in all and in the watch. What passes while nothing can be told is not counted. */
  bakedSeconds: z.number().optional(),
  watchedSeconds: z.number().optional(),
  /** Where the ramp starts once the first requests show no total failure, percent. */
  startPercent: percent,
  /** Requests a second of the whole service, as it was when the rollout began. */
  requestsPerSecond: z.number(),
  /** It began without traffic, and its share is still to be found by the traffic that comes. */
  idle: z.boolean().optional(),
  /** `used`: the share fell, so that coming back into suspicion afterwards convicts. */
  retreat: remembered({ at: instant, used: z.boolean(), finished: z.boolean() }).optional(),
  controlsTaken: int32,
  /** Requests that the candidate should have shown by its share since it last showed any. */
  unseen: remembered({ requests: count, ticks: int32 }),
  evidence: z.array(storedEvidence).max(20),
  /** How full its instances are beside its control's; absent until it was asked. */
  saturation: remembered({
    askedAt: instant,
    /** Up to which minute it is known. */
    until: instant,
    /** Of the candidate, active in the newest minute. */
    instances: count.optional(),
    beside: z
      .array(
        remembered({
          resource: z.enum(resources),
          minutes: int32,
          candidate: count,
          control: count,
          over: int32,
          alone: int32,
        }),
      )
      .max(3),
  }).optional(),
  /** Set once it is decided that the candidate goes; from then on no metrics are needed. */
  convicted: convicted.optional(),
}).meta({ description: 'The rollout in progress, with its evidence.' });

type StoredRollout = z.infer<typeof storedRollout>;

export interface RolloutState extends Omit<StoredRollout, 'evidence' | 'stage'> {
  readonly stage: (typeof stages)[number];
  readonly evidence: Evidence[];
}

/** The stage has been found to be known. */
export const rolloutFrom = ({ evidence, stage, ...rest }: StoredRollout): RolloutState => ({
  ...rest,
  stage: stage as RolloutState['stage'],
  evidence: evidence.map(evidenceFrom),
});

export const rolloutToStore = ({ evidence, ...rest }: RolloutState): StoredRollout => ({
  ...rest,
  evidence: evidence.map(evidenceToStore),
});
