/**
 * What a reconcile has to find out before it can decide: as little as possible, since every question is somebody's quota.
 */

import type { Service } from '../facts/service.ts';
import { ms } from '../facts/time.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';
import { inspectionDue } from './inspection.ts';
import { newcomer, quiet } from './traffic/newcomer.ts';

/** How much of the stable's past is asked for at the beginning of a rollout. */
export const historyMs = 6 * 3_600_000;

export interface Due {
  readonly objective: Objective;
  /** Where it was last judged. */
  readonly fromMs: number;
  /** A tick has counted since the arms began to be compared. */
  readonly begun: boolean;
}

/** Samples come with jitter: so much of a tick is a tick. */
const leastTick = 0.8;

/** Up to `toMs` there is enough to ask for: a tick, or whatever there is when a comparison has just begun. */
export const isDue = ({ fromMs, begun }: Pick<Due, 'fromMs' | 'begun'>, toMs: number, tickMs: number): boolean =>
  begun ? toMs - fromMs >= leastTick * tickMs : toMs > fromMs;

/**
 * Where the counts begin. A window shorter than samples are apart may hold none of a series that goes on, so the first one
 * reaches back before the split: it is judged as one that holds the change.
 */
export const startOf = ({ fromMs, begun }: Pick<Due, 'fromMs' | 'begun'>, toMs: number, tickMs: number): number =>
  begun ? fromMs : Math.min(fromMs, toMs - tickMs);

export interface Questions {
  readonly revisions: readonly string[];
  /** Ask for counts per objective, from where each was last judged. */
  readonly counts: readonly Due[];
  /** Ask for this revision's past. */
  readonly historyOf: string | null;
  /** Ask what the source makes of each objective's query. */
  readonly inspect: boolean;
}

export function questions(policy: Policy, service: Service, state: Status, nowMs: number): Questions {
  const { rollout, guard } = state;
  const convicted = rollout?.convicted ?? guard?.convicted;
  // While people hold the service, nothing is judged.
  const held = policy.requests.paused !== null || state.hold?.reason === 'SplitByHand';
  const newest = newcomer(service, state);
  const names = [
    state.stable?.revision,
    newest,
    rollout?.candidate,
    rollout?.control,
    guard?.controlSince || convicted ? guard?.control : undefined,
    service.latestCreated !== service.latestReady ? service.latestCreated : undefined,
  ];
  const quietNames = quiet(state) && newest === null && service.latestCreated === service.latestReady;
  const judging = convicted || held ? undefined : (rollout ?? guard);
  return {
    revisions: quietNames ? [] : [...new Set(names.filter((name): name is string => Boolean(name)))],
    counts: judging
      ? policy.objectives.map((objective) => {
          const entry = judging.evidence.find((known) => known.objective === objective.name);
          const fromMs = ms((entry ?? judging.evidence[0])?.judgedUntil ?? state.decision?.at ?? '');
          return { objective, fromMs, begun: entry === undefined || entry.absolute.length > 0 };
        })
      : [],
    historyOf: !rollout && !held && newest !== null ? (state.stable?.revision ?? null) : null,
    inspect: inspectionDue(policy, state, nowMs),
  };
}
