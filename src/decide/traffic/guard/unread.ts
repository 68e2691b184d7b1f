/** A guard window that cannot be read is no watch: it is a hold, with a deadline. */
import { iso, ms } from '../../../facts/time.ts';
import type { GuardState } from '../../../status/guard.ts';
import { cadence } from '../../cadence.ts';
import type { Case } from '../../case.ts';
import { failureOf } from '../../freshness.ts';
import { holding, type Outcome } from '../../outcome.ts';

/** The newest minute of some metrics is four minutes old, and looks are a minute apart: less than this is no silence. */
const unreadAfterMs = 10 * 60_000;

/** By then so many requests would have shown, if there were metrics. */
const expectedInSilence = 30;

/**
 * That the promoted revision has not been watched for a while, or null. Where its queries fail that is an outage. Where they
 * answer nothing there may be no traffic, as at night: that pages, once, and is no trouble otherwise.
 */
export function unreadFor({ policy, seen, nowMs }: Case, guard: GuardState): Outcome | null {
  const { revision, requestsPerSecond, evidence } = guard;
  const gating = policy.objectives.filter(({ gate }) => gate);
  const silences = (gating.length > 0 ? gating : policy.objectives).map(({ name }) => {
    const entry = evidence.find(({ objective }) => objective === name);
    return { name, silentMs: entry ? nowMs - ms(entry.judgedUntil) : 0 };
  });
  const { name, silentMs } = silences.reduce((a, b) => (b.silentMs > a.silentMs ? b : a));
  if (silentMs <= unreadAfterMs) return null;
  const since = iso(nowMs - silentMs);
  const failure = failureOf(seen, name);
  if (failure) {
    const why = `${revision} is not watched: the metrics have not been read since ${since} (${failure.message}).`;
    return holding('MetricsOutage', why);
  }
  if (guard.silenceTold || (requestsPerSecond * silentMs) / 1000 < expectedInSilence) return null;
  const why = `${revision} is not watched: ${name} has had no samples since ${since}. There is no traffic, or there are no metrics of it.`;
  return { ...holding('NoTraffic', why), hold: 'Quietly', lookInMs: cadence.guardMs };
}
