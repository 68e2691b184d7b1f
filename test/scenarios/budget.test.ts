/** What an error budget does to rollouts: spent by the lab's own traffic, given back by it, and gone through by a fix. */
import { describe, expect, test } from 'vitest';
import { profiles } from '../../src/decide/evidence/profiles.ts';
import { type Repertoire, repertoire } from '../../src/decide/repertoire.ts';
import { unknown } from '../../src/facts/answer.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, type Stage, type StageOptions } from './stage.ts';

/** A budget of five in a thousand; of the lab's requests one in two thousand fails. */
const promise = { name: 'availability', targetPercent: 99.5 };
const rules = {
  Freeze: { whenRemainingBelowPercent: 25, action: 'Freeze', liftAbovePercent: 35 },
  Slow: { whenRemainingBelowPercent: 25, action: 'Slow', liftAbovePercent: 35 },
  RequirePostmortem: { whenRemainingBelowPercent: 25, action: 'RequirePostmortem', liftAbovePercent: 35 },
} as const;

const by = (...actions: (keyof typeof rules)[]): StageOptions => ({
  rps: 20,
  spec: { objectives: [promise], errorBudgetPolicy: actions.map((action) => rules[action]) },
});

/** Of the first two and a half hours five minutes are bad enough for that. */
const spends = { at: '30m', for: '5m', on: 'Both', errorPercent: 10 } as const;

const remaining = (stage: Stage): number => stage.status.budget![0]!.remainingPercent;
const actions = (stage: Stage): string[] => stage.status.errorBudget?.acting.map(({ action }) => action) ?? [];
const told = (stage: Stage, reason: string) => stage.policies.events.filter((event) => event.reason === reason);

async function spent(options: StageOptions) {
  const found = await adopted(options);
  found.stage.event(spends);
  await found.stage.until(() => actions(found.stage).length > 0, 80);
  expect(remaining(found.stage)).toBeLessThan(25);
  return found;
}

test('of a policy that asks for nothing to be done, what is left is told all the same, and nothing is held up by it', async () => {
  const { stage } = await adopted({ rps: 20, spec: { objectives: [promise] } });
  stage.event(spends);
  await stage.until(({ budget }) => budget !== undefined && remaining(stage) < 25, 120);
  expect([actions(stage), stage.status.phase]).toEqual([[], 'Steady']);
  stage.world.deploy('api');
  await stage.until(({ phase }) => phase === 'Ramping', 3);
});

test.each([
  ['of a budget that nobody asked for that is no trouble', {}, undefined],
  ['of one that holds rollouts up it is', { errorBudgetPolicy: [rules.Freeze] }, 'BudgetUnread'],
])('what cannot be counted is not known: %s', async (_, more, reason) => {
  const cannot = (real: Metrics) => replacing(real, { budget: async () => unknown('ProviderError', 'nobody answers') });
  const { stage } = await adopted({ rps: 20, spec: { objectives: [promise], ...more }, metrics: cannot });
  await stage.run(10);
  expect(stage.status.errorBudget?.unread).toBe('nobody answers');
  expect(stage.status.conditions?.find(({ type }) => type === 'BudgetCounted')?.reason).toBe(reason);
});

test('a freeze begins once the budget is spent, and ends above its upper mark, not between the two', async () => {
  const { stage, stable } = await spent(by('Freeze'));
  expect(told(stage, 'BudgetSpent')).toMatchObject([{ type: 'Warning' }]);
  const next = stage.world.deploy('api');
  await stage.until(({ hold }) => hold?.reason === 'Frozen', 3);
  expect(stage.status.decision!.message).toMatch(
    new RegExp(
      `^${next} waits at 0 %\\. availability has (?:spent all of its error budget \\(30d, counting the last \\d+ min\\)|[\\d.]+ % of its error budget \\(30d, counting the last \\d+ min\\) left)`,
    ),
  );
  expect(stage.traffic).toBe(`${stable}=100`);

  await stage.until(() => remaining(stage) > 25, 120);
  await stage.run(1);
  expect([actions(stage), stage.status.phase]).toEqual([['Freeze'], 'Held']);
  const took = await stage.until(() => actions(stage).length === 0, 120);
  expect(took).toBeGreaterThan(10);
  expect(remaining(stage)).toBeGreaterThan(35);
  await stage.until(({ phase }) => phase === 'Ramping', 3);
  expect([
    told(stage, 'BudgetSpent').length,
    told(stage, 'Frozen').length,
    told(stage, 'BudgetRecovered').length,
  ]).toEqual([1, 1, 1]);
});

describe('through a freeze go', () => {
  test('what a person exempts, on the revision or the service, with the reason in the sentence', async () => {
    for (const where of ['revision', 'service']) {
      const { stage } = await spent(by('Freeze'));
      const annotations = { 'steadyrun.dev/freeze-exempt': 'the law says so' };
      if (where === 'service') stage.world.change('api', { annotations });
      stage.world.deploy('api', where === 'revision' ? { annotations } : {});
      await stage.until(({ phase }) => phase === 'Ramping', 3);
      expect(stage.policies.events.map(({ message }) => message).join(), where).toContain(
        'exempt from the freeze: the law says so',
      );
      expect(actions(stage)).toEqual(['Freeze']);
    }
  });

  test('what is newer than a revision that burns', async () => {
    const { stage } = await spent(by('Freeze'));
    // It fails, and goes on failing; the revision that is deployed next does not.
    stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 30 });
    await stage.until(({ errorBudget }) => errorBudget!.burning.length > 0, 80);
    stage.world.deploy('api');
    await stage.until(({ phase }) => phase === 'Ramping', 6);
    expect(actions(stage)).toEqual(['Freeze']);
  });

  test('what is newer than a promoted revision that went back; what comes after that, does not', async () => {
    const options = by('Freeze');
    const { stage, candidate } = await ramping(options);
    await stage.until(({ stable }) => stable?.revision === candidate, 120);
    stage.event({ at: '1m', for: '9h', on: 'Candidate', errorPercent: 30 });
    await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 60);
    await stage.until(() => actions(stage).length > 0, 80);
    await stage.until(({ errorBudget }) => errorBudget!.burning.length === 0, 120);
    expect(actions(stage)).toEqual(['Freeze']);

    const fix = stage.world.deploy('api');
    await stage.until(({ phase }) => phase === 'Ramping', 6);
    await stage.until(({ stable }) => stable?.revision === fix, 120);
    expect(actions(stage)).toEqual(['Freeze']);
    stage.world.deploy('api');
    await stage.until(({ hold }) => hold?.reason === 'Frozen', 6);
  });
});

test('a rollback is made in a freeze', async () => {
  const { stage, stable } = await spent(by('Freeze'));
  const annotations = { 'steadyrun.dev/freeze-exempt': 'urgent' };
  const bad = stage.world.deploy('api', { annotations, env: { LAB_ERROR_PERCENT: '50' } });
  await stage.until(({ rejected }) => rejected?.[0]?.revision === bad, 20);
  await stage.until(() => stage.traffic === `${stable}=100`, 2);
  expect(actions(stage)).toEqual(['Freeze']);
});

test('a freeze lets no newer revision supersede the one that is running', async () => {
  const { stage } = await adopted(by('Freeze'));
  stage.event({ ...spends, at: '10m' });
  await stage.run(20);
  const running = stage.world.deploy('api');
  await stage.until(({ phase }) => phase === 'Ramping', 5);
  await stage.until(() => actions(stage).length > 0, 60);
  stage.world.deploy('api');
  await stage.run(3);
  expect(stage.status.candidate?.revision ?? stage.status.stable?.revision).toBe(running);
});

test('a postmortem is owed until its address is given, each time anew', async () => {
  const { stage, stable } = await spent(by('RequirePostmortem'));
  stage.world.deploy('api');
  await stage.until(({ hold }) => hold?.reason === 'PostmortemRequired', 3);
  // Also when the budget has come back by itself.
  await stage.until(() => remaining(stage) > 40, 180);
  expect([actions(stage), stage.traffic]).toEqual([['RequirePostmortem'], `${stable}=100`]);
  stage.annotate('postmortem', 'soon');
  await stage.run(2);
  expect(actions(stage)).toEqual(['RequirePostmortem']);
  stage.annotate('postmortem', 'https://wiki.example.com/1');
  await stage.until(({ phase }) => phase === 'Ramping', 5);
  expect(told(stage, 'PostmortemGiven').length).toBe(1);
  await stage.until(({ phase }) => phase === 'Steady', 120);

  stage.event({ at: '0s', for: '10m', on: 'Both', errorPercent: 20 });
  await stage.until(() => actions(stage).length > 0, 80);
  stage.world.deploy('api');
  await stage.until(({ hold }) => hold?.reason === 'PostmortemRequired', 20);
  stage.annotate('postmortem', 'https://wiki.example.com/2');
  await stage.until(({ phase }) => phase === 'Ramping', 5);
  expect(told(stage, 'PostmortemOwed').length).toBe(2);
});

test('slowly: twice the soak, and half the steps', async () => {
  const shares = async (errorBudgetPolicy: readonly object[], stepsPercent?: readonly number[]) => {
    const rollout = { profile: 'Balanced', ...(stepsPercent && { stepsPercent }) };
    const { stage } = await adopted({ rps: 20, spec: { objectives: [promise], errorBudgetPolicy, rollout } });
    stage.event(spends);
    await stage.run(66);
    expect(actions(stage).length).toBe(errorBudgetPolicy.length);
    const candidate = stage.world.deploy('api');
    const begun = stage.clock.nowMs();
    await stage.until(({ stable }) => stable?.revision === candidate, 240);
    const steps = stage.splits.map((split) => Number(new RegExp(`${candidate}=(\\d+)`).exec(split)?.[1]));
    return { steps: steps.filter((step) => step > 0), tookMs: stage.clock.nowMs() - begun };
  };
  const ladder = [10, 20, 40];
  const [whole, halves] = [await shares([]), await shares([rules.Slow])];
  expect(whole.steps).toEqual([1, 2, 10, 50, 100]);
  expect(halves.steps).toEqual([1, 2, 6, 10, 30, 50, 100]);
  expect(halves.tookMs - whole.tookMs).toBeGreaterThanOrEqual(profiles.Balanced.soakMs);
  expect((await shares([], ladder)).steps).toEqual([10, 20, 40, 50, 100]);
  expect((await shares([rules.Slow], ladder)).steps).toEqual([10, 15, 20, 30, 40, 45, 50, 100]);
});

/** What the loop asks its metrics for an error budget, and what these ask a server for that. */
function overhearing() {
  const asked = { budgets: 0, requests: 0, histories: 0 };
  const promql: NonNullable<StageOptions['promql']> = (store) => {
    const real = labPromql(store);
    const isBudget = (query: string) => /"steadyrun_part", "\d+\.\d+"/.test(query);
    return {
      instant: (...question) => real.instant(...question),
      range: (source, query, ...times) => {
        if (isBudget(query)) asked.requests++;
        return real.range(source, query, ...times);
      },
    };
  };
  const metrics = (real: Metrics): Metrics =>
    replacing(real, {
      budget: (question) => {
        asked.budgets++;
        return real.budget(question);
      },
      history: (question) => {
        asked.histories++;
        return real.history(question);
      },
    });
  return { asked, promql, metrics };
}

test('what is shown is what has happened, to an event', async () => {
  const { stage } = await adopted(by('Freeze'));
  stage.event({ at: '20m', for: '7m', on: 'Both', errorPercent: 3 });
  const truths = new Map<number, { bad: number; total: number }>();
  const rows: NonNullable<typeof stage.status.budget>[number][] = [];
  for (let i = 0; i < 8 * 60; i++) {
    await stage.clock.advance(60_000 - (stage.clock.nowMs() % 60_000));
    const { requests: total, bad } = stage.world.truth('api');
    truths.set(stage.clock.nowMs(), { bad, total });
    const row = stage.status.budget![0]!;
    if (rows.at(-1)?.until !== row.until) rows.push(row);
  }
  expect(rows.length).toBeGreaterThan(7);
  const [first, ...rest] = rows.filter(({ until }) => truths.has(Date.parse(until)));
  const then = truths.get(Date.parse(first!.until))!;
  for (const row of rest) {
    const now = truths.get(Date.parse(row.until))!;
    expect([row.bad - first!.bad, row.total - first!.total]).toEqual([now.bad - then.bad, now.total - then.total]);
    expect(row.remainingPercent).toBeCloseTo(100 * (1 - row.bad / (0.005 * row.total)), 6);
    const before = truths.get(Date.parse(row.until) - 3_600_000);
    if (!before) continue;
    const wanted = (now.bad - before.bad) / (now.total - before.total) / 0.005;
    expect(Math.abs(row.burn['1h']! - wanted)).toBeLessThan(1e-6);
  }
});

describe('what it costs', () => {
  test('while nothing goes on, one request an hour', async () => {
    const { asked, ...overheard } = overhearing();
    const { stage } = await adopted({ ...by('Freeze'), ...overheard });
    await stage.run(30);
    const before = { ...asked };
    await stage.run(6 * 60);
    expect([asked.budgets - before.budgets, asked.requests - before.requests]).toEqual([6, 6]);
  });

  test('while a revision waits in a freeze, four an hour, and its past is not asked for', async () => {
    const { asked, ...overheard } = overhearing();
    const { stage } = await spent({ ...by('Freeze'), ...overheard });
    stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 1 });
    stage.world.deploy('api');
    await stage.until(({ hold }) => hold?.reason === 'Frozen', 3);
    const before = { ...asked };
    await stage.run(120);
    expect(stage.status.hold?.reason).toBe('Frozen');
    // A window that begins in the midst of an hour asks for the rest of that hour, too.
    expect(asked.budgets - before.budgets).toBeLessThanOrEqual(8);
    expect(asked.requests - before.requests).toBeLessThanOrEqual(16);
    expect(asked.histories).toBe(before.histories);
  });

  test('after a restart the window is read anew by a few, and nothing is told twice', async () => {
    const { asked, ...overheard } = overhearing();
    const { stage } = await spent({ ...by('Freeze'), ...overheard });
    const before = { ...asked };
    const figures = stage.status.budget;
    stage.kill();
    stage.start();
    await stage.run(2);
    expect(stage.status.budget).toEqual(figures);
    expect(actions(stage)).toEqual(['Freeze']);
    await stage.until(({ budget }) => budget![0]!.until !== figures![0]!.until, 60);
    expect(asked.requests - before.requests).toBeLessThanOrEqual(4);
    expect(told(stage, 'BudgetSpent').length).toBe(1);
  });
});

test('no data lifts nothing and begins nothing', async () => {
  let isAway = false;
  let inVain = 0;
  const metrics = (real: Metrics): Metrics =>
    replacing(real, {
      budget: async (question) => {
        if (!isAway) return real.budget(question);
        inVain++;
        return unknown('ProviderError', 'Prometheus is away.');
      },
    });
  const { stage } = await spent({ ...by('Freeze', 'Slow'), metrics });
  isAway = true;
  await stage.run(4 * 60);
  expect(actions(stage)).toEqual(['Freeze', 'Slow']);
  expect(inVain).toBeLessThanOrEqual(4 * 4);
  const condition = stage.status.conditions!.find(({ type }) => type === 'BudgetCounted');
  expect(condition).toMatchObject({ status: 'False', reason: 'BudgetUnread' });
  expect(condition!.message).toContain('Prometheus is away.');
  isAway = false;
  await stage.until(() => actions(stage).length === 0, 60);
  expect(stage.status.conditions!.some(({ type }) => type === 'BudgetCounted')).toBe(false);
});

test('metrics that are not kept as long as the window are said, where the service is older than they are', async () => {
  const said = async (days: number) => {
    const services = (real: Services): Services =>
      replacing(real, {
        revision: async (ref, name) => {
          const revision = await real.revision(ref, name);
          return revision && { ...revision, createdAtMs: revision.createdAtMs - days * 86_400_000 };
        },
      });
    const { stage } = await adopted({ ...by('Freeze'), services });
    await stage.run(70);
    const condition = stage.status.conditions!.find(({ type }) => type === 'BudgetCounted');
    return { short: stage.status.budget![0]!.short, reason: condition?.reason };
  };
  expect(await said(0)).toEqual({});
  const { short, reason } = await said(20);
  expect(short).toMatch(/^It counts the last 90 min of 30 days: /);
  expect(reason).toBe('RetentionTooShort');
});

test('a budget that all revisions share freezes like any', async () => {
  const database = {
    name: 'database',
    targetPercent: 99,
    indicator: {
      shared: {
        bad: 'cloudsql_googleapis_com:client_connector_closed_connection_count{status="error"}',
        total: 'cloudsql_googleapis_com:client_connector_closed_connection_count',
      },
    },
  };
  const { stage } = await adopted({
    spec: { objectives: [promise, database], errorBudgetPolicy: [rules.Freeze] },
    seeded: { database: true, env: { LAB_DATABASE_ERROR_PERCENT: '5' } },
  });
  await stage.until(() => actions(stage).length > 0, 120);
  expect(stage.status.budget![0]!.objective).toBe('database');
});

describe('a policy that is edited in mid-window', () => {
  test('another target judges all that was counted, at once', async () => {
    const { stage } = await spent(by('Freeze'));
    stage.policies.respec(stage.key, { objectives: [{ ...promise, targetPercent: 95 }] });
    await stage.run(1);
    expect(actions(stage)).toEqual([]);
    stage.policies.respec(stage.key, { objectives: [promise] });
    await stage.run(1);
    expect(actions(stage)).toEqual(['Freeze']);
  });

  test('another name is the same promise: what is in force stays, also between the marks', async () => {
    const { stage } = await spent(by('Freeze'));
    await stage.until(() => remaining(stage) > 26, 120);
    stage.policies.respec(stage.key, { objectives: [{ ...promise, name: 'up' }] });
    await stage.run(1);
    expect([stage.status.budget![0]!.objective, actions(stage)]).toEqual(['up', ['Freeze']]);
    expect(remaining(stage)).toBeLessThan(35);
  });

  test('what is measured otherwise is counted anew, and freezes by what it shows itself', async () => {
    const { stage } = await spent(by('Freeze'));
    const latency = { name: 'availability', indicator: { latency: { percentile: 95, threshold: '5s' } } };
    stage.policies.respec(stage.key, { objectives: [latency] });
    await stage.run(1);
    expect(remaining(stage)).toBeGreaterThan(90);
    expect(actions(stage)).toEqual([]);
  });

  test('without its rules nothing is in force any more', async () => {
    const { stage } = await spent(by('Freeze'));
    stage.world.deploy('api');
    await stage.until(({ hold }) => hold?.reason === 'Frozen', 3);
    stage.policies.respec(stage.key, { errorBudgetPolicy: [] });
    await stage.until(({ phase }) => phase === 'Ramping', 3);
  });
});

test('tuning waits for the same freeze', async () => {
  let isFrozen: boolean | undefined;
  const listening: Repertoire = {
    ...repertoire,
    concerns: repertoire.concerns.map((concern) => ({
      ...concern,
      judge: (at, others) => {
        isFrozen = others.frozen;
        return concern.judge(at, others);
      },
    })),
  };
  const { stage } = await adopted({ ...by('Freeze', 'Slow'), repertoire: listening });
  expect(isFrozen).toBe(false);
  stage.event(spends);
  await stage.until(() => actions(stage).length > 0, 80);
  expect(isFrozen).toBe(true);
  await stage.until(() => actions(stage).length === 0, 240);
  expect(isFrozen).toBe(false);
});
