/** One objective's evidence, as it is stored and as the code has it. */
import { z } from 'zod';
import { count, instant, int64, name, remembered } from './fields.ts';

/**
 * Of a latency: the fraction that is usually bad, how much its normal quantile differs from instance to instance, and how many
 * of those that was learnt from.
 */
const luck = remembered({ usual: z.number(), spread: z.number(), instances: count });
export type Luck = z.infer<typeof luck>;

/**
 * One objective's evidence, as decide/evidence.ts keeps it: sixteen numbers, the two that temper them, and counters.
 * Logarithms of e-values, one for each alternative; an empty list means that no tick has counted yet.
 */
export const storedEvidence = remembered({
  objective: name,
  /** Of the indicator that was measured: evidence of another one says nothing. */
  fingerprint: z.string().max(16).optional(),
  /** Overdispersion of the stable's own history, 1..10. */
  phi: z.number(),
  /** The bad fraction to be judged against: what the SLO allows, or what this service already had. */
  allowed: z.number(),
  /** So many bad events in one tick are nothing new for this service: its errors come in clusters. */
  loudest: z.number().optional(),
  luck: luck.optional(),
  /** Ticks that have counted since the arms began to be compared. */
  ticks: int64,
  absolute: z.array(z.number()).max(8),
  relative: z.array(z.number()).max(8),
  /** The relative test with the arms swapped: is the candidate clearly better? */
  mirrored: z.array(z.number()).max(8),
  /** The same of small excesses. */
  fineAbsolute: z.array(z.number()).max(8).optional(),
  fineRelative: z.array(z.number()).max(8).optional(),
  absoluteMeter: z.array(z.number()).max(8),
  relativeMeter: z.array(z.number()).max(8),
  /** All that was judged. */
  candidate: remembered({ bad: count, total: count }),
  control: remembered({ bad: count, total: count }),
  /** What the certificate counts: ticks while the environment was fine, and the bad expected from the control's rate. */
  certified: remembered({ bad: count, total: count, expectedBad: count }),
  /** Data is judged up to here; a restart asks again from here. */
  judgedUntil: instant,
  lastStrike: instant.optional(),
  /** In the newest tick the control itself was outside its SLO. Objectives have ticks of their own, so it is remembered. */
  environmentBad: z.boolean().optional(),
  /** And when it last was. */
  environmentBadAt: instant.optional(),
  /** In some tick nothing spoke against the candidate. */
  wasFine: z.boolean().optional(),
  /** The first tick that was certain of its failure, if none was fine since. */
  failingSince: instant.optional(),
});

type StoredEvidence = z.infer<typeof storedEvidence>;

/** The same under the names that the code has for it. */
export interface Evidence extends Omit<StoredEvidence, 'phi' | 'allowed' | 'loudest'> {
  readonly dispersion: number;
  readonly judgedAgainst: number;
  readonly largestUsualBurst?: number | undefined;
}

/** A stored field that has one of the code's names is another version's, and is not taken for ours. */
type Strange = { readonly largestUsualBurst?: unknown };

export const evidenceFrom = ({
  phi,
  allowed,
  loudest,
  largestUsualBurst: _strange,
  ...rest
}: StoredEvidence & Strange): Evidence => ({
  ...rest,
  dispersion: phi,
  judgedAgainst: allowed,
  ...(loudest !== undefined && { largestUsualBurst: loudest }),
});

export const evidenceToStore = ({
  dispersion,
  judgedAgainst,
  largestUsualBurst,
  ...rest
}: Evidence): StoredEvidence => ({
  ...rest,
  phi: dispersion,
  allowed: judgedAgainst,
  ...(largestUsualBurst !== undefined && { loudest: largestUsualBurst }),
});
