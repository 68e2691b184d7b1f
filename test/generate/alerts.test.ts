/** The alerts of a policy: which there are, above what, and which are left out. */
import { describe, expect, test } from 'vitest';
import { type Alert, alertsOf, type BurnAlert } from '../../src/generate/alerts.ts';
import { decimal } from '../../src/generate/decimal.ts';
import { burnFactor, burnPairs } from '../../src/policy/window.ts';
import { availability, validPolicy } from '../policy/valid.ts';

const days = Array.from({ length: 84 }, (_, i) => 7 + i);
const targets = [2, 50, 90, 93, 94, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 99.999];

const objective = (name: string, targetPercent: number, more: object = {}) => ({ name, targetPercent, ...more });
const disconnects = { indicator: { ratio: { bad: 'ws_disconnects_total', total: 'ws_connections_total' } } };
const database = { indicator: { shared: { bad: 'db_errors_total', total: 'db_connects_total' } } };

const burnsOf = (alerts: readonly Alert[]): BurnAlert[] => alerts.flatMap((one) => (one.kind === 'Burn' ? [one] : []));

describe('The burn alerts of thirty days', () => {
  test.each([
    [99.9, ['0.0144', '0.006', '0.003', '0.001']],
    [99.95, ['0.0072', '0.003', '0.0015', '0.0005']],
    [99.5, ['0.072', '0.03', '0.015', '0.005']],
    [99, ['0.144', '0.06', '0.03', '0.01']],
    [95, ['0.72', '0.3', '0.15', '0.05']],
    [93, ['0.42', '0.21', '0.07']],
    [83, ['0.51', '0.17']],
  ])('for a target of %s are above %j', (target, thresholds) => {
    const burns = burnsOf(alertsOf(validPolicy([objective('a', target)])).alerts);
    expect(burns.map(({ threshold }) => threshold)).toEqual(thresholds);
  });

  test('are two pages and two tickets, each by one pair of windows', () => {
    const burns = burnsOf(alertsOf(validPolicy([availability])).alerts);
    expect(
      burns.map(({ name, severity, long, short, burnRate, budgetPercent, exhaustion }) =>
        [name, severity, long, short, burnRate, budgetPercent, exhaustion].join(' '),
      ),
    ).toEqual([
      'AvailabilityBudgetBurn1h page 1h 5m 14.4 2 50h',
      'AvailabilityBudgetBurn6h page 6h 30m 6 5 5d',
      'AvailabilityBudgetBurn1d ticket 1d 2h 3 10 10d',
      'AvailabilityBudgetBurn3d ticket 3d 6h 1 10 30d',
    ]);
  });
});

test.each([
  ['28d', '13.44 5.6 2.8 0.9333', '50h 5d 10d 30d'],
  ['7d', '3.36 1.4', '50h 5d'],
  ['14d', '6.72 2.8 1.4', '50h 5d 10d'],
  ['90d', '43.2 18 9 3', '50h 5d 10d 30d'],
])('a budget of %s burns at %s, and is gone in %s', (window, rates, exhaustions) => {
  const burns = burnsOf(alertsOf(validPolicy([availability], { window })).alerts);
  expect(burns.map((one) => one.burnRate).join(' ')).toBe(rates);
  expect(burns.map((one) => one.exhaustion).join(' ')).toBe(exhaustions);
});

test.each([
  ['Month', '14.4'],
  ['Quarter', '43.2'],
])('a %s is taken by its usual length', (calendar, rate) => {
  const window = { calendar, timeZone: 'Europe/Berlin' };
  expect(burnsOf(alertsOf(validPolicy([availability], { window })).alerts)[0]!.burnRate).toBe(rate);
});

test('of every window and target, each alert is there with an exact decimal below 1, or left out and said why', () => {
  for (const length of days) {
    const policy = validPolicy(
      targets.map((target, i) => objective(`o${i}`, target)),
      { window: `${length}d` },
    );
    const { alerts, leftOut } = alertsOf(policy);
    expect(alerts.length + leftOut.length).toBe(5 * targets.length);
    for (const one of alerts) expect(one.threshold).toMatch(/^0\.\d+$/);
    for (const [i, target] of targets.entries()) {
      const own = burnsOf(alerts).filter(({ objective: name }) => name === `o${i}`);
      // In whole numbers, so that nothing is rounded: percent of the budget, days, hours, and parts of a hundred thousand.
      const exact = burnPairs.map(({ budgetPercent, longMs }) => ({
        numerator: budgetPercent * length * 24 * Math.round((100 - target) * 1000),
        denominator: 100 * (longMs / 3_600_000) * 100_000,
        rate: ((budgetPercent / 100) * length * 86_400_000) / longMs,
      }));
      const wanted = exact.filter(({ numerator, denominator, rate }) => numerator < denominator && rate >= 0.9);
      expect(own.map(({ threshold }) => Number(threshold))).toEqual(
        wanted.map(({ numerator, denominator }) => Number((numerator / denominator).toPrecision(12))),
      );
    }
  }
});

describe('What can never fire', () => {
  test('is left out, and said', () => {
    const { alerts, leftOut } = alertsOf(validPolicy([objective('latency', 90)]));
    expect(burnsOf(alerts).map(({ long }) => long)).toEqual(['6h', '1d', '3d']);
    expect(leftOut).toEqual([
      {
        objective: 'latency',
        name: 'LatencyBudgetBurn1h',
        reason: 'Unreachable',
        message: '10 % may be bad, so that this alert would need 144 %: it could never fire.',
      },
    ]);
  });

  test('is nothing of a rate, of which there may be more than all, but is of its slices of time', () => {
    const of = (more: object) =>
      alertsOf(validPolicy([availability, objective('ws', 80, { ...disconnects, ...more })]));
    expect(of({}).leftOut).toEqual([]);
    expect(of({ timeSlice: '5m' }).leftOut.map(({ name }) => name)).toEqual(['WsBudgetBurn1h', 'WsBudgetBurn6h']);
  });
});

test.each<[string, object, string]>([
  ['requests', objective('a', 99.9), 'AErrorSpike 0.0864 in 5m for 2m, 10 at least'],
  ['requests that may fail often', objective('a', 95), 'AErrorSpike 0.5 in 5m for 2m, 10 at least'],
  [
    'a latency',
    { name: 'a', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
    'ATooSlow 0.05 in 5m for 10m, 10 at least',
  ],
  [
    'a latency with a target of its own',
    objective('a', 99.9, { indicator: { latency: { percentile: 99, threshold: '1s' } } }),
    'ATooSlow 0.01 in 5m for 10m, 10 at least',
  ],
  ['disconnects', objective('a', 99, disconnects), 'ARateTooHigh 0.01 in 5m for 5m, 10 at least'],
  ['a database', objective('a', 99, database), 'ARateTooHigh 0.01 in 5m for 5m, 10 at least'],
  ['saturation', { name: 'a', indicator: { saturation: { resource: 'Memory' } } }, 'ASaturated 0.8 memory for 5m'],
])('of %s somebody is paged at once', (_, one, expected) => {
  const level = alertsOf(validPolicy([objective('other', 99), one])).alerts.find(
    ({ objective: name, kind }) => name === 'a' && kind !== 'Burn',
  );
  expect(level?.severity).toBe('page');
  if (level?.kind === 'Burn' || level === undefined) throw new Error('there is none');
  const { name, threshold } = level;
  const where = level.kind === 'Saturated' ? level.resource : `in ${level.window}`;
  const least = level.kind === 'Saturated' ? '' : `, ${level.minimumBad} at least`;
  expect(`${name} ${threshold} ${where} for ${level.for}${least}`).toBe(expected);
});

test.each([
  ['availability', 'AvailabilityBudgetBurn1h', 'availability-budget-burn-1h'],
  ['latency-p95', 'LatencyP95BudgetBurn1h', 'latency-p95-budget-burn-1h'],
  ['5xx', 'Slo5xxBudgetBurn1h', 'slo-5xx-budget-burn-1h'],
  ['a--b', 'ABBudgetBurn1h', 'a--b-budget-burn-1h'],
])('the alert of %s is %s, in the runbook at #%s', (name, alert, anchor) => {
  expect(alertsOf(validPolicy([objective(name, 99)])).alerts[0]).toMatchObject({ name: alert, anchor });
});

const alike = [
  ['p-95', 'p95'],
  ['a--b', 'a-b'],
  ['5xx', 'slo-5xx'],
  ['a-1', 'a1', 'a--1'],
];

test.each(alike.map((objectives) => [objectives]))(
  '%j are told apart by the names of their alerts and in the runbook, whichever comes first',
  (objectives) => {
    const of = (order: string[]) => alertsOf(validPolicy(order.map((name) => objective(name, 99.9)))).alerts;
    const alerts = of(objectives);
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    expect(new Set(alerts.map(({ anchor }) => anchor)).size).toBe(alerts.length);
    for (const { name } of alerts) expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9_]*$/);
    const byName = (all: readonly Alert[]) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(of(objectives.toReversed()))).toEqual(byName(alerts));
  },
);

test('no window is shorter than a slice, and two slices have to be bad where there are two', () => {
  const of = (timeSlice: string) => burnsOf(alertsOf(validPolicy([objective('a', 99.9, { timeSlice })])).alerts);
  expect(of('5m').map(({ short, minimumBad }) => `${short} ${minimumBad}`)).toEqual(['5m 2', '30m 2', '2h 2', '6h 2']);
  expect(of('1h').map(({ short, minimumBad }) => `${short} ${minimumBad}`)).toEqual(['1h 1', '1h 2', '2h 2', '6h 2']);
});

test('a decimal has neither noise nor exponent', () => {
  const shown = [14.4 * 0.001, 1 - 0.999, 0.1 + 0.2, 1e-7, 1.5e-9, 1e6, 123456.789, 0, 300].map(decimal);
  expect(shown).toEqual(['0.0144', '0.001', '0.3', '0.0000001', '0.0000000015', '1000000', '123456.789', '0', '300']);
  expect(burnPairs.map((pair) => decimal(burnFactor(pair, { kind: 'Rolling', lengthMs: 30 * 86_400_000 })))).toEqual([
    '14.4',
    '6',
    '3',
    '1',
  ]);
});
