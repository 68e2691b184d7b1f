/**
 * A concern sees every look, owns its sections of the status, proposes at most one write, and knows no other concern. What is
 * the decision's and not a concern's: intent, hold, decision, phase, conditions.
 */
import type { Change } from '../facts/change.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { Service } from '../facts/service.ts';
import type { RolloutState } from '../status/rollout.ts';
import type { Status } from '../status/status.ts';
import type { Case, Unasked } from './case.ts';
import type { Outcome } from './outcome.ts';
import type { Questions } from './questions.ts';

/** What the concerns before this one came to. */
export interface Settled {
  /** No new rollout starts. */
  readonly frozen: boolean;
  readonly traffic: 'Steady' | 'Busy';
  /** Somebody writes already. */
  readonly write: boolean;
}

/** A write as it is seen in the service. */
export interface Effect {
  readonly purpose: string;
  readonly change: Change;
  readonly reason: string;
  readonly rollout?: RolloutState | undefined;
}

export type Memory<S extends keyof Status> = Pick<Status, S>;

export interface Judgement<S extends keyof Status> {
  /** All of its sections; one that is missing is forgotten. */
  readonly memory: Memory<S>;
  /** null: it has nothing to say. */
  readonly proposal: Outcome | null;
  /** What was intended is somebody else's by now: if it is seen in the service, it is not ours. */
  readonly disowns?: boolean;
  /** No new rollout starts. */
  readonly frozen?: boolean;
  /** What people are told, whoever decides. */
  readonly events?: readonly PolicyEvent[];
}

export interface Concern<S extends keyof Status> {
  readonly sections: readonly S[];
  /** The purposes whose writes it confirms. */
  readonly purposes: readonly string[];
  /** Nothing goes on, so that a listing up to half a minute old will do. */
  isQuiet(known: Status): boolean;
  /** The listing shows something that this status does not know. */
  isNews(service: Service, known: Status): boolean;
  questions(at: Unasked): Partial<Questions>;
  judge(at: Case, others: Settled): Judgement<S>;
  /** What is left of its memory when a revision turns out not to exist any more. */
  bereft?(known: Status, revision: string): Memory<S>;
  /** What a refusal of one of its writes teaches it. */
  refused?(at: Unasked, refusal: Refusal): Memory<S>;
  /** What a write changes once it is seen in the service, and only then. */
  confirm(at: Unasked, effect: Effect): Memory<S>;
}

/** The concern's sections of a status. */
export function memoryOf<S extends keyof Status>(sections: readonly S[], status: Status): Memory<S> {
  const kept = sections.filter((section) => status[section] !== undefined);
  return Object.fromEntries(kept.map((section) => [section, status[section]])) as unknown as Memory<S>;
}

/** The status with a concern's sections made what it remembers. Most looks change nothing. */
export function withMemory<S extends keyof Status>(status: Status, sections: readonly S[], memory: Memory<S>): Status {
  const remembered: Partial<Status> = memory;
  if (sections.every((section) => remembered[section] === status[section])) return status;
  const others = Object.entries(status).filter(([section]) => !(sections as readonly string[]).includes(section));
  return { ...Object.fromEntries(others), ...memory } as Status;
}
