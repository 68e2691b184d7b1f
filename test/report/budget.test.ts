/** What a person reads of the error budgets. */
import { expect, test } from 'vitest';
import { story } from '../../src/report/story.ts';
import { ago, nowMs, steady } from './statuses.ts';

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
