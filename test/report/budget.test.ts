/** What a person reads of the error budgets. */
import { expect, test } from 'vitest';
import { story } from '../../src/report/story.ts';
import { ago, nowMs, policy, steady } from './statuses.ts';

const row = (objective: string, remainingPercent: number, burn: Record<string, number>) => ({
  objective,
  window: '30d',
  remainingPercent,
  remaining: `${remainingPercent} %`,
  burn,
  bad: 1,
  total: 1000,
  until: ago(10),
});

test('a line a budget, with how fast it goes', () => {
  const budget = [row('availability', -12, { '5m': 0, '1h': 1.34, '6h': 0.5, '3d': 14.04 }), row('latency', 75, {})];
  const lines = story({ name: 'api', status: { ...steady, budget } }, nowMs).filter((line) => line.includes('30d'));
  expect(`\n${lines.join('\n')}\n`).toBe(`
  availability, 30d                        -12 %  of the budget left, burn rate 1.3 (1h), 0.5 (6h), 14 (3d)
  latency, 30d       ███████████████        75 %  of the budget left
`);
});

/** The lines of budgets of which this is told. */
const linesOf = (one: object, spec: object = {}): string =>
  story(
    {
      name: 'api',
      status: { ...steady, budget: [{ ...row('availability', 56.1, burn), ...one }] },
      spec: policy('api', { spec }).spec,
    },
    nowMs,
  )
    .filter((line) => line.includes('availability, '))
    .map((line) => line.replace(/^.*56.1 % {2}/, ''))
    .join();
const burn = { '1h': 1, '6h': 2, '3d': 3 };
const days = 24 * 60;
const all = 'of the budget left, burn rate 1 (1h), 2 (6h), 3 (3d)';
const month = { window: { calendar: 'Month', timeZone: 'Asia/Tokyo' } };

/** `nowMs` is the 5th of January, 03:00; in Tokyo the month began four days and twelve hours ago. */
test.each([
  [
    'a service twenty minutes old',
    { since: ago(30) },
    {},
    'of the budget left, counting the last 20 min, burn rate 1 (1h)',
  ],
  ['one an hour old', { since: ago(70) }, {}, 'of the budget left, counting the last 60 min, burn rate 1 (1h)'],
  ['one two hours old', { since: ago(130) }, {}, 'of the budget left, counting the last 2 h, burn rate 1 (1h), 2 (6h)'],
  [
    'one four days old',
    { since: ago(4 * days + 10) },
    {},
    `of the budget left, counting the last 4 days${all.slice(18)}`,
  ],
  ['one nearly as old as the window', { since: ago(29.8 * days) }, {}, all],
  ['one as old as the window', { since: ago(30 * days + 10) }, {}, all],
  ['one in which nothing was counted', {}, {}, all],
  ['a shorter window that is full', { window: '7d', since: ago(7 * days + 10) }, { window: '7d' }, all],
  [
    'a shorter window that is not',
    { window: '7d', since: ago(10) },
    { window: '7d' },
    'of the budget left, counting the last 0 s',
  ],
  ['a month from its beginning', { window: 'Month', since: ago(4.5 * days) }, month, all],
  [
    'a month from later on',
    { window: 'Month', since: ago(2 * days + 10) },
    month,
    `of the budget left, counting the last 2 days${all.slice(18)}`,
  ],
  ['a month by a policy that has another window by now', { window: 'Month', since: ago(60) }, {}, all],
  [
    'a window by a policy that cannot be obeyed',
    { since: ago(30) },
    { objectives: [] },
    'of the budget left, counting the last 20 min, burn rate 1 (1h)',
  ],
])('of %s it is said of how much it is', (_, one, spec, text) => {
  expect(linesOf(one, spec)).toBe(text);
});
