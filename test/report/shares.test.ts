/** Of every split that anybody may have set, the bars show each revision's share, and nothing that has none. */
import { describe, expect, test } from 'vitest';
import { shown } from '../../src/decide/view.ts';
import type { Service } from '../../src/facts/service.ts';
import type { Share } from '../../src/facts/split.ts';
import { shares } from '../../src/report/story.ts';
import type { Status } from '../../src/status/status.ts';

const at = '2026-01-05T08:00:00Z';
const revisions = ['api-stable', 'api-candidate', 'api-good', 'api-rejected', 'api-stranger'];
const owned: Share[] = [
  { revision: 'api-stable', percent: 95 },
  { revision: 'api-candidate', percent: 5 },
];

const steady: Status = {
  stable: { revision: 'api-stable', percent: 100 },
  lastGood: { revision: 'api-good', since: at },
  rejected: [{ revision: 'api-rejected', at, reason: 'ErrorRateRegression' }],
  split: [{ revision: 'api-stable', percent: 100 }],
};
const rolling = {
  ...steady,
  split: owned,
  rollout: { candidate: 'api-candidate', control: 'api-stable', stage: 'Ramp', objectives: [] },
} as unknown as Status;
const states = {
  steady,
  rolling,
  'as good as its last good one': { ...steady, lastGood: { revision: 'api-stable', since: at } },
};

/** All ways to give a hundred in parts of twenty to five revisions. */
function splits(left = 5, names = revisions): Share[][] {
  const [revision, ...others] = names;
  if (revision === undefined) return left === 0 ? [[]] : [];
  return Array.from({ length: left + 1 }, (_, parts) => parts).flatMap((parts) =>
    splits(left - parts, others).map((rest) => (parts > 0 ? [{ revision, percent: 20 * parts }, ...rest] : rest)),
  );
}

const service = (traffic: readonly { revision: string | null; percent: number }[]) =>
  ({ traffic, latestServes: 'api-candidate', latestReady: 'api-stranger' }) as unknown as Service;
const statusOf = (state: Status, split: Parameters<typeof service>[0]) => shown(state, service(split), Date.parse(at));

const told = (status: Status) => {
  const lines = shares(status, 80).map((line) => line.trim().split(/\s+/));
  return new Map(lines.map((words) => [words[0]!, Number(words[words.indexOf('%') - 1])]));
};

describe.each(Object.entries(states))('%s', (_, state) => {
  test('every split by another hand is shown as it is', () => {
    for (const split of splits()) {
      const having = [...told(statusOf(state, split))].filter(([, percent]) => percent > 0);
      expect(new Map(having), JSON.stringify(split)).toEqual(
        new Map(split.map(({ revision, percent }) => [revision, percent])),
      );
    }
  });

  test('what follows LATEST is shown as what serves for it', () => {
    for (const split of splits()) {
      const asked = split.map((one) => (one.revision === 'api-candidate' ? { ...one, revision: null } : one));
      expect(told(statusOf(state, asked)), JSON.stringify(split)).toEqual(told(statusOf(state, split)));
    }
  });

  test('what is our own is not told twice', () => {
    expect(statusOf(state, state.split!).traffic).toBeUndefined();
  });
});

test('of more revisions than there is room for, those with the most are told', () => {
  const split = Array.from({ length: 25 }, (_, i) => ({ revision: `api-${i}`, percent: i < 24 ? 3 : 28 }));
  const { traffic } = statusOf(steady, split);
  expect(traffic).toHaveLength(20);
  expect(traffic![0]).toEqual({ revision: 'api-24', percent: 28 });
});

test('and first those that something else is said of', () => {
  const split = Array.from({ length: 25 }, (_, i) => ({ revision: `api-${i}`, percent: i < 24 ? 4 : 1 }));
  const named = { ...steady, lastGood: { revision: 'api-24', since: at } };
  expect(told(statusOf(named, split)).get('api-24')).toBe(1);
});

test('what is split before it is adopted is shown', () => {
  const split = [
    { revision: 'api-a', percent: 50 },
    { revision: 'api-b', percent: 50 },
  ];
  expect(told(statusOf({}, split))).toEqual(
    new Map([
      ['api-a', 50],
      ['api-b', 50],
    ]),
  );
  expect(statusOf({}, [{ revision: 'api-a', percent: 100 }]).traffic).toBeUndefined();
});

test('what an older operator has left behind is not believed', () => {
  const before = statusOf(steady, [
    { revision: 'api-stable', percent: 30 },
    { revision: 'api-stranger', percent: 70 },
  ]);
  const after = { ...before, stable: { revision: 'api-stable', percent: 100 } };
  expect(told(after).get('api-stable')).toBe(100);
  expect(told(after).has('api-stranger')).toBe(false);
});
