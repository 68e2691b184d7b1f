/** The rules of many policies, as Prometheus itself reads and runs them: they alert in the minutes that a count by hand says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { promiseNamed } from '../../src/generate/conditions.ts';
import { decimal } from '../../src/generate/decimal.ts';
import { rulesText } from '../../src/generate/flavors.ts';
import { rulesOf } from '../../src/generate/rules.ts';
import { lengthText, windowDays } from '../../src/policy/window.ts';
import { Random } from '../../src/scenario/random.ts';
import { availability, validPolicy } from '../policy/valid.ts';
import { find } from '../real/run.ts';
import { drawn, kinds } from './drawn.ts';
import { playOf, tallied, testOf } from './plays.ts';

const promtool = process.env.PROMTOOL || find('promtool');
if (promtool === null) console.error('RULES NOT PROVEN: there is no promtool; name it in PROMTOOL or put it on PATH.');

const seeds = Array.from({ length: 5 * kinds.length }, (_, i) => i);
const plays = seeds.map(playOf);
const folder = mkdtempSync(join(tmpdir(), 'steadyrun-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the plays have enough of everything that is to be shown', () => {
  expect(tallied(plays)).toEqual([]);
});

// Days of them are played minute by minute.
describe.skipIf(promtool === null)('Generated rules', { timeout: 600_000 }, () => {
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

  test.each(kinds.map(({ title }, i) => [title, i] as const))(
    'alert when a count by hand says so, and not a minute longer: %s',
    async (_, kind) => {
      const own = plays.filter((_, seed) => seed % kinds.length === kind);
      const files = own.map(({ drawn: { title }, rules, test: one }, i) =>
        written(`${kind}-${i}`, [{ name: title, rules }], one),
      );
      const halves = [files.filter((_, i) => i % 2 === 0), files.filter((_, i) => i % 2 === 1)];
      const results = await Promise.all(halves.map((half) => run(['test', 'rules', ...half])));
      for (const { code, output } of results) expect(code, output.slice(0, 8000)).toBe(0);
    },
  );

  test.each([
    ['traffic without a bad event is 0, and the whole budget is left', { total: 600, bad: 0 }, ['0', '1']],
    ['no traffic is no sample', { total: 0, bad: 0 }, ['none', 'none']],
  ] as const)('say that %s, of every kind', async (_, minute, [share, left]) => {
    const files = kinds.map((_, seed) => {
      const one = drawn(seed);
      const story = Array.from({ length: 25 }, (_, at) => (at === 0 ? { total: 0, bad: 0 } : minute));
      const promise = promiseNamed(`it-${seed}`, one.policy);
      const { tests, ...more } = testOf(one, { minutes: story }, []);
      const shows = (name: string, value: string) => ({
        expr: `max(${name}{sloth_slo="it-${seed}"}) or vector(-1)`,
        eval_time: '24m',
        exp_samples: [{ labels: '{}', value: value === 'none' ? -1 : Number(value) }],
      });
      const shortest = lengthText(Math.max(300_000, promise.timeSliceMs ?? 0));
      const window = lengthText(windowDays(one.policy.window) * 86_400_000);
      // No slice of an hour has ended.
      const isOver = promise.timeSliceMs !== 3_600_000 || share === 'none';
      const promql_expr_test = [
        ...(isOver ? [shows(`slo:sli_error:ratio_rate${shortest}`, share)] : []),
        ...(isOver ? [shows(`slo:sli_error:ratio_rate${window}`, share)] : []),
        ...(isOver ? [shows('slo:period_error_budget_remaining:ratio', left)] : []),
        shows('slo:time_period:days', String(windowDays(one.policy.window))),
        shows('slo:error_budget:ratio', decimal(promise.allowedBadFraction)),
        shows('sloth_slo_info', '1'),
      ];
      return written(`quiet-${share}-${seed}`, rulesOf(one.policy).groups, {
        ...more,
        tests: [{ ...tests[0], promql_expr_test }],
      });
    });
    const { code, output } = await run(['test', 'rules', ...files]);
    expect(code, output.slice(0, 8000)).toBe(0);
  });

  test.each([
    ['one bad request of sixty an hour', [100], 0],
    ['two of them, while the second is in the last five minutes', [100, 102], 5],
  ] as const)('tell of %s in %j for %i minutes', async (_, badMinutes, minutes) => {
    const policy = validPolicy([{ name: 'availability', targetPercent: 99.99 }]);
    const story = Array.from({ length: 181 }, (_, at) => ({
      total: at === 0 ? 0 : 1,
      bad: (badMinutes as readonly number[]).includes(at) ? 1 : 0,
    }));
    const one = { title: 'quiet', policy, kind: kinds[0]!, random: new Random(1, 'resets') };
    const { tests, ...more } = testOf(one, { minutes: story }, []);
    const expr =
      'sum(count_over_time(ALERTS{alertname="AvailabilityBudgetBurn1h",alertstate="firing"}[3h])) or vector(0)';
    const promql_expr_test = [{ expr, eval_time: '180m', exp_samples: [{ labels: '{}', value: minutes }] }];
    const groups = rulesOf(policy).groups.filter(({ name }) => name.includes('/promise/'));
    const file = written(`lone-${minutes}`, groups, { ...more, tests: [{ ...tests[0], promql_expr_test }] });
    expect(await run(['test', 'rules', file])).toMatchObject({ code: 0 });
  });

  test('weigh an hour by what it served: one busy bad hour of a quiet day is 4.07 %, not the 0.21 % of averaged shares', async () => {
    const policy = validPolicy([availability]);
    const kind = kinds[0]!;
    const story = Array.from({ length: 1441 }, (_, at) => {
      if (at === 0) return { total: 0, bad: 0 };
      return at <= 23 * 60 ? { total: 600, bad: 0 } : { total: 60_000, bad: 3000 };
    });
    const one = { title: 'busy', policy, kind, random: new Random(1, 'resets') };
    const { tests, ...more } = testOf(one, { minutes: story }, []);
    const expr = 'abs(slo:sli_error:ratio_rate1d / 0.0406504 - 1) < bool 0.01';
    const labels =
      '{policy="default/api",sloth_id="default/api/availability",sloth_service="default/api",sloth_slo="availability",sloth_window="1d"}';
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
