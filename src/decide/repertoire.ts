/** All that there is to decide and to write: the concerns in their order, the purposes, the kinds of change. */
import { type ChangeKinds, changeKinds } from '../facts/change.ts';
import { type Purposes, purposes } from '../facts/purpose.ts';
import type { Service } from '../facts/service.ts';
import type { Status } from '../status/status.ts';
import type { Unasked } from './case.ts';
import { type Concern, withMemory } from './concern.ts';
import { inspectedLongAgo, inspectionDue } from './inspection.ts';
import type { Questions } from './questions.ts';
import { traffic } from './traffic/traffic.ts';

export interface Repertoire {
  /** The first proposal that writes is carried out; the soonest look counts. */
  // biome-ignore lint/suspicious/noExplicitAny: a list of concerns has no one set of sections
  readonly concerns: readonly Concern<any>[];
  readonly purposes: Purposes;
  readonly changeKinds: ChangeKinds;
}

export const repertoire: Repertoire = { concerns: [traffic], purposes, changeKinds };

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

/** What all concerns have to find out, asked once. */
export function questionsOf({ concerns }: Repertoire, at: Unasked): Questions {
  const asked = concerns.map((concern) => concern.questions(at));
  const historyOf = asked.find((one) => one.historyOf)?.historyOf ?? null;
  return {
    revisions: [...new Set(asked.flatMap(({ revisions = [] }) => revisions))],
    counts: asked.flatMap(({ counts = [] }) => counts),
    historyOf,
    // What the past is asked for is a rollout that may begin.
    inspect:
      inspectionDue(at.policy, at.known, at.nowMs) || (historyOf !== null && inspectedLongAgo(at.known, at.nowMs)),
  };
}
