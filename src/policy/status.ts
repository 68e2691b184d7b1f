/**
 * The status of an SLOPolicy: what people read with kubectl, and the whole memory of the operator. One zod schema is the
 * source of the CRD's status schema, of the types here, and of what a restarted operator believes.
 */
import { z } from 'zod';

const name = z.string().max(253);
const sentence = z.string().max(2048);
const instant = z.string().max(40).meta({ format: 'date-time' });
const percent = z.number().int().min(0).max(100).meta({ format: 'int32' });
const count = z.number();
const word = z.string().max(64);

/** One revision's integer share of the traffic. */
export const share = z.object({ revision: name, percent });
const split = z.array(share).max(20);
const shareSince = z.object({ revision: name, percent, since: instant });

export const condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.number().int().min(0).meta({ format: 'int64' }).optional(),
  lastTransitionTime: instant,
  reason: z.string().max(1024),
  message: z.string().max(32768),
});

/**
 * One objective's evidence, as decide/evidence.ts keeps it: sixteen numbers, the two that temper them, and counters.
 * Logarithms of e-values, one for each alternative; an empty list means that no tick has counted yet.
 */
export const evidence = z.object({
  objective: name,
  /** Of the indicator that was measured: evidence of another one says nothing. */
  fingerprint: z.string().max(16).optional(),
  /** Overdispersion of the stable's own history, 1..10. */
  phi: z.number(),
  /** The bad fraction to be judged against: what the SLO allows, or what this service already had. */
  allowed: z.number(),
  /** So many bad events in one tick are nothing new for this service: its errors come in clusters. */
  loudest: z.number().optional(),
  /** Ticks that have counted since the arms began to be compared. */
  ticks: z.number().int().min(0).meta({ format: 'int64' }),
  absolute: z.array(z.number()).max(8),
  relative: z.array(z.number()).max(8),
  /** The relative test with the arms swapped: is the candidate clearly better? */
  mirrored: z.array(z.number()).max(8),
  absoluteMeter: z.array(z.number()).max(8),
  relativeMeter: z.array(z.number()).max(8),
  /** All that was judged. */
  candidate: z.object({ bad: count, total: count }),
  control: z.object({ bad: count, total: count }),
  /** What the certificate counts: ticks while the environment was fine, and the bad expected from the control's rate. */
  certified: z.object({ bad: count, total: count, expectedBad: count }),
  /** Data is judged up to here; a restart asks again from here. */
  judgedUntil: instant,
  lastStrike: instant.optional(),
  /** In the newest tick the control itself was outside its SLO. Objectives have ticks of their own, so it is remembered. */
  environmentBad: z.boolean().optional(),
});

export const rolloutState = z.object({
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
  controlsTaken: z.number().int().min(0).meta({ format: 'int32' }),
  /** Requests that the candidate should have shown by its share since it last showed any. */
  unseen: z.object({ requests: count, ticks: z.number().int().min(0).meta({ format: 'int32' }) }),
  evidence: z.array(evidence).max(20),
  /** Set once it is decided that the candidate goes; from then on no metrics are needed. */
  convicted: z.object({ reason: word, message: sentence, at: instant }).optional(),
});

/** Watching after promotion: there is no control any more until one is taken. */
export const guardState = z.object({
  revision: name,
  control: name,
  armedAt: instant,
  until: instant,
  /** The revision came to 100 % by another hand: it is watched and spoken of, its traffic is not touched. */
  external: z.boolean(),
  controlsTaken: z.number().int().min(0).meta({ format: 'int32' }),
  controlSince: instant.optional(),
  requestsPerSecond: z.number(),
  evidence: z.array(evidence).max(20),
  convicted: z.object({ reason: word, message: sentence, at: instant }).optional(),
});

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

export const status = z.object({
  observedGeneration: z.number().int().min(0).meta({ format: 'int64' }).optional(),
  conditions: z
    .array(condition)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional(),
  phase: z.enum(['Pending', 'Steady', 'Ramping', 'Watching', 'RollingBack', 'Held']).optional(),
  /** One word for the printer column: the worst objective's verdict. */
  verdict: word.optional(),
  stable: z.object({ revision: name, percent }).optional(),
  lastGood: z.object({ revision: name, since: instant }).optional(),
  candidate: shareSince.optional(),
  rejected: z
    .array(z.object({ revision: name, at: instant, reason: word }))
    .max(10)
    .optional(),
  decision: z.object({ action: word, reason: word, message: sentence, at: instant, nextCheck: instant }).optional(),
  /** What people see of the evidence, an objective a row. */
  objectives: z
    .array(
      z.object({
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
    .optional(),
  /** The traffic we wrote or accepted; any other split is somebody else's. */
  split: split.optional(),
  /** Persisted before a forward write: a split that equals it is ours. */
  intent: z
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
    .optional(),
  adoption: z
    .object({
      at: instant,
      serviceUid: name,
      followedLatest: z.boolean(),
      pinnedAgainAt: z.array(instant).max(4),
      externallyManaged: z.boolean(),
    })
    .optional(),
  /** What the last dry run of the objectives' queries found. */
  inspection: z
    .object({
      generation: z.number().int().min(0).meta({ format: 'int64' }),
      at: instant,
      /** The stable revision at that time; another may export other buckets. */
      revision: name,
      objectives: z
        .array(
          z.object({
            name,
            problem: z.object({ reason: word, message: sentence }).optional(),
            /** The histogram has no boundary at the threshold: what to paste into the app. */
            unaligned: sentence.optional(),
          }),
        )
        .max(20),
    })
    .optional(),
  hold: z.object({ reason: word, message: sentence, since: instant, paged: z.boolean() }).optional(),
  rollout: rolloutState.optional(),
  guard: guardState.optional(),
  /** A candidate taken back to 0 % without being rejected. */
  withdrawn: z.object({ revision: name, at: instant, reason: word }).optional(),
  /** Candidates superseded one after the other; the running one is finished first after three. */
  supersededInARow: z.number().int().min(0).meta({ format: 'int32' }).optional(),
});

export type Share = z.infer<typeof share>;
export type Condition = z.infer<typeof condition>;
export type Evidence = z.infer<typeof evidence>;
export type RolloutState = z.infer<typeof rolloutState>;
export type GuardState = z.infer<typeof guardState>;
export type IntentKind = z.infer<typeof intentKind>;
export type Status = z.infer<typeof status>;
export type Phase = NonNullable<Status['phase']>;
