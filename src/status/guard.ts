/** The watch over a promoted revision, with its evidence. */
import { z } from 'zod';
import { type Evidence, evidenceFrom, evidenceToStore, storedEvidence } from './evidence.ts';
import { convicted, count, instant, int32, name, percent, remembered, word } from './fields.ts';

/** Watching after promotion: there is no control any more until one is taken. */
export const storedGuard = remembered({
  revision: name,
  control: name,
  armedAt: instant,
  until: instant,
  /** The revision came to 100 % by another hand: it is watched and spoken of, its traffic is not touched. */
  external: z.boolean(),
  controlsTaken: int32,
  controlSince: instant.optional(),
  /** The control was needed and does not exist any more: there is nothing to go back to. */
  controlGone: z.boolean().optional(),
  /** People have been told once that there is nothing to watch it by. */
  silenceTold: z.boolean().optional(),
  requestsPerSecond: z.number(),
  evidence: z.array(storedEvidence).max(20),
  convicted: convicted.optional(),
  /** The objectives by which it burned, and what goes on from control to control. */
  fires: z
    .array(
      remembered({
        objective: name,
        last: instant,
        /** The longest time between two fires; 0 while there was but one. */
        longestGapSeconds: int32,
        /** How many fires there were, each by evidence of its own. */
        count: int32,
        /** ln of the odds that it is worse than its control while it burns. */
        worse: z.number(),
        /** The newest tick spoke against it. */
        hot: z.boolean().optional(),
      }),
    )
    .max(20)
    .optional(),
  /** Beside its control the revision has had less since then; before, so many percent. */
  reduced: remembered({ at: instant, from: percent }).optional(),
  /** How the last control or trial ended: with this the promoted revision got everything again. */
  restored: remembered({ at: instant, as: word }).optional(),
  /** When it burned and its control as well, how often that was seen, and what fraction was bad. */
  shared: remembered({ at: instant, times: int32, fraction: count }).optional(),
  /** Everything went to the control, to see whether the fire goes with the revision. */
  trial: remembered({
    objective: name,
    /** The bad fraction while the revision had everything. */
    burned: count,
    /** ln of the odds that it does not burn while the control has everything. */
    gone: z.number(),
    /** How often it went with the revision and came back with it. */
    switches: int32,
  }).optional(),
  /** When the last trial ended that convicted nobody. */
  triedAt: instant.optional(),
}).meta({ description: 'The watch over a promoted revision, with its evidence.' });

type StoredGuard = z.infer<typeof storedGuard>;

export type Restored = 'Calm' | 'Shared' | 'Trial' | 'Open';

export interface GuardState extends Omit<StoredGuard, 'evidence' | 'restored'> {
  readonly evidence: Evidence[];
  readonly restored?: { readonly at: string; readonly as: Restored } | undefined;
}

/** Another version's word says that it was restored, and nothing more. */
const ends: readonly string[] = ['Calm', 'Shared', 'Trial', 'Open'] satisfies readonly Restored[];

export const guardFrom = ({ evidence, restored, ...rest }: StoredGuard): GuardState => ({
  ...rest,
  ...(restored && ends.includes(restored.as) && { restored: { ...restored, as: restored.as as Restored } }),
  evidence: evidence.map(evidenceFrom),
});

export const guardToStore = ({ evidence, ...rest }: GuardState): StoredGuard => ({
  ...rest,
  evidence: evidence.map(evidenceToStore),
});
