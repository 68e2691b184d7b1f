/**
 * What a policy's settings will lead to that may not be meant, in its own numbers. All of it is allowed: what comes depends on
 * the traffic and on how the metrics come, which nobody knows before.
 */
import { spoken } from '../facts/time.ts';
import { eventKind, type Objective, type Policy } from '../policy/policy.ts';
import type { Path } from '../policy/problems.ts';
import { profiles } from './evidence/profiles.ts';
import type { Pace } from './freshness.ts';
import { rungsOf } from './traffic/rollout/ladder.ts';
import { certificatePercent, convictionMs, provingMs, startPercent, unseenBudget } from './traffic/rollout/ramp.ts';

export interface Foreseen {
  readonly path: Path;
  /** A sentence. */
  readonly message: string;
  /** What to write instead, or when to leave it. */
  readonly hint: string;
  /** What it is made of: where something is wrong with that, it says nothing. */
  readonly reads: readonly Path[];
}

/** One that is made of less than others of its kind says so. */
type One = Omit<Foreseen, 'reads'> & Partial<Pick<Foreseen, 'reads'>>;

const rollout = (field: string): Path => ['spec', 'rollout', field];
const promised: readonly Path[] = [
  ['spec', 'objectives'],
  ['spec', 'tier'],
  ['spec', 'metrics'],
];
const all: readonly Path[] = [...promised, ['spec', 'rollout']];
const steps = rollout('stepsPercent');

const each: readonly (readonly [(policy: Policy) => One | null, reads: readonly Path[]])[] = [
  [ungated, all],
  [tooShortBake, all],
  [tooLittleTraffic, all],
  [addedRungs, [steps]],
  [costlyStart, [...promised, steps]],
  [longWarmup, all],
  [shortGuard, all],
];

export const foreseen = (policy: Policy): Foreseen[] =>
  each.flatMap(([one, reads]) => {
    const found = one(policy);
    return found === null ? [] : [{ reads, ...found }];
  });

/** As an app's metrics come, and as Cloud Run's own do. */
const prompt: Pace = { delayMs: 0, tickMs: 15_000 };
const late: Pace = { delayMs: 150_000, tickMs: 60_000 };

const isOwn = ({ indicator }: Objective): boolean =>
  indicator.kind === 'Requests' || (indicator.kind === 'Latency' && indicator.histogram === null);

const gatingOf = ({ objectives }: Policy): Objective[] => objectives.filter(({ gate }) => gate);

const paceFor = (policy: Policy): Pace => (gatingOf(policy).some(isOwn) ? late : prompt);
const metricsText = (policy: Policy): string =>
  paceFor(policy) === late ? "with Cloud Run's own metrics" : "with an app's metrics";

const outcomes = {
  Promote: 'is promoted after 30 requests, unproven',
  Hold: 'waits for a person',
  Rollback: 'is rolled back, however good it is',
} as const;

const soakMs = ({ rollout: { profile } }: Policy): number => profiles[profile].soakMs;
const percentText = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))} %`;

function ungated(policy: Policy): One | null {
  if (gatingOf(policy).length > 0) return null;
  const after = spoken(soakMs(policy) + policy.rollout.maxBakeMs);
  const message = `no objective gates, so nothing is ever proven or convicted: after ${after} every revision ${outcomes[policy.rollout.onInconclusive]}.`;
  return { path: ['spec', 'objectives'], message, hint: 'remove gate: false from at least one of them' };
}

function tooShortBake(policy: Policy): One | null {
  const { maxBakeMs, onInconclusive } = policy.rollout;
  if (gatingOf(policy).length === 0) return null;
  const provenMs = provingMs(policy, paceFor(policy));
  if (provenMs === null) {
    const message = `what the tightest objective allows is so little that the ramp never comes to ${certificatePercent(null)} % ${metricsText(policy)}: after ${spoken(maxBakeMs)} every revision ${outcomes[onInconclusive]}.`;
    return { path: ['spec', 'objectives'], message, hint: 'lower its targetPercent, or write stepsPercent' };
  }
  const beginsMs = Math.max(soakMs(policy), policy.rollout.warmupMs);
  const neededMs = provenMs - beginsMs;
  if (maxBakeMs >= neededMs) return null;
  const message = `${metricsText(policy)} a certificate takes at least ${spoken(neededMs)} from the end of the ${soakMs(policy) >= beginsMs ? 'soak' : 'warm-up'}, however much traffic comes: after ${spoken(maxBakeMs)} every revision ${outcomes[onInconclusive]}.`;
  return { path: rollout('maxBake'), message, hint: `write ${Math.ceil(neededMs / 60_000)}m or more` };
}

/** What a service has that is not small, requests a second. */
const usualRate = 10;

/** Below so many requests a second nothing is proven within the bake. */
function provingRate(policy: Policy): number {
  const requests = Math.max(
    ...gatingOf(policy).map(({ indicator, allowedBadFraction }) => {
      const margin = eventKind(indicator) === 'Latency' ? 1.2 : 2;
      return 3 / (margin * allowedBadFraction);
    }),
  );
  const seconds = (0.2 * soakMs(policy) + 0.5 * policy.rollout.maxBakeMs) / 1000;
  return requests / seconds;
}

function tooLittleTraffic(policy: Policy): One | null {
  if (gatingOf(policy).length === 0 || tooShortBake(policy)) return null;
  const { maxBakeMs, onInconclusive } = policy.rollout;
  const rate = provingRate(policy);
  if (rate < (onInconclusive === 'Rollback' ? 1 : usualRate)) return null;
  const message = `below ${Number(rate.toPrecision(2))} requests a second ${spoken(maxBakeMs)} are too short to prove the tightest objective, without a single bad request: every revision ${outcomes[onInconclusive]}.`;
  return { path: rollout('maxBake'), message, hint: 'write more, or leave it where the traffic is larger' };
}

function addedRungs({ rollout: { stepsPercent } }: Policy): One | null {
  if (stepsPercent === null) return null;
  const added = rungsOf(stepsPercent).filter((rung) => !stepsPercent.includes(rung));
  if (added.length === 0) return null;
  const message = `it leaps: ${added.map((rung) => `${rung} %`).join(', ')} ${added.length === 1 ? 'is' : 'are'} added, so that no step is more than fourfold and half of the traffic comes before most of it.`;
  return { path: rollout('stepsPercent'), message, hint: `write [${rungsOf(stepsPercent).join(', ')}]` };
}

/** Of a month's error budget: so much for one failure that nobody could prevent is much. */
const muchBudget = 0.01;

function costlyStart(policy: Policy): One | null {
  const { stepsPercent } = policy.rollout;
  const pace = paceFor(policy);
  if (stepsPercent === null) return null;
  const first = stepsPercent[0]!;
  const derived = startPercent({ ...policy, rollout: { ...policy.rollout, stepsPercent: null } }, 100, pace, null);
  const spent = unseenBudget(policy, first, pace);
  if (first <= derived || spent <= muchBudget) return null;
  const message = `a revision that fails completely at ${first} % has spent ${percentText(spent)} of the month's error budget before it can be seen ${metricsText(policy)}.`;
  const hint = `begin with ${derived}, or remove stepsPercent`;
  return { path: [...rollout('stepsPercent'), 0], message, hint };
}

function longWarmup(policy: Policy): One | null {
  const { warmupMs, maxBakeMs } = policy.rollout;
  const soaks = soakMs(policy);
  if (!gatingOf(policy).some(({ indicator }) => eventKind(indicator) === 'Latency')) return null;
  if (warmupMs <= maxBakeMs && (soaks === 0 || warmupMs < soaks)) return null;
  const what = warmupMs > maxBakeMs ? `the ${spoken(maxBakeMs)} of maxBake` : `the soak of ${spoken(soaks)}`;
  const message = `latency is not judged for ${spoken(warmupMs)}, which is as long as ${what} or longer: a revision that is slower for good is seen only after that, and no rollout is proven before.`;
  const hint = 'write less: a new instance that is slow for longer than its warm-up is waited for';
  return { path: rollout('warmup'), message, hint };
}

function shortGuard(policy: Policy): One | null {
  const { guardWindowMs } = policy.rollout;
  // To suspect it, and then to convict it beside a control.
  const neededMs = 2 * convictionMs(policy, paceFor(policy));
  if (guardWindowMs >= neededMs) return null;
  const path = rollout('guardWindow');
  const hint = 'write 24h, or leave it where something else watches the service';
  if (guardWindowMs === 0) {
    const message = 'a fault that shows only after the promotion is never seen, and nothing goes back.';
    return { path, message, hint, reads: [path] };
  }
  const message = `a fault after the promotion takes at least ${spoken(neededMs)} to be seen and convicted ${metricsText(policy)}: within ${spoken(guardWindowMs)} it is not.`;
  return { path, message, hint };
}
