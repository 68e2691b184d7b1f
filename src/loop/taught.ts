/** The state with what a refusal teaches the concern whose write it was. */
import type { Decision } from '../decide/decision.ts';
import { type Repertoire, refusedOf } from '../decide/repertoire.ts';
import type { Service } from '../facts/service.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';
import { type Failure, lessonOf } from './failure.ts';

interface Refused {
  readonly policy: Policy;
  readonly service: Service | null;
  readonly known: Status;
  readonly nowMs: number;
}

export function taught(
  repertoire: Repertoire,
  { service, ...at }: Refused,
  { write }: Decision,
  failure: Failure,
): Status {
  const lesson = lessonOf(failure);
  return write && service && lesson ? refusedOf(repertoire, { ...at, service }, write.purpose, lesson) : at.known;
}
