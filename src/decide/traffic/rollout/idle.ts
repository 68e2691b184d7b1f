/**
 * A rollout that began without traffic, or with a trickle, has the smallest share until traffic comes. Then it is led to what a rollout that
 * begins with that much traffic gets, the largest that was seen counting, until its own requests tell something.
 */
import type { Policy } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Advanced, Moment } from './moves.ts';
import { firstPercent, startPercent, tellingRequests, trickleRequests } from './ramp.ts';

/** The rollout by the traffic that has come, and its share by it; null: it had traffic when it began, or has none yet. */
export function awakened(policy: Policy, rollout: RolloutState, moment: Moment): Advanced | null {
  if (!rollout.idle || moment.requestsPerSecond <= 0 || requestsOf(rollout) < trickleRequests) return null;
  const { idle: _, ...begun } = rollout;
  const requestsPerSecond = Math.max(rollout.requestsPerSecond, moment.requestsPerSecond);
  const { pace, limit } = moment;
  const requests = Math.max(0, ...rollout.evidence.map(({ candidate }) => candidate.total));
  const known: RolloutState = {
    ...(requests >= tellingRequests ? begun : rollout),
    requestsPerSecond,
    startPercent: startPercent(policy, requestsPerSecond, pace, limit),
  };
  // One tick tells little of the traffic to come: the share grows as long as the traffic stays.
  const most = firstPercent(policy, requestsPerSecond, pace, limit);
  const percent = policy.rollout.stepsPercent ? most : Math.min(most, 2 * moment.percent);
  const message = `Traffic has come: ${rollout.candidate} gets ${percent} % of it.`;
  return {
    rollout: known,
    move: { action: percent === moment.percent ? 'None' : 'Step', percent, reason: 'TrafficBegan', message },
  };
}

/** Of both revisions, since the rollout began. */
const requestsOf = ({ evidence }: RolloutState): number =>
  Math.max(0, ...evidence.map(({ candidate, control }) => candidate.total + control.total));
