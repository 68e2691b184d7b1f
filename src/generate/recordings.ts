/**
 * What is recorded of one promise. Of events: how many there were and how many of them bad, in each window, the short ones by
 * the counters themselves, the long ones by what the shortest has recorded. Of slices of time: each slice is judged once it has
 * ended, and what is counted are slices. Pure.
 */
import { apiVersion } from '../policy/api.ts';
import { keyText, type Policy } from '../policy/policy.ts';
import { dayMs, lengthText, minuteMs, windowDays } from '../policy/window.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Alert, Promised } from './alerts.ts';
import { type Counts, countsBy, countsIn, orZero, restartsIn, subtracted } from './counts.ts';
import { decimal } from './decimal.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels: Labels;
}

/** How often the counts are taken. */
export const everyMs = minuteMs;

/**
 * What a promise's series are known by: the policy, and what the dashboards of the field choose by. They choose a service and an
 * SLO, or an id of both; to them these are names like any, so that they tell policies of equal name in two namespaces apart.
 */
export const labelsOf = ({ key }: Policy, objective: string): Labels => ({
  policy: keyText(key),
  sloth_id: `${keyText(key)}/${objective}`,
  sloth_service: keyText(key),
  sloth_slo: objective,
});

/** A recorded series of the promise. */
export function recorded(name: string, { key }: Policy, objective: string): string {
  const matchers = Object.entries({ policy: keyText(key), sloth_slo: objective });
  return selectorText({ name, matchers: matchers.map(([label, value]) => ({ label, op: '=', value })) });
}

export const names = {
  bad: (window: string) => `slo:sli_bad:increase${window}`,
  total: (window: string) => `slo:sli_total:increase${window}`,
  share: (window: string) => `slo:sli_error:ratio_rate${window}`,
  restarts: 'slo:sli_counters:resets10m',
  newestBad: 'slo:sli_bad:newest',
  newestTotal: 'slo:sli_total:newest',
  slice: 'slo:sli_slice:bad',
  since: 'slo:sli_since:timestamp',
} as const;

const shortestMs = 5 * minuteMs;

/** Longer windows are summed up from what the shortest has recorded: nobody has to read days of every instance each minute. */
const longestByCounters = 6 * 60 * minuteMs;

const shortestOf = ({ timeSliceMs }: Promised): number => Math.max(shortestMs, timeSliceMs ?? 0);

/** What the alerts look at, each minute. */
export function countRecordings(promise: Promised, policy: Policy, alerts: readonly Alert[]): Recording[] {
  const looked = alerts.flatMap((alert) => (alert.kind === 'Burn' ? [alert.shortMs, alert.longMs] : []));
  const windows = [...new Set([shortestOf(promise), ...looked])].toSorted((a, b) => a - b);
  return [
    ...(promise.timeSliceMs === null
      ? [...restartsRecordings(promise, policy), ...newestRecordings(promise, policy)]
      : [sliceRecording(promise, promise.timeSliceMs, policy)]),
    ...windows.flatMap((windowMs) => windowRecordings(windowMs, promise, policy)),
    sinceRecording(promise, policy),
  ];
}

function windowRecordings(windowMs: number, promise: Promised, policy: Policy): Recording[] {
  const { name } = promise;
  const window = lengthText(windowMs);
  const labels = { ...labelsOf(policy, name), sloth_window: window };
  const [bad, total] = [recorded(names.bad(window), policy, name), recorded(names.total(window), policy, name)];
  const counts = countsOver(windowMs, promise, policy);
  return [
    { record: names.bad(window), expr: counts.bad, labels },
    { record: names.total(window), expr: counts.total, labels },
    { record: names.share(window), expr: `${bad} / (${total} > 0)`, labels },
  ];
}

function countsOver(
  windowMs: number,
  promise: Promised,
  policy: Policy,
): { readonly bad: string; readonly total: string } {
  const { name, timeSliceMs } = promise;
  if (timeSliceMs !== null) {
    // One of each: without the slice that ended when the window began, which Prometheus takes in up to its third version.
    const slices = `${recorded(names.slice, policy, name)}[${windowMs - 1}ms:${lengthText(timeSliceMs)}]`;
    return { bad: `sum_over_time(${slices})`, total: `count_over_time(${slices})` };
  }
  if (windowMs <= longestByCounters) return countsExactly(windowMs, promise, policy);
  const summed = (shortest: string, newest: string) =>
    summedUp(recorded(shortest, policy, name), recorded(newest, policy, name), windowMs);
  const shortest = lengthText(shortestMs);
  return {
    bad: summed(names.bad(shortest), names.newestBad),
    total: summed(names.total(shortest), names.newestTotal),
  };
}

/** Looked at every minute, it misses none where evaluations are left out, nor one since the last reading before a window. */
const restartsFor = '10m';

/**
 * All of a promise by one rule: what is good would be bad where it is subtracted from a total that is stretched. So a restart of
 * any instance in the window turns to `increase` for all, which adds up what came before and after.
 */
function countsExactly(windowMs: number, promise: Promised, policy: Policy): Omit<Counts, 'share'> {
  const window = lengthText(windowMs);
  const through = countsIn(window, promise, policy);
  if (restartsIn(restartsFor, promise, policy) === null) return through;
  const exact = countsBy(subtracted(window), promise, policy);
  const calm = `and on () max_over_time(${recorded(names.restarts, policy, promise.name)}[${window}]) == 0`;
  const either = (what: 'bad' | 'total') => `(${exact[what]} ${calm} or ${through[what]})`;
  return { bad: either('bad'), total: either('total') };
}

function restartsRecordings(promise: Promised, policy: Policy): Recording[] {
  const expr = restartsIn(restartsFor, promise, policy);
  return expr === null ? [] : [{ record: names.restarts, expr, labels: labelsOf(policy, promise.name) }];
}

/** At so many evaluations each minute is in the shortest window. */
const timesSeen = shortestMs / everyMs;

/**
 * Each minute is in the shortest window at five evaluations, of which the newest minutes have not seen all yet, and those just
 * before the long window have seen some that lie in it: as much as the newest lack is added, and as much as they lacked when
 * the window began is taken away.
 */
function summedUp(shortest: string, newest: string, windowMs: number): string {
  // Without the one at the very end, which Prometheus takes in up to its third version.
  const over = (series: string, lengthMs: number) => `${series}[${lengthMs - 1}ms]`;
  const sum = `sum_over_time(${over(shortest, windowMs)}) / ${timesSeen}`;
  // Only where the evaluations that made up for it were not left out: what they had is in the sum.
  const after = (timesSeen - 1) * everyMs;
  const madeUp = `count_over_time(${over(newest, after)} offset ${lengthText(windowMs - after)}) == ${timesSeen - 1}`;
  const before = `(${newest} offset ${lengthText(windowMs)} and ${madeUp} or 0 * ${newest})`;
  // An alert must not depend on the newest minutes.
  return `${sum} + ${newest} - ${before} or ${sum}`;
}

/** What the newest minutes lack: the last one four of five evaluations, the one before three, and so on. */
function newestRecordings(promise: Promised, policy: Policy): Recording[] {
  const minutes = Array.from({ length: timesSeen - 1 }, (_, i) => countsExactly((i + 1) * everyMs, promise, policy));
  const labels = { ...labelsOf(policy, promise.name), sloth_window: lengthText(shortestMs) };
  // Where nothing came in a minute, Google has no change.
  const lacking = (texts: readonly string[]) => `(${texts.map(orZero).join(' + ')}) / ${timesSeen}`;
  return [
    { record: names.newestBad, expr: lacking(minutes.map(({ bad }) => bad)), labels },
    { record: names.newestTotal, expr: lacking(minutes.map(({ total }) => total)), labels },
  ];
}

/** 1 where more than the promise allows was bad in the slice that ends now; the windows take one of each length. */
function sliceRecording(promise: Promised, sliceMs: number, policy: Policy): Recording {
  const { share } = countsIn(lengthText(sliceMs), promise, policy);
  const expr = `${share} > bool ${decimal(promise.allowedBadFraction)}`;
  return { record: names.slice, expr, labels: labelsOf(policy, promise.name) };
}

/**
 * Since when anything is counted. Over six hours of which only one has been counted, that hour's trouble looks like six
 * hours': a burn is told of once its long window is full. It outlives the series that it began with, and a rest of the rules.
 */
function sinceRecording(promise: Promised, policy: Policy): Recording {
  const known = `last_over_time(${recorded(names.since, policy, promise.name)}[6h])`;
  const total = recorded(names.total(lengthText(shortestOf(promise))), policy, promise.name);
  return { record: names.since, expr: `${known} or ${newborn(total)}`, labels: labelsOf(policy, promise.name) };
}

/** Without the label by which it differs from what is known. */
const newborn = (total: string): string => `max without (sloth_window) (timestamp(${total} > 0))`;

/** What is shown: the whole budget's window, and what Sloth's dashboards read. */
export function budgetRecordings(promise: Promised, policy: Policy): Recording[] {
  const { name, allowedBadFraction } = promise;
  const days = windowDays(policy.window);
  const labels = labelsOf(policy, name);
  const period = lengthText(days * dayMs);
  const series = (text: string) => recorded(text, policy, name);
  const burn = (share: string) =>
    `${series(share)} / on (policy, sloth_slo) group_left () ${series('slo:error_budget:ratio')}`;
  const objective = 1 - allowedBadFraction;
  const derived = Object.entries({
    'slo:objective:ratio': `vector(${decimal(objective)})`,
    'slo:error_budget:ratio': `vector(${decimal(allowedBadFraction)})`,
    'slo:time_period:days': `vector(${decimal(days)})`,
    'slo:current_burn_rate:ratio': burn(names.share(lengthText(shortestOf(promise)))),
    'slo:period_burn_rate:ratio': burn(names.share(period)),
    'slo:period_error_budget_remaining:ratio': `1 - ${series('slo:period_burn_rate:ratio')}`,
  }).map(([record, expr]) => ({ record, expr, labels }));
  const info: Recording = {
    record: 'sloth_slo_info',
    expr: 'vector(1)',
    labels: { ...labels, ...policyLabels(policy), sloth_objective: decimal(100 * objective) },
  };
  return [...windowRecordings(days * dayMs, promise, policy), ...derived, info];
}

const policyLabels = ({ service }: Policy): Labels => ({
  sloth_mode: 'steadyrun',
  sloth_spec: apiVersion,
  cloud_run_project: service.project,
  cloud_run_region: service.region,
  cloud_run_service: service.name,
});
