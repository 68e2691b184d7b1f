/** The rules of many policies, as Prometheus itself reads and runs them: they alert in the minutes that a count by hand says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Alert, alertsOf, type BurnAlert, type LevelAlert, type Promised } from '../../src/generate/alerts.ts';
import { promiseNamed } from '../../src/generate/conditions.ts';
import { decimal } from '../../src/generate/decimal.ts';
import { rulesText } from '../../src/generate/flavors.ts';
import { type Rule, rulesOf } from '../../src/generate/rules.ts';
import { budgetDays, windowText } from '../../src/generate/windows.ts';
import { Random } from '../../src/scenario/random.ts';
import { availability, validPolicy } from '../policy/valid.ts';
import { find } from '../real/run.ts';
import { burnFires, levelFires, type Minute, type World } from './by-hand.ts';
import { type Drawn, drawn, kinds } from './drawn.ts';

const promtool = process.env.PROMTOOL || find('promtool');
if (promtool === null) console.error('RULES NOT PROVEN: there is no promtool; name it in PROMTOOL or put it on PATH.');

const seeds = Array.from({ length: 5 * kinds.length }, (_, i) => i);
const folder = mkdtempSync(join(tmpdir(), 'steadyrun-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(promtool === null)('Generated rules', () => {
  test(`of ${seeds.length} policies are read without a complaint`, async () => {
    const file = join(folder, 'all.yaml');
    const policies = seeds.map((seed) => drawn(seed).policy);
    const named = policies.map((policy, i) => ({ ...policy, key: { ...policy.key, name: `api-${i}` } }));
    writeFileSync(file, rulesText(named, 'File'));
    const { code, output } = await run(['check', 'rules', '--lint=all', '--lint-fatal', file]);
    expect(output).toContain('SUCCESS');
    expect({ code, complaints: output.match(/FAILED|error|warning|duplicate/gi) }).toEqual({
      code: 0,
      complaints: null,
    });
  });

  test(`of ${seeds.length} policies alert when a count by hand says so, and not a minute longer`, async () => {
    const plays = seeds.map(playOf);
    expect(tallied(plays)).toEqual([]);
    const files = plays.map(({ drawn: { title }, rules, test: one }, i) =>
      written(`${i}`, [{ name: title, rules }], one),
    );
    const halves = [files.filter((_, i) => i % 2 === 0), files.filter((_, i) => i % 2 === 1)];
    const results = await Promise.all(halves.map((half) => run(['test', 'rules', ...half])));
    for (const { code, output } of results) expect({ code, output: output.slice(0, 8000) }).toMatchObject({ code: 0 });
  });

  test.each([
    ['traffic without a bad event is 0, and the whole budget is left', { total: 600, bad: 0 }, ['0', '1']],
    ['no traffic is no sample', { total: 0, bad: 0 }, ['none', 'none']],
  ] as const)('say that %s, of every kind', async (_, minute, [share, left]) => {
    const files = kinds.map((_, seed) => {
      const one = drawn(seed);
      const story = Array.from({ length: 25 }, (_, at) => (at === 0 ? { total: 0, bad: 0 } : minute));
      const promise = promiseNamed(`it-${seed}`, one.policy);
      const { tests, ...more } = testOf(one, { minutes: story, step: 1, promise }, []);
      const shows = (name: string, value: string) => ({
        expr: `max(${name}{sloth_slo="it-${seed}"}) or vector(-1)`,
        eval_time: '24m',
        exp_samples: [{ labels: '{}', value: value === 'none' ? -1 : Number(value) }],
      });
      const shortest = windowText(Math.max(300_000, promise.timeSliceMs ?? 0));
      const window = windowText(budgetDays(one.policy.window) * 86_400_000);
      // No slice of an hour has ended.
      const isOver = promise.timeSliceMs !== 3_600_000 || share === 'none';
      const promql_expr_test = [
        ...(isOver ? [shows(`slo:sli_error:ratio_rate${shortest}`, share)] : []),
        ...(isOver ? [shows(`slo:sli_error:ratio_rate${window}`, share)] : []),
        ...(isOver ? [shows('slo:period_error_budget_remaining:ratio', left)] : []),
        shows('slo:time_period:days', String(budgetDays(one.policy.window))),
        shows('slo:error_budget:ratio', decimal(promise.allowedBadFraction)),
        shows('sloth_slo_info', '1'),
      ];
      return written(`quiet-${share}-${seed}`, rulesOf(one.policy).groups, {
        ...more,
        tests: [{ ...tests[0], promql_expr_test }],
      });
    });
    const { code, output } = await run(['test', 'rules', ...files]);
    expect({ code, output: output.slice(0, 8000) }).toMatchObject({ code: 0 });
  });

  test('weigh an hour by what it served: one busy bad hour of a quiet day is 4.07 %, not the 0.21 % of averaged shares', async () => {
    const policy = validPolicy([availability]);
    const kind = kinds[0]!;
    const story = Array.from({ length: 1441 }, (_, at) => {
      if (at === 0) return { total: 0, bad: 0 };
      return at <= 23 * 60 ? { total: 600, bad: 0 } : { total: 60_000, bad: 3000 };
    });
    const promise = promiseNamed('availability', policy);
    const one = { title: 'busy', policy, kind, random: new Random(1, 'resets') };
    const { tests, ...more } = testOf(one, { minutes: story, step: 5, promise }, []);
    const expr = 'abs(slo:sli_error:ratio_rate1d / 0.0406504 - 1) < bool 0.01';
    const labels =
      '{policy="default/api",sloth_id="api-availability",sloth_service="api",sloth_slo="availability",sloth_window="1d"}';
    const promql_expr_test = [{ expr, eval_time: '1440m', exp_samples: [{ labels, value: 1 }] }];
    const groups = rulesOf(policy).groups.filter(({ name }) => name.includes('/promise/'));
    const file = written('busy', groups, { ...more, tests: [{ ...tests[0], promql_expr_test }] });
    expect(await run(['test', 'rules', file])).toMatchObject({ code: 0 });
  });
});

/** The file of a test, beside that of its rules. */
function written(name: string, groups: readonly object[], test: object): string {
  writeFileSync(join(folder, `${name}.rules.yaml`), stringify({ groups }, { aliasDuplicateObjects: false }));
  const file = join(folder, `${name}.test.yaml`);
  writeFileSync(file, stringify({ rule_files: [`${name}.rules.yaml`], ...test }, { aliasDuplicateObjects: false }));
  return file;
}

interface Play {
  readonly drawn: Drawn;
  readonly rules: readonly Rule[];
  readonly test: object;
  readonly fires: readonly { readonly alert: Alert; readonly at: readonly boolean[] }[];
}

/** One pair of windows of the policy, and what it says at once. */
function playOf(seed: number): Play {
  const one = drawn(seed);
  const { policy } = one;
  const name = `it-${seed}`;
  const promise = promiseNamed(name, policy);
  const { alerts } = alertsOf(policy);
  const burns = alerts.filter((alert): alert is BurnAlert => alert.kind === 'Burn' && alert.objective === name);
  const level = alerts.find(({ kind, objective }) => kind !== 'Burn' && objective === name) as LevelAlert;
  const burn = burns.find(({ long }) => long === longOf(seed, promise)) ?? burns[0]!;
  const step = burn.longMs > 6 * 3_600_000 ? 5 : 1;
  const minutes = storyOf(one, burn, promise.allowedBadFraction, step);
  const world = { minutes, step, promise };
  const fires = [
    { alert: burn, at: burnFires(burn, world) },
    { alert: level, at: levelFires(level, world) },
  ];
  const group = rulesOf(policy).groups.find(({ name: group }) => group.endsWith(`/promise/${name}`))!;
  // By the shortest it is known since when anything is counted.
  const shortest = windowText(Math.max(5 * 60_000, promise.timeSliceMs ?? 0));
  const rules = group.rules.filter((rule) => {
    if ('alert' in rule) return rule.alert === burn.name || rule.alert === level.name;
    const { sloth_window: window } = rule.labels;
    return window === undefined || [burn.long, burn.short, shortest].includes(window);
  });
  return { drawn: one, rules, fires, test: testOf(one, world, fires) };
}

/** Days take long: a few of them, and read every five minutes, which no slice is shorter than. */
function longOf(seed: number, { timeSliceMs }: Promised): string {
  if (seed % 17 === 4 && (timeSliceMs ?? 300_000) >= 300_000) return seed % 2 === 0 ? '1d' : '3d';
  return seed % 7 === 3 ? '6h' : '1h';
}

type Happening = 'Clean' | 'Slow' | 'Fast' | 'None' | 'Single';
const beginnings: readonly Happening[] = ['Fast', 'Slow', 'Clean'];
const burning: readonly Happening[] = ['Fast', 'Slow'];
const happenings: readonly Happening[] = ['Clean', 'Slow', 'Fast', 'None', 'Clean', 'Single'];

/** It begins anyhow, so that there is a cold start; each spell is about as long as the windows. */
function storyOf({ kind, random }: Drawn, burn: BurnAlert, allowed: number, step: number): Minute[] {
  const long = burn.longMs / 60_000;
  const isSparse = random.below(8) === 0;
  const threshold = Number(burn.threshold);
  const perMinute = isSparse ? 2 : Math.ceil(Math.max(100 + random.below(900), 20 / threshold, 20 / allowed));
  const minutes: Minute[] = Array.from({ length: step }, () => ({ total: 0, bad: 0 })).slice(0, 1);
  const end = long + Math.max(150, long / 4);
  let hasBurnt = false;
  while (minutes.length <= end) {
    const isFull: boolean = minutes.length > long && !hasBurnt;
    hasBurnt ||= isFull;
    const choice = minutes.length === 1 ? beginnings : isFull ? burning : happenings;
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
function testOf({ title, kind, random }: Drawn, { minutes, step }: World, fires: Play['fires']): RulesTest {
  const series = [0, 1].flatMap((instance) => {
    const reads = minutes.map(() => ({}) as Readonly<Record<string, number>>);
    let counted: Minute = { total: 0, bad: 0 };
    for (const [at, minute] of minutes.entries()) {
      if (instance === 1 && (at - 1) % step === 0 && random.below(90) === 0) counted = { total: 0, bad: 0 };
      const bad = halfOf(minute.bad, instance);
      const total = kind.rate ? halfOf(minute.total, instance) : bad + halfOf(minute.total - minute.bad, instance);
      counted = { total: counted.total + total, bad: counted.bad + bad };
      reads[at] = kind.series(counted);
    }
    const read = reads.filter((_, at) => at % step === 0);
    return Object.keys(read[0]!)
      .filter((name) => name.includes('le=') || read.some((values) => values[name] !== 0))
      .map((name) => ({
        series: name.replace('{', `{instance="${instance}",`),
        values: read.map((values) => values[name]).join(' '),
      }));
  });
  const promql_expr_test = fires.flatMap(({ alert, at }) => expected(alert, at, step));
  return {
    evaluation_interval: `${step}m`,
    tests: [{ name: title, interval: `${step}m`, input_series: series, promql_expr_test }],
  };
}

const halfOf = (count: number, instance: number): number => (instance === 0 ? Math.floor : Math.ceil)(count / 2);

/** How often it fires in all, and on both sides of each change. */
function expected({ name }: Alert, at: readonly boolean[], step: number): object[] {
  const firing = `ALERTS{alertname="${name}",alertstate="firing"}`;
  const last = (at.length - 1) * step;
  const always = { expr: `sum(count_over_time(${firing}[${last + 1}m])) or vector(0)`, eval_time: `${last}m` };
  const changes = at.flatMap((is, i) => (i > 0 && is !== at[i - 1] ? [i - 1, i] : []));
  return [
    { ...always, exp_samples: [{ labels: '{}', value: at.filter(Boolean).length }] },
    ...changes.map((i) => ({
      expr: `count(${firing}) or vector(0)`,
      eval_time: `${i * step}m`,
      exp_samples: [{ labels: '{}', value: at[i] ? 1 : 0 }],
    })),
  ];
}

/** What the plays do not show: each of these has to come in several of them. */
function tallied(plays: readonly Play[]): string[] {
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

interface RulesTest {
  readonly evaluation_interval: string;
  readonly tests: readonly object[];
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

const run = (args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(promtool!, args, { maxBuffer: 1e8, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
