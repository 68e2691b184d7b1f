/** The smaller sections of a status, each with what it means to people. */
import { z } from 'zod';
import { condition } from './condition.ts';
import { count, instant, int32, int64, name, percent, remembered, sentence, shown, split, word } from './fields.ts';

const meaning = (description: string) => ({ description });

export const observedGeneration = int64.meta(meaning('Generation of the spec that this status speaks of.'));

export const conditions = z
  .array(condition)
  .max(32)
  .meta({
    ...meaning('Ready, Reconciling and Stalled, for kubectl wait and whatever reads conditions.'),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  });

export const phase = z
  .enum(['Pending', 'Steady', 'Ramping', 'Watching', 'RollingBack', 'Held'])
  .meta(meaning('Where the rollout is.'));

export const verdict = word.meta(meaning("The worst objective's verdict."));

export const trouble = sentence.meta(meaning('Whatever the conditions say that is not fine, in their reasons.'));

export const stable = shown({ revision: name, percent }).meta(
  meaning('The revision judged good, and its share of the traffic.'),
);

export const lastGood = shown({ revision: name, since: instant }).meta(
  meaning('The newest revision with a finished, healthy rollout that still exists: where a rollback goes.'),
);

/** Its cause is Deploy, or Tuning for a revision that the operator made itself. */
export const candidate = shown({ revision: name, percent, since: instant, cause: word.optional() }).meta(
  meaning('The newer revision that is being judged, and its share of the traffic.'),
);

export const rejected = z
  .array(shown({ revision: name, at: instant, reason: word }))
  .max(10)
  .meta(meaning('Revisions that were rolled back, newest first. They stay rejected until somebody asks for a retry.'));

export const decision = shown({ action: word, reason: word, message: sentence, at: instant, nextCheck: instant }).meta(
  meaning('The last decision, in words.'),
);

/** What people see of the evidence, an objective a row. */
export const objectives = z
  .array(
    shown({
      name,
      verdict: z.enum(['Healthy', 'Breaching', 'Unknown']),
      reason: word.optional(),
      gate: z.boolean(),
      limitPercent: z.number(),
      candidatePercent: z.number().optional(),
      stablePercent: z.number().optional(),
      candidateTotal: count,
      stableTotal: count,
      /** How much likelier the data is if the revision is bad: exp(min(ln E_abs, ln E_rel)). */
      odds: z.number(),
    }),
  )
  .max(20)
  .meta(meaning('How each objective stands.'));

export const compared = remembered({ revision: name, beside: name, as: word }).meta(
  meaning('Which revisions the figures of the objectives are of; the first as a Candidate, or as it was Promoted.'),
);

/** The traffic we wrote or accepted. */
export const owned = split.meta(
  meaning("The traffic that was last written or accepted; any other is somebody else's."),
);

export const adoption = remembered({
  at: instant,
  serviceUid: name,
  followedLatest: z.boolean(),
  pinnedAgainAt: z.array(instant).max(4),
  /** When LATEST served a revision that had been rolled back, and the traffic was taken back from it. */
  takenBackAt: z.array(instant).max(4).optional(),
  externallyManaged: z.boolean(),
}).meta(meaning('How the service was found.'));

/** While it is another hand's. */
export const traffic = z
  .array(shown({ revision: name, percent }))
  .max(20)
  .meta(meaning('The traffic as it is, while it is not what was last written or accepted.'));

export const unpinned = sentence.meta(meaning('Why the traffic follows LATEST, while it does.'));

export const inspection = remembered({
  generation: int64,
  at: instant,
  /** The stable revision at that time; another may export other buckets. */
  revision: name,
  objectives: z
    .array(
      remembered({
        name,
        problem: remembered({ reason: word, message: sentence }).optional(),
        /** The histogram has no boundary at the threshold: what to paste into the app. */
        unaligned: sentence.optional(),
      }),
    )
    .max(20),
}).meta(meaning("What the last dry run of the objectives' queries found."));

export const hold = remembered({
  reason: word,
  message: sentence,
  since: instant,
  paged: z.boolean(),
  /** Since when without a break; `since` may be that of a hold which was only away for a moment. */
  begun: instant.optional(),
  /** Only its deadline tells people of it. */
  quiet: z.boolean().optional(),
}).meta(meaning('Why nothing moves, and since when.'));

export const lastHold = remembered({
  reason: word,
  about: name,
  since: instant,
  paged: z.boolean(),
  ended: instant,
}).meta(meaning('The hold before: where the same trouble comes back soon, it goes on.'));

export const answer = remembered({ request: word, revision: name, message: sentence, at: instant }).meta(
  meaning('What became of the last request, where no write tells of it.'),
);

export const late = z
  .array(remembered({ split, until: instant }))
  .max(8)
  .meta(meaning('Writes of ours that have not been seen, and may still take effect after what came later.'));

export const wentBack = remembered({ revision: name, since: instant }).meta(
  meaning('The last rollback: which revision went, and since when it had been watched.'),
);

export const withdrawn = remembered({ revision: name, at: instant, reason: word }).meta(
  meaning('The candidate that was taken back to 0 % without being rejected.'),
);

/** The running one is finished first after three. */
export const supersededInARow = int32.meta(
  meaning('How many candidates in a row were superseded before they were judged.'),
);

export const memory = remembered({ format: int32, by: word }).meta(
  meaning('By which rules the rest was written, and by which version of the operator.'),
);
