/** What the tuner remembers: how full the service was, what it set, and what came of that. */
import { z } from 'zod';
import { count, instant, int32, int64, name, remembered, sentence, word } from './fields.ts';

/** How long a lever stays barred at most, after it made things worse. */
export const longestBarMs = 7 * 24 * 3_600_000;

/** Minutes over the limit in one hour; `any`: of at least one resource. */
const hour = remembered({
  hour: instant,
  /** The most active instances. */
  peak: count,
  cpu: int32,
  memory: int32,
  concurrency: int32,
  any: int32,
});

const settings = remembered({
  concurrency: int32.optional(),
  cpuTargetPercent: count.optional(),
  concurrencyTargetPercent: count.optional(),
  maxInstances: int32.optional(),
});

const revision = remembered({
  name,
  /** The revision that it was made from. */
  from: name,
  at: instant,
  set: settings,
  was: settings,
  /** The code that it was made for. */
  image: z.string().max(512),
  /** Open, Promoted, RolledBack, Unproven, Superseded, ImageMoved or PutBack. */
  outcome: word,
});

/** A lever that another hand set back, under this generation of the policy. */
const reset = remembered({ lever: word, at: instant, revision: name, generation: int64 });

/** How the revision runs that serves; what is missing could not be read. */
const serving = remembered({
  revision: name,
  /** Since when this code serves. */
  since: instant,
  concurrency: int32,
  maxInstances: int32.optional(),
  cpus: count,
  memoryMib: count,
  image: z.string().max(512),
  cpuTargetPercent: count.optional(),
  concurrencyTargetPercent: count.optional(),
  /** The autoscaler's targets have been asked for. */
  targetsAsked: z.boolean().optional(),
});

/** What made things worse is not tried again on the same code. */
const barred = remembered({ lever: word, image: z.string().max(512), until: instant });

/** One minute as it was read; what the metrics said nothing of is missing. Fractions of the limit, 0 to 1. */
const minute = remembered({
  endMs: int64,
  cpu: count.optional(),
  memory: count.optional(),
  concurrency: count.optional(),
  active: count.optional(),
  /** As many instances as there may be. */
  full: z.boolean(),
});

export const tuner = remembered({
  hours: z.array(hour).max(26),
  /** Minutes are read up to here. */
  until: instant,
  /** The service's maximum as it was last seen, and whether we set it. */
  maximum: remembered({ value: int32, since: instant, ours: z.boolean() }).optional(),
  /** Those that were in force before. */
  earlier: z.array(remembered({ value: int32, until: instant })).max(8),
  serving: serving.optional(),
  /** Since when this revision serves all of the traffic without a break. */
  steadySince: instant.optional(),
  /** The newest minutes in a row over the limit. */
  runs: remembered({ cpu: int32, memory: int32, concurrency: int32 }).optional(),
  /** When each was last over half of the limit. */
  overHalf: remembered({ cpu: instant, memory: instant, concurrency: instant }).optional(),
  /** Instances of the serving revision that were killed for want of memory. */
  killed: remembered({ at: instant, revision: name, count: int32 }).optional(),
  logsAskedAt: instant.optional(),
  /** The logs could not be read. */
  logsUnread: sentence.optional(),
  /** When the metrics were last asked. */
  askedAt: instant.optional(),
  /** When the template was last weighed. */
  weighedAt: instant.optional(),
  /** What people were told of the levers, and when. */
  told: z
    .array(remembered({ what: word, at: instant }))
    .max(8)
    .optional(),
  raisedAt: instant.optional(),
  scaledByHandAt: instant.optional(),
  /** Something is wrong that no revision is known to be to blame for: since when, and when that was last seen. */
  incident: remembered({ since: instant, seen: instant }).optional(),
  /** Learnt from a refusal. */
  quota: remembered({ maxInstances: int32, at: instant }).optional(),
  /** The revision that served when the tag of its image was found to name other code. */
  movedUnder: name.optional(),
  /** When the autoscaler's targets could not be set. */
  targetsRefused: instant.optional(),
  revisions: z.array(revision).max(12),
  resets: z.array(reset).max(12),
  barred: z.array(barred).max(12),
  recent: z.array(minute).max(10),
}).meta({ description: 'What the tuner remembers of how full the service was, and of what it changed.' });

export type TunerState = z.infer<typeof tuner>;
export type TunerHour = TunerState['hours'][number];
export type TunerMinute = TunerState['recent'][number];
export type Serving = NonNullable<TunerState['serving']>;
export type TuningRevision = TunerState['revisions'][number];
export type TunedBy = TuningRevision['set'];
