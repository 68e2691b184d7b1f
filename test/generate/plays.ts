/** What becomes of drawn policies: a story for each, what a count by hand says of its alerts, and promtool's test of that. */
import {
  type Alert,
  alertsOf,
  type BurnAlert,
  kindOf,
  type LevelAlert,
  type Promised,
} from '../../src/generate/alerts.ts';
import { promiseNamed } from '../../src/generate/conditions.ts';
import { type Rule, rulesOf } from '../../src/generate/rules.ts';
import { lengthText } from '../../src/policy/window.ts';
import { burnFires, levelFires, type Minute, type World } from './by-hand.ts';
import { type Drawn, drawn } from './drawn.ts';

export interface Play {
  readonly drawn: Drawn;
  readonly rules: readonly Rule[];
  readonly test: object;
  readonly fires: readonly { readonly alert: Alert; readonly at: readonly boolean[] }[];
}

export interface RulesTest {
  readonly evaluation_interval: string;
  readonly tests: readonly object[];
}

/** One pair of windows of the policy, and what it says at once. */
export function playOf(seed: number): Play {
  const one = drawn(seed);
  const { policy } = one;
  const name = `it-${seed}`;
  const promise = promiseNamed(name, policy);
  const { alerts } = alertsOf(policy);
  const burns = alerts.filter((alert): alert is BurnAlert => alert.kind === 'Burn' && alert.objective === name);
  const level = alerts.find(({ kind, objective }) => kind !== 'Burn' && objective === name) as LevelAlert;
  const burn = burns.find(({ long }) => long === longOf(seed, promise)) ?? burns[0]!;
  const minutes = storyOf(one, burn, promise.allowedBadFraction);
  const world = { minutes, promise };
  const fires = [
    { alert: burn, at: burnFires(burn, world) },
    { alert: level, at: levelFires(level, world) },
  ];
  const group = rulesOf(policy).groups.find(({ name: group }) => group.endsWith(`/promise/${name}`))!;
  // By the shortest it is known since when anything is counted.
  const shortest = lengthText(Math.max(5 * 60_000, promise.timeSliceMs ?? 0));
  const rules = group.rules.filter((rule) => {
    if ('alert' in rule) return rule.alert === burn.name || rule.alert === level.name;
    const { sloth_window: window } = rule.labels;
    return window === undefined || [burn.long, burn.short, shortest].includes(window);
  });
  return { drawn: one, rules, fires, test: testOf(one, world, fires) };
}

/** Days take long: a few of them, read every five minutes, which no slice is shorter than; buckets take longest. */
function longOf(seed: number, promise: Promised): string {
  const { timeSliceMs } = promise;
  if (kindOf(promise) === 'Latency') return seed === 3 ? '6h' : '1h';
  if (seed % 17 === 4 && (timeSliceMs ?? 300_000) >= 300_000) return seed % 2 === 0 ? '1d' : '3d';
  return seed % 7 === 3 ? '6h' : '1h';
}

type Happening = 'Clean' | 'Slow' | 'Fast' | 'None' | 'Single';
const beginnings: readonly Happening[] = ['Fast', 'Slow', 'Clean'];
const burning: readonly Happening[] = ['Fast', 'Slow'];
/** Where so little comes, a lone bad event is a large share. */
const sparse: readonly Happening[] = ['Single', 'Single', 'Clean', 'Fast'];
const happenings: readonly Happening[] = ['Clean', 'Slow', 'Fast', 'None', 'Clean', 'Single'];

/** It begins anyhow, so that there is a cold start; each spell is about as long as the windows. */
function storyOf({ kind, random }: Drawn, burn: BurnAlert, allowed: number): Minute[] {
  const long = burn.longMs / 60_000;
  const isSparse = random.below(4) === 0;
  const threshold = Number(burn.threshold);
  const perMinute = isSparse ? 1 : Math.ceil(Math.max(100 + random.below(900), 20 / threshold, 20 / allowed));
  const minutes: Minute[] = [{ total: 0, bad: 0 }];
  const end = long + Math.max(100, long / 4);
  let hasBurnt = false;
  while (minutes.length <= end) {
    const isFull: boolean = minutes.length > long && !hasBurnt;
    hasBurnt ||= isFull;
    const choice = minutes.length === 1 ? beginnings : isFull ? burning : isSparse ? sparse : happenings;
    const what = choice[random.below(choice.length)]!;
    const spell = Math.ceil((0.1 + 0.6 * random.next()) * Math.min(long, 600));
    const factor = what === 'Fast' ? 4 + 10 * random.next() : 1.1 + random.next();
    const most = kind.rate ? 3 : 0.95;
    const bad = what === 'Fast' || what === 'Slow' ? Math.min(most, factor * Math.max(threshold, allowed)) : 0;
    const isOnce = what === 'Single' ? random.below(spell) : -1;
    for (let i = 0; i < spell && minutes.length <= end; i++) {
      const total = what === 'None' ? 0 : perMinute;
      const wanted = i === isOnce ? 1 : Math.round(bad * total);
      minutes.push({ total, bad: kind.rate ? wanted : Math.min(total, wanted) });
    }
  }
  return minutes;
}

/** The counters begin at nothing, one of two instances begins anew at times, and what never happened has no series. */
export function testOf(
  { title, kind, random }: Drawn,
  { minutes }: Pick<World, 'minutes'>,
  fires: Play['fires'],
): RulesTest {
  const series = [0, 1].flatMap((instance) => {
    const reads = minutes.map(() => ({}) as Readonly<Record<string, number>>);
    let counted: Minute = { total: 0, bad: 0 };
    for (const [at, minute] of minutes.entries()) {
      const bad = halfOf(minute.bad, instance);
      const total = kind.rate ? halfOf(minute.total, instance) : bad + halfOf(minute.total - minute.bad, instance);
      const isSeen = falls(counted.bad, bad) && falls(counted.total - counted.bad, total - bad);
      if (instance === 1 && random.below(90) === 0 && isSeen) counted = { total: 0, bad: 0 };
      counted = { total: counted.total + total, bad: counted.bad + bad };
      reads[at] = kind.series(counted);
    }
    return Object.keys(reads[0]!)
      .filter((name) => name.includes('le=') || reads.some((values) => values[name] !== 0))
      .map((name) => ({
        series: name.replace('{', `{instance="${instance}",`),
        values: reads.map((values) => values[name]).join(' '),
      }));
  });
  const promql_expr_test = fires.flatMap(({ alert, at }) => expected(alert, at));
  return {
    evaluation_interval: '1m',
    tests: [{ name: title, interval: '1m', input_series: series, promql_expr_test }],
  };
}

/** A counter that begins anew and shows as much as before at its next reading is not seen to have begun anew. */
const falls = (before: number, after: number): boolean => before === 0 || after < before;

const halfOf = (count: number, instance: number): number => (instance === 0 ? Math.floor : Math.ceil)(count / 2);

/** How often it fires in all, and on both sides of each change. */
function expected({ name }: Alert, at: readonly boolean[]): object[] {
  const firing = `ALERTS{alertname="${name}",alertstate="firing"}`;
  const last = at.length - 1;
  const always = { expr: `sum(count_over_time(${firing}[${last + 1}m])) or vector(0)`, eval_time: `${last}m` };
  const changes = at.flatMap((is, i) => (i > 0 && is !== at[i - 1] ? [i - 1, i] : []));
  return [
    { ...always, exp_samples: [{ labels: '{}', value: at.filter(Boolean).length }] },
    ...changes.map((i) => ({
      expr: `count(${firing}) or vector(0)`,
      eval_time: `${i}m`,
      exp_samples: [{ labels: '{}', value: at[i] ? 1 : 0 }],
    })),
  ];
}

/** What the plays do not show: each of these has to come in several of them. */
export function tallied(plays: readonly Play[]): string[] {
  const changes = (kind: (alert: Alert) => boolean, wanted: boolean) =>
    plays.flatMap(({ fires }) =>
      fires.flatMap(({ alert, at }) =>
        kind(alert) ? at.filter((is, i) => i > 0 && is === wanted && at[i - 1] !== wanted) : [],
      ),
    ).length;
  const isBurn = ({ kind }: Alert) => kind === 'Burn';
  const counts = {
    'burns that begin': changes(isBurn, true),
    'burns that end': changes(isBurn, false),
    'levels that begin': changes((alert) => !isBurn(alert), true),
    'levels that end': changes((alert) => !isBurn(alert), false),
    ...Object.fromEntries(
      ['1h', '6h', '1d', '3d'].map((long) => [
        `burns over ${long}`,
        changes((alert) => alert.kind === 'Burn' && alert.long === long, true),
      ]),
    ),
    'plays without any': plays.filter(({ fires }) => fires.every(({ at }) => !at.includes(true))).length,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count < 2 ? [`only ${count} ${what}`] : []));
}
