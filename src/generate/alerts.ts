/**
 * Every alert of a policy as plain data, whoever writes it down: as a rule, for Grafana, for Cloud Monitoring, as a section
 * of the runbook. Pure.
 *
 * An alert is about one objective. A burn says that the error budget goes too fast, over one pair of windows, so that its
 * labels say which; a level says that something is wrong right now, for how little of the budget that may have gone yet.
 */
import type { Resource } from '../facts/saturation.ts';
import {
  eventKind,
  type Objective,
  type Policy,
  type SharedObjective,
  type WatchedObjective,
} from '../policy/policy.ts';
import { type BurnPair, burnFactor, burnPairs, dayMs, lengthText, minuteMs, windowDays } from '../policy/window.ts';
import { decimal, percent } from './decimal.ts';
import { stableId } from './stable-id.ts';

export type Severity = 'page' | 'ticket';
export type Alert = BurnAlert | LevelAlert | SaturationAlert;

interface AnyAlert {
  /** Name of the objective. */
  readonly objective: string;
  /** A valid name of a label, too, unique in the policy: AvailabilityBudgetBurn1h. */
  readonly name: string;
  readonly severity: Severity;
  /** Of its section in the runbook, in lower case: availability-budget-burn-1h. Unique in the policy. */
  readonly anchor: string;
  /** Above which it is, an exact decimal: 0.0144 of all events, or of what an instance may use. */
  readonly threshold: string;
  /** One sentence: what is the matter when it fires. */
  readonly summary: string;
}

/** More than the threshold is bad, in both windows. */
export interface BurnAlert extends AnyAlert {
  readonly kind: 'Burn';
  readonly longMs: number;
  readonly shortMs: number;
  /** As PromQL reads them: 1h, 5m. */
  readonly long: string;
  readonly short: string;
  /** How many times faster than evenly: 14.4. */
  readonly burnRate: string;
  /** So much of the budget is gone by then. */
  readonly budgetPercent: string;
  /** A whole budget lasts so long at this rate: 50h. */
  readonly exhaustion: string;
  /** In the long window: one bad event alone tells nobody anything. */
  readonly minimumBad: number;
}

export type LevelKind = 'ErrorSpike' | 'TooSlow' | 'RateTooHigh';

/** More than the threshold is bad in the window, and that for so long. */
export interface LevelAlert extends AnyAlert {
  readonly kind: LevelKind;
  readonly windowMs: number;
  readonly window: string;
  readonly for: string;
  /** In the window. */
  readonly minimumBad: number;
}

/** The instance at the 95th percentile uses more than the threshold of what it may, and that for so long. */
export interface SaturationAlert extends AnyAlert {
  readonly kind: 'Saturated';
  readonly resource: Resource;
  readonly for: string;
}

/** An alert that could never fire, or would say nothing, and why. */
export interface LeftOut {
  readonly objective: string;
  readonly name: string;
  /** Unreachable: there cannot be so many bad ones. Needless: a service that keeps its promise would be told of. */
  readonly reason: 'Unreachable' | 'Needless';
  /** One sentence. */
  readonly message: string;
}

export interface Alerts {
  readonly alerts: readonly Alert[];
  readonly leftOut: readonly LeftOut[];
}

export function alertsOf(policy: Policy): Alerts {
  const found = toldApart([
    ...promisesOf(policy).flatMap((promise) => [...burns(promise, policy), level(promise, policy)]),
    ...policy.watched.map((one) => saturated(one, policy)),
  ]);
  return {
    alerts: found.flatMap((one) => ('message' in one ? [] : [one])),
    leftOut: found.flatMap((one) => ('message' in one ? [one] : [])),
  };
}

/** What has an error budget of events or of slices of time: what is judged, and what is shared. */
export type Promised = Objective | SharedObjective;

export const promisesOf = ({ objectives, shared }: Policy): readonly Promised[] => [...objectives, ...shared];

export const isShared = (promise: Promised): promise is SharedObjective => 'counters' in promise;

export const kindOf = (promise: Promised): ReturnType<typeof eventKind> =>
  isShared(promise) ? eventKind({ kind: 'Ratio', ...promise.counters }) : eventKind(promise.indicator);

type Found = Alert | LeftOut;

/** 28 days have it so for the last pair, and everybody's tools with them; anything slower keeps the budget. */
const slowestBurnRate = 0.9;

function burns(promise: Promised, { window }: Policy): Found[] {
  return burnPairs.map((pair) => burn(promise, pair, window));
}

function burn(promise: Promised, pair: BurnPair, budgetWindow: Policy['window']): Found {
  const { severity, longMs, budgetPercent } = pair;
  const { name: objective, allowedBadFraction, timeSliceMs } = promise;
  const days = windowDays(budgetWindow);
  const rate = burnFactor(pair, budgetWindow);
  const long = lengthText(longMs);
  // No window is shorter than a slice: half of one says nothing.
  const shortMs = Math.max(pair.shortMs, timeSliceMs ?? 0);
  const names = namesOf(objective, `budget-burn-${long}`);
  const threshold = Number(decimal(rate * allowedBadFraction));
  if (rate < slowestBurnRate) {
    const message = `${percent(budgetPercent / 100)} of a budget of ${decimal(days)} days is less than its even share of ${long}: a service that keeps its promise would be told of.`;
    return { objective, name: names.name, reason: 'Needless', message };
  }
  if (threshold >= 1 && !mayExceedAll(promise))
    return unreachable(objective, names.name, threshold, allowedBadFraction);
  const lasts = exhaustion((days * dayMs) / rate);
  const what = timeSliceMs === null ? eventsOf(promise) : `slices of ${lengthText(timeSliceMs)}`;
  return {
    kind: 'Burn',
    objective,
    ...names,
    severity,
    threshold: decimal(threshold),
    summary: `At this pace the whole error budget of ${objective} is gone in ${lasts}: more than ${percent(threshold)} of ${what} were bad over ${long}, and over the last ${lengthText(shortMs)}.`,
    longMs,
    shortMs,
    long,
    short: lengthText(shortMs),
    burnRate: rounded(rate),
    budgetPercent: decimal(budgetPercent),
    exhaustion: lasts,
    minimumBad: timeSliceMs === null ? 2 : Math.min(2, longMs / timeSliceMs),
  };
}

/** There may be more disconnects than connections, but no more bad slices than slices. */
const mayExceedAll = (promise: Promised): boolean => promise.timeSliceMs === null && kindOf(promise) === 'Rate';

function unreachable(objective: string, name: string, threshold: number, allowed: number): LeftOut {
  const message = `${percent(allowed)} may be bad, so that this alert would need ${percent(threshold)}: it could never fire.`;
  return { objective, name, reason: 'Unreachable', message };
}

const rounded = (rate: number): string => decimal(Number(rate.toPrecision(4)));

/** 50h, 5d. */
const exhaustion = (lengthMs: number): string => lengthText(Math.round(lengthMs / minuteMs) * minuteMs);

const levelWindowMs = 5 * minuteMs;
/** So few in five minutes are left to the budget. */
const levelMinimumBad = 10;
/** A spike takes so much of the budget in five minutes, */
const spikeBudgetShare = 0.01;
/** or is half of everything, where that much is more. */
const spikeMost = 0.5;

function level(promise: Promised, { window }: Policy): Found {
  const { name: objective, allowedBadFraction } = promise;
  const common = {
    objective,
    severity: 'page' as const,
    windowMs: levelWindowMs,
    window: lengthText(levelWindowMs),
    minimumBad: levelMinimumBad,
  };
  switch (kindOf(promise)) {
    case 'Errors': {
      const ofBudget = (spikeBudgetShare * windowDays(window) * dayMs * allowedBadFraction) / levelWindowMs;
      const share = Number(decimal(Math.min(ofBudget, spikeMost)));
      const names = namesOf(objective, 'error-spike');
      if (allowedBadFraction >= spikeMost) return unreachable(objective, names.name, ofBudget, allowedBadFraction);
      const summary = `More than ${percent(share)} of ${eventsOf(promise)} have failed in five minutes.`;
      return { kind: 'ErrorSpike', ...common, ...names, threshold: decimal(share), for: '2m', summary };
    }
    case 'Latency': {
      const { percentile, thresholdMs } = latencyOf(promise);
      const share = Number(decimal(1 - percentile / 100));
      const summary = `The p${decimal(percentile)} of ${objective} has been over ${decimal(thresholdMs)} ms for ten minutes.`;
      const names = namesOf(objective, 'too-slow');
      return { kind: 'TooSlow', ...common, ...names, threshold: decimal(share), for: '10m', summary };
    }
    case 'Rate': {
      const summary = `For five minutes there have been more than ${decimal(100 * allowedBadFraction)} bad events of ${objective} for every hundred.`;
      const names = namesOf(objective, 'rate-too-high');
      return { kind: 'RateTooHigh', ...common, ...names, threshold: decimal(allowedBadFraction), for: '5m', summary };
    }
  }
}

function latencyOf(promise: Promised): { readonly percentile: number; readonly thresholdMs: number } {
  if (isShared(promise) || promise.indicator.kind !== 'Latency') throw new Error(`${promise.name} is no latency`);
  return promise.indicator;
}

const eventsOf = (promise: Promised): string =>
  isShared(promise) || promise.indicator.kind === 'Ratio' ? `the events of ${promise.name}` : 'the requests';

const resourceNames: Readonly<Record<Resource, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  concurrency: 'concurrency',
};

function saturated({ name: objective, resource }: WatchedObjective, { tuning }: Policy): Found {
  return {
    kind: 'Saturated',
    objective,
    ...namesOf(objective, 'saturated'),
    severity: 'page',
    threshold: decimal(tuning.maxSaturation),
    summary: `The instance at the 95th percentile has used more than ${percent(tuning.maxSaturation)} of its ${resourceNames[resource]} for five minutes.`,
    resource,
    for: '5m',
  };
}

/** `latency-p95` and `too-slow` are LatencyP95TooSlow, in the runbook at #latency-p95-too-slow. */
function namesOf(objective: string, what: string): Pick<AnyAlert, 'name' | 'anchor'> {
  // A name does not begin with a digit.
  const anchor = `${/^[0-9]/.test(objective) ? 'slo-' : ''}${objective}-${what}`;
  const name = anchor.replace(
    /-*([a-z0-9])([a-z0-9]*)-*/g,
    (_, first: string, rest: string) => first.toUpperCase() + rest,
  );
  return { name, anchor };
}

/**
 * A name has no hyphens, and so p-95 and p95 become the same, by which Grafana would refuse the whole file. Each of the two
 * then ends in a mark of its objective, whichever of them comes first.
 */
function toldApart(found: readonly Found[]): Found[] {
  const alike = Map.groupBy(found, ({ name }) => name);
  return found.map((one) => {
    if (alike.get(one.name)!.length === 1) return one;
    const mark = stableId(one.objective).slice(-6);
    const name = `${one.name}_${mark}`;
    return 'anchor' in one ? { ...one, name, anchor: `${one.anchor}-${mark}` } : { ...one, name };
  });
}
