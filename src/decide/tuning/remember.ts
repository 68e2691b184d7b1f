/** What a look adds to the tuner's memory, and what is over by then. */
import { iso, ms } from '../../facts/time.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Case } from '../case.ts';
import { dayMs, hourMs, isWithin } from './memory.ts';
import { withMaximum, withOutcomes } from './own.ts';
import { withMinutes } from './reading.ts';
import { withServing } from './serving.ts';
import { withIncident } from './waits.ts';

/** What this look found, in its order; the very same where it found nothing. */
export function remembered(at: Case, before: TunerState): TunerState {
  const { seen, nowMs } = at;
  const kept = withIncident(at, before);
  const asked = seen.saturation ? { ...pruned(kept, nowMs), askedAt: iso(nowMs) } : kept;
  const found = withServing(at, withMaximum(at, asked));
  return withOutcomes(at, withLogs(at, withMinutes(at, withSteadiness(at, found))));
}

/** What was more than a day ago; a quota that is old, or that the service has outgrown, may be another by now. */
function pruned({ quota, ...tuner }: TunerState, nowMs: number): TunerState {
  const isLearnt = isWithin(quota?.at, quotaMs, nowMs) && quota!.maxInstances >= (tuner.maximum?.value ?? 0);
  return {
    ...tuner,
    ...(isLearnt && { quota }),
    hours: tuner.hours.filter(({ hour }) => nowMs - ms(hour) < dayMs + hourMs),
  };
}

const quotaMs = 7 * dayMs;

/** Since when the revision that serves has had all of the traffic; minutes before that are another mixture's. */
function withSteadiness({ known: { rollout, guard }, nowMs }: Case, tuner: TunerState): TunerState {
  if (!rollout && !guard?.controlSince) return tuner.steadySince ? tuner : { ...tuner, steadySince: iso(nowMs) };
  if (!tuner.steadySince) return tuner;
  const { steadySince: _, ...rest } = tuner;
  return rest;
}

function withLogs({ seen, nowMs }: Case, tuner: TunerState): TunerState {
  const { outOfMemory } = seen;
  if (!outOfMemory) return tuner;
  const { logsUnread: _, ...asked } = { ...tuner, logsAskedAt: iso(nowMs) };
  if (outOfMemory.kind === 'Unknown') return { ...asked, logsUnread: outOfMemory.message };
  const revision = tuner.serving?.revision ?? '';
  const count = outOfMemory.value[revision] ?? 0;
  return count > 0 ? { ...asked, killed: { at: iso(nowMs), revision, count } } : asked;
}
