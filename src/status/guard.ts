/** The watch over a promoted revision, with its evidence. */
import { z } from 'zod';
import { type Evidence, evidenceFrom, evidenceToStore, storedEvidence } from './evidence.ts';
import { convicted, instant, int32, name, remembered } from './fields.ts';

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
}).meta({ description: 'The watch over a promoted revision, with its evidence.' });

type StoredGuard = z.infer<typeof storedGuard>;

export interface GuardState extends Omit<StoredGuard, 'evidence'> {
  readonly evidence: Evidence[];
}

export const guardFrom = ({ evidence, ...rest }: StoredGuard): GuardState => ({
  ...rest,
  evidence: evidence.map(evidenceFrom),
});

export const guardToStore = ({ evidence, ...rest }: GuardState): StoredGuard => ({
  ...rest,
  evidence: evidence.map(evidenceToStore),
});
