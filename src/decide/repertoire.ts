/** All that there is to decide and to write: the concerns in their order, the purposes, the kinds of change. */
import { type ChangeKinds, changeKinds } from '../facts/change.ts';
import { type Purposes, purposes } from '../facts/purpose.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { Service } from '../facts/service.ts';
import type { Status } from '../status/status.ts';
import { budget } from './budget/budget.ts';
import type { Unasked } from './case.ts';
import { type Concern, withMemory } from './concern.ts';
import { inspectedLongAgo, inspectionDue } from './inspection.ts';
import type { Questions, SaturationQuestion } from './questions.ts';
import { traffic } from './traffic/traffic.ts';
import { tuning } from './tuning/tuning.ts';

export interface Repertoire {
  /** The first proposal that writes is carried out; the soonest look counts. */
  // biome-ignore lint/suspicious/noExplicitAny: a list of concerns has no one set of sections
  readonly concerns: readonly Concern<any>[];
  readonly purposes: Purposes;
  readonly changeKinds: ChangeKinds;
}

export const repertoire: Repertoire = { concerns: [budget, traffic, tuning], purposes, changeKinds };

export const isQuiet = ({ concerns }: Repertoire, known: Status): boolean =>
  known.intent === undefined && known.hold === undefined && concerns.every((concern) => concern.isQuiet(known));

export const isNews = ({ concerns }: Repertoire, service: Service, known: Status): boolean =>
  concerns.some((concern) => concern.isNews(service, known));

/** The state after a revision that was needed turned out not to exist any more. */
export const bereftOf = ({ concerns }: Repertoire, state: Status, revision: string): Status =>
  concerns.reduce(
    (known, concern) => (concern.bereft ? withMemory(known, concern.sections, concern.bereft(known, revision)) : known),
    state,
  );

/** The state after a refusal that teaches something of how such writes are to be made. */
export function refusedOf({ concerns }: Repertoire, at: Unasked, purpose: string, refusal: Refusal): Status {
  const concern = concerns.find(({ purposes: own }) => own.includes(purpose));
  return concern?.refused ? withMemory(at.known, concern.sections, concern.refused(at, refusal)) : at.known;
}

/** What all concerns have to find out, asked once. */
export function questionsOf({ concerns }: Repertoire, at: Unasked): Questions {
  const asked = concerns.map((concern) => concern.questions(at));
  const historyOf = asked.find((one) => one.historyOf)?.historyOf ?? null;
  const sinceMs = asked.flatMap(({ outOfMemorySinceMs }) => outOfMemorySinceMs ?? []);
  return {
    revisions: [...new Set(asked.flatMap(({ revisions = [] }) => revisions))],
    counts: asked.flatMap(({ counts = [] }) => counts),
    historyOf,
    // What the past is asked for is a rollout that may begin.
    inspect:
      inspectionDue(at.policy, at.known, at.nowMs) || (historyOf !== null && inspectedLongAgo(at.known, at.nowMs)),
    saturation: together(asked.flatMap(({ saturation }) => saturation ?? [])),
    outOfMemorySinceMs: sinceMs.length > 0 ? Math.min(...sinceMs) : null,
    targetsOf: asked.find((one) => one.targetsOf)?.targetsOf ?? null,
    digestsOf: [...new Set(asked.flatMap(({ digestsOf = [] }) => digestsOf))],
    budget: asked.find((one) => one.budget)?.budget ?? null,
  };
}

/** One question that answers all. */
function together(asked: readonly SaturationQuestion[]): SaturationQuestion | null {
  if (asked.length === 0) return null;
  const revisions = [...new Set(asked.flatMap((one) => one.revisions))];
  return { revisions, fromMs: Math.min(...asked.map(({ fromMs }) => fromMs)) };
}
