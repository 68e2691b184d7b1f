/**
 * cloud-run-release-manager (archived): steps by waiting, and takes a candidate back at the first window that looks
 * unhealthy. There is no control: what hits both revisions convicts the candidate.
 */
import { exceeds, limitsOf, limitText } from './limits.ts';
import { duration, onOff, percent, type Settings, steps, whole } from './options.ts';
import {
  type Canary,
  firstShare,
  type Glance,
  type Move,
  nextShare,
  peer,
  promotion,
  rollback,
  Timetable,
  waiting,
} from './peer.ts';

export const name = 'cloud-run-release-manager';

/** Its command line's defaults, but for latency, without which no regression of it could be seen at all. */
export const options = {
  steps: steps('5/20/50/80'),
  window: duration('30m'),
  wait: duration('30m'),
  // Its README says 100, its code 0.
  minRequests: whole(0, 0, 1_000_000_000),
  maxErrorPercent: percent(1),
  latency: onOff('on'),
};

/** As often as its loop, or Cloud Scheduler, comes by. */
const intervalMs = 60_000;

type Health = 'Healthy' | 'Unhealthy' | 'Inconclusive';

export const rule = (settings: Settings<typeof options>) =>
  peer((policy, startMs): Canary => {
    const limits = limitsOf(policy, settings.maxErrorPercent, settings.latency);
    const timetable = new Timetable(startMs, intervalMs);
    let begun = false;
    let lastStepMs = startMs;

    return (glance) => {
      if (!timetable.due(glance.nowMs)) return null;
      if (!begun) {
        begun = true;
        return firstShare(settings.steps[0]!);
      }
      const { health, message } = judge(glance);
      if (health === 'Unhealthy') return rollback('Unhealthy', message);
      if (health === 'Inconclusive' || glance.nowMs - lastStepMs < settings.wait) return waiting(health, message);
      lastStepMs = glance.nowMs;
      return step(glance.percent, message);
    };

    /** Unhealthy outweighs too few requests; no requests at all have no errors, and are healthy. */
    function judge({ nowMs, counts }: Glance): { health: Health; message: string } {
      let requests = Number.POSITIVE_INFINITY;
      for (const limit of limits) {
        const tally = counts(limit.objective, nowMs - settings.window, nowMs)?.candidate ?? { bad: 0, total: 0 };
        requests = Math.min(requests, tally.total);
        if (tally.total > 0 && exceeds(limit, tally))
          return { health: 'Unhealthy', message: `${limitText(limit, tally)}.` };
      }
      const enough = requests >= settings.minRequests;
      return enough
        ? { health: 'Healthy', message: 'Within its limits.' }
        : { health: 'Inconclusive', message: `${requests} requests of ${settings.minRequests}.` };
    }

    /** All of the traffic is a step like the others: it is watched for one more wait before the candidate is the stable. */
    function step(percent: number, message: string): Move {
      if (percent === 100) return promotion(message);
      return nextShare(settings.steps.find((share) => share > percent) ?? 100, message);
    }
  });
