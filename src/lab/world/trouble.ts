/** The events that were posted to a world: each under a number, by which it is ended before its time. */
import { isOver, type Scheduled } from '../../scenario/events.ts';

/** As it was posted; one that meets all services is in the list of each. */
export interface Numbered extends Scheduled {
  readonly id: number;
}

/** Ends what is in this list under the number, or, null, all that is not over; says what it ended. */
export function endIn(events: Numbered[], id: number | null, nowMs: number): number[] {
  const ended: number[] = [];
  for (const [at, event] of events.entries()) {
    if ((id !== null && event.id !== id) || isOver(event, nowMs)) continue;
    events[at] = { ...event, endedMs: nowMs };
    ended.push(event.id);
  }
  return ended;
}
