import { describe, expect, test } from 'vitest';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { fitted, folded, givingWay, linesWithin, tableFor } from '../../src/report/fit.ts';
import { objectives } from '../../src/report/objectives.ts';
import { sentences, story } from '../../src/report/story.ts';
import { table, tableWithin } from '../../src/report/table.ts';
import { fullness } from '../../src/report/tuning.ts';
import type { Status } from '../../src/status/status.ts';
import { ago, fresh, noData, nowMs, old, policy, ramping, row, saturated, steady } from './statuses.ts';

/** As long as Kubernetes and Cloud Run allow them, and different only at their end. */
const longest = (end: string): string => `${'a-very-long-name-that-somebody-thought-of-'.padEnd(62, 'x')}${end}`;
const names = [longest('1'), longest('2')] as const;
const burn = { '1h': 1.3, '6h': 0.94, '3d': 0.4 };
const budget = (objective: string) => ({
  objective,
  window: '30d',
  remainingPercent: 43.2,
  remaining: '43.2 %',
  bad: 568,
  total: 1_000_000,
  until: ago(1),
  burn,
});

const withNames = (first: string, second: string): Status => ({
  ...ramping,
  stable: { revision: first, percent: 95 },
  lastGood: { revision: first, since: ago(90) },
  candidate: { revision: second, percent: 5, since: ago(12) },
  objectives: [row(first), noData(second, 'InsufficientSamples')],
  budget: [budget(first), budget(second)],
});
const statuses: Readonly<Record<string, Status>> = {
  ramping,
  steady,
  saturated,
  'rolled back': { ...steady, rejected: [{ revision: fresh, at: ago(9), reason: 'ErrorRateRegression' }] },
  'with budgets': { ...ramping, budget: [budget('availability'), budget('latency')] },
  'with the longest names': withNames(...names),
  'held with the longest names': {
    ...withNames(...names),
    phase: 'Held',
    hold: { reason: 'InsufficientSamples', message: 'x', since: ago(200), paged: true },
  },
};
const widths = [60, 72, 80, 100, 120];
const grid = Object.entries(statuses).flatMap(([what, status]) =>
  widths.map((columns) => [what, columns, status] as const),
);
const tooLong = (lines: readonly string[], columns: number) => lines.filter((line) => line.length > columns);
/** What was folded, unfolded. */
const said = (lines: readonly string[]): string => lines.join('').replace(/\s+/g, '');

describe.each(grid)('of a service that is %s, on %d columns', (_, columns, status) => {
  const mine = [status.stable?.revision, ...(status.objectives ?? []).map(({ name }) => name)].map(String);

  test('status fits, and names everything in full', () => {
    for (const name of ['api', names[0]]) {
      const lines = story({ name, status }, nowMs, columns);
      expect(tooLong(lines, columns)).toEqual([]);
      for (const part of [name, ...mine]) expect(said(lines)).toContain(part);
    }
  });

  test('why fits', () => {
    const lines = [...objectives(status, columns), ...fullness(status, columns)];
    expect(tooLong(lines, columns)).toEqual([]);
    expect(tooLong(folded(sentences({ name: 'api', status }, nowMs, columns), columns), columns)).toEqual([]);
  });
});

test('where nothing is a terminal, no column of status gives way, however long the names are', () => {
  const lines = story({ name: 'api', status: withNames(...names) }, nowMs);
  expect(lines.find((line) => line.includes('OBJECTIVE'))).toMatch(/BAD IN STABLE +LIMIT +ODDS +VERDICT/);
  expect(lines).toContain(
    `  ${names[0]}, 30d  ████████▋             43.2 %  of the budget left, burn rate 1.3 (1h), 0.94 (6h), 0.4 (3d)`,
  );
});

const conditions: Status['conditions'] = ['Saturated', 'ConnectionCeiling', 'MemoryLost'].map((reason, i) => ({
  type: ['SaturationWithinTarget', 'ConnectionCeilingExceeded', 'MemoryIntact'][i]!,
  status: i === 1 ? 'True' : 'False',
  reason,
  message: 'x',
  lastTransitionTime: ago(5),
}));
const troubled: Status = {
  ...withNames(old, fresh),
  conditions,
  saturation: { ...saturated.saturation!, worst: 'mem 87 %' },
};
const usual: StoredPolicy[] = [
  policy('api', { status: ramping }),
  policy('full', { status: troubled }),
  policy('wrong', { spec: { objectives: [] } }),
];
const elsewhere = policy('api', { namespace: 'web', status: steady });
const lists: Readonly<Record<string, readonly StoredPolicy[]>> = {
  'one namespace': usual,
  'two namespaces': [...usual, elsewhere],
  'the longest names': [...usual, ...names.map((name) => policy(name, { namespace: name, status: troubled }))],
};

describe.each(Object.entries(lists).flatMap(([what, list]) => widths.map((columns) => [what, columns, list] as const)))(
  'a list of %s on %d columns',
  (_, columns, list) => {
    const lines = table(list, nowMs, columns);

    test('fits, and names every policy so that it can be told from the others', () => {
      expect(tooLong(lines, columns)).toEqual([]);
      const namespaces = new Set(list.map(({ key }) => key.namespace));
      for (const { key } of list) {
        expect(said(lines)).toContain(key.name);
        if (namespaces.size > 1) expect(said(lines)).toContain(`${key.namespace}${key.name}`);
      }
    });

    test('says how each stands, what is not fine, and what there was no room for', () => {
      const whole = lines.join('\n');
      for (const part of ['Ramping', '5 %', 'Saturated', 'InvalidSpec']) expect(whole).toContain(part);
      const isWhole = said(lines).includes('AGE') && !whole.includes('No room');
      expect(isWhole || /^No room for /m.test(whole)).toBe(true);
    });

    test.each([3, 6, 12, 19, 23])('takes no more than %d rows, and says how many are not shown', (rows) => {
      const many = [...list, ...Array.from({ length: 30 }, (_, i) => policy(`service-${i}`))];
      const within = tableWithin(many, nowMs, columns, rows);
      expect(within.length).toBeLessThanOrEqual(rows);
      expect(tooLong(within, columns)).toEqual([]);
      const shown = many.filter(({ key }) => said(within).includes(key.name)).length;
      const more = Number(/… (\d+) more/.exec(within.join(' '))?.[1]);
      expect(more).toBeGreaterThanOrEqual(many.length - shown);
      expect(more).toBeLessThanOrEqual(many.length);
    });
  },
);

test('a list is a line a policy at 80 and at 60 columns, with what matters most', () => {
  const drawn = (columns: number) => `\n${table(usual, nowMs, columns).join('\n')}\n`;
  expect(drawn(80)).toBe(`
NAME   PHASE        CANDIDATE      WEIGHT  VERDICT  BUDGET  TROUBLE
api    Ramping      api-00002-bbb     5 %  Healthy
full   Ramping      api-00002-bbb     5 %  Healthy  43.2 %  Saturated +2
wrong  InvalidSpec                                          InvalidSpec
No room for NAMESPACE, SERVICE, LAST GOOD, SATURATION and AGE: a wider window
shows them, or a pipe.
`);
  expect(drawn(60)).toBe(`
NAME   PHASE        WEIGHT  VERDICT  TROUBLE
api    Ramping         5 %  Healthy
full   Ramping         5 %  Healthy  Saturated +2
wrong  InvalidSpec                   InvalidSpec
No room for NAMESPACE, SERVICE, CANDIDATE, LAST GOOD,
BUDGET, SATURATION and AGE: a wider window shows them, or a
pipe.
`);
});

test('what a window has no rows for is counted, and what of it is in trouble', () => {
  expect(tableWithin([elsewhere, ...usual], nowMs, 100, 4).at(-1)).toBe(
    '… 2 more, 2 of them with a TROUBLE: a higher window shows them.',
  );
  expect(linesWithin(['a', 'b', 'c', 'd'], 60, 3)).toEqual(['a', 'b', '… 2 more lines: a higher window shows them.']);
  expect(linesWithin(['a', 'b', 'c'], 60, 3)).toEqual(['a', 'b', 'c']);
});

describe('a table', () => {
  const wide = { heading: ['NAME', 'LUXURY', 'COUNT'], rows: [['one', 'x'.repeat(30), '1']], right: ['COUNT'] };

  test('gives way a column at a time, and then has its names above the rest', () => {
    const at = (columns: number) => fitted(givingWay(wide, ['LUXURY']), columns).lines;
    expect(at(80)).toHaveLength(2);
    expect(at(20)).toEqual(['NAME  COUNT', 'one       1']);
    expect(at(9)).toEqual(['NAME', '  COUNT', 'one', '      1']);
  });

  test('says in a terminal what it left out, and elsewhere leaves nothing out', () => {
    expect(tableFor({ isTTY: true, columns: 40 }, wide, ['LUXURY']).join(' ')).toContain('No room for LUXURY');
    expect(tableFor({}, wide, ['LUXURY']).join('\n')).toContain('LUXURY');
    expect(tableFor({ isTTY: true, columns: 0 }, wide, ['LUXURY']).join('\n')).toContain('xxx');
  });
});
