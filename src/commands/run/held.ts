/** Says in the log that a project's metrics are asked as often as they may be, once a minute while it goes on. */
import type { Logger } from 'pino';
import type { Clock } from '../../ports/clock.ts';
import { mostPerMinute } from '../../prometheus/pace.ts';

const everyMs = 60_000;

export function sayingHeld(log: Pick<Logger, 'warn'>, clock: Pick<Clock, 'nowMs'>): (project: string) => void {
  const saidMs = new Map<string, number>();
  const unsaid = new Map<string, number>();
  return (project) => {
    const nowMs = clock.nowMs();
    const held = (unsaid.get(project) ?? 0) + 1;
    unsaid.set(project, held);
    if (nowMs - (saidMs.get(project) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    saidMs.set(project, nowMs);
    unsaid.delete(project);
    log.warn({ project, held, mostPerMinute }, "questions about the project's metrics are not put: too many are");
  };
}
