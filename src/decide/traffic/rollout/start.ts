/** Steady: is there a newer revision, and may its rollout begin? */
import type { History } from '../../../facts/counts.ts';
import type { Observation } from '../../../facts/observation.ts';
import { between } from '../../../facts/split.ts';
import { cadence } from '../../cadence.ts';
import { limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import type { Write } from '../../decision.ts';
import { beginEvidence } from '../../evidence/judge.ts';
import { failureOf, isFresh, paceOf } from '../../freshness.ts';
import { exemption, freezeOf } from '../../frozen.ts';
import { unmeasurable } from '../../inspection.ts';
import { newcomer } from '../newcomer.ts';
import { hold, type TrafficOutcome, toSplit, wait } from '../outcome.ts';
import { otherCode } from './image.ts';
import { firstPercent, recentMs, startPercent } from './ramp.ts';
import { type NewRollout, newRollout } from './state.ts';
import { neverWanted } from './unwanted.ts';

export function begin(at: Case): TrafficOutcome {
  const { policy, seen, service, known, nowMs } = at;
  const control = known.stable!.revision;
  const name = newcomer(service, known);
  const candidate = name === null ? undefined : seen.revisions[name];
  const stable = seen.revisions[control];
  if (stable === null) {
    return hold(known, 'StableDeleted', `${control} does not exist any more; nothing is guessed in its place.`);
  }
  if (name === null || !candidate || (stable && candidate.createdAtMs <= stable.createdAtMs)) return steady(at);
  if (policy.invalidEdit !== undefined) {
    return hold(known, 'InvalidSpec', `${name} waits at 0 % until the policy is valid.`);
  }
  if (candidate.ready !== 'True') return wait(known, `${name} is not ready yet: ${candidate.message}`);
  if (!service.settled) return wait(known, `${name} starts once Cloud Run has settled.`);
  const other = neverWanted(at, name) ?? otherCode(at, name);
  if (other) return other;
  const frozen = freezeOf(known);
  const through = frozen && exemption(known, service, candidate);
  if (frozen && through === null) return hold(known, frozen.reason, `${name} waits at 0 %. ${frozen.message}`);
  if (tooFewInstances(service)) return hold(known, 'ManualScaling', `${name} waits at 0 %. ${tooFew(service)}`);

  const asked = isPastAsked(at);
  const outage = asked ? metricsOutage(at) : null;
  const broken = unmeasurable(policy, known);
  // What began as an outage of the metrics goes on as one, also when nothing is left of them.
  const isOutage = outage !== null && known.hold?.reason === 'MetricsOutage' && broken?.reason === 'NoSeries';
  if (broken !== null && !isOutage) {
    const reason = broken.reason as TrafficOutcome['reason'];
    return hold(known, reason, `${name} waits at 0 % until it can be judged. ${broken.message}`);
  }
  if (!asked) return wait(known, `${name} starts once the recent traffic of ${control} has been asked for.`);
  if (outage !== null) {
    return hold(known, 'MetricsOutage', `${name} waits at 0 % until the metrics can be read: ${outage}`);
  }
  const evidence = beginEvidence(policy, (objective) => historyOf(seen, objective), nowMs);
  const begun = { candidate: name, control, requestsPerSecond: recentRate(seen), evidence };
  const { percent, write } = firstShare(at, begun);
  return {
    state: known,
    reason: 'NewRevision',
    message: `${name} is new and ready: it starts at ${percent} % beside ${control}.${through ? ` ${through}` : ''}`,
    write,
    lookInMs: cadence.settlingMs,
  };
}

/** The first share of a rollout, and what becomes the rollout once that is seen in the traffic. */
export function firstShare(
  at: Case,
  begun: Omit<NewRollout, 'startPercent' | 'nowMs'>,
): { readonly percent: number; readonly write: Write } {
  const { policy, service, nowMs } = at;
  const { candidate, control, requestsPerSecond } = begun;
  const [pace, limit] = [paceOf(at), limitOf(service)];
  const percent = firstPercent(policy, requestsPerSecond, pace, limit);
  const ramp = startPercent(policy, requestsPerSecond, pace, limit);
  const rollout = newRollout({ ...begun, startPercent: ramp, nowMs });
  return { percent, write: toSplit('Start', between(candidate, percent, control), candidate, rollout) };
}

/**
 * Why the metrics cannot be relied on, or null. A service that has had no traffic at all is not an outage; one that began as
 * an outage stays one until there is a sample, for however long ago the traffic was.
 */
export function metricsOutage(at: Case): string | null {
  const { policy, seen, known } = at;
  for (const { name, gate } of policy.objectives) {
    const failure = gate ? failureOf(seen, name) : null;
    if (failure) return failure.message;
  }
  if (isFresh(at)) return null;
  if (known.hold?.reason !== 'MetricsOutage' && recentRate(seen) === 0) return null;
  return 'the stable revision had traffic, but there is no recent sample.';
}

/** Not where what kept the rollout waiting ended in this very look: the questions were put before that. */
const isPastAsked = ({ policy, seen }: Case): boolean =>
  policy.objectives.some(({ name }) => {
    const { freshness, history } = seen.objectives[name] ?? {};
    return history !== undefined || freshness?.kind === 'Unknown';
  });

function historyOf({ objectives }: Observation, name: string): History | null {
  const history = objectives[name]?.history;
  return history?.kind === 'Known' ? history.value : null;
}

function recentRate(seen: Observation): number {
  const rates = Object.keys(seen.objectives).map((name) => {
    const history = historyOf(seen, name);
    if (!history) return 0;
    const recent = history.ticks.slice(-Math.ceil(recentMs / history.tickMs));
    const requests = recent.reduce((sum, { total }) => sum + total, 0);
    return recent.length > 0 ? requests / (recent.length * (history.tickMs / 1000)) : 0;
  });
  return Math.max(0, ...rates);
}

function steady({ seen, service, known }: Case): TrafficOutcome {
  const { withdrawn } = known;
  if (withdrawn && withdrawn.revision === service.latestReady) {
    const message = `${withdrawn.revision} stays at 0 % (${withdrawn.reason}) until it is retried or a newer revision comes.`;
    return hold(known, withdrawn.reason as TrafficOutcome['reason'], message);
  }
  const unready = service.latestCreated !== service.latestReady ? service.latestCreated : null;
  const said = unready === null ? undefined : seen.revisions[unready];
  if (unready !== null && said?.ready === 'False') {
    const message = `${unready} did not become ready and gets no traffic: ${said.message}`;
    return { state: known, reason: 'RevisionNotReady', message, lookInMs: cadence.steadyMs };
  }
  const rejected = known.rejected?.find(({ revision }) => revision === service.latestReady);
  const message = rejected
    ? `${known.stable!.revision} serves everything; ${rejected.revision} is rejected (${rejected.reason}).`
    : `${known.stable!.revision} serves everything; no newer revision is waiting.`;
  return { state: known, reason: 'Steady', message, lookInMs: cadence.steadyMs, unremarkable: 'AllIsWell' };
}
