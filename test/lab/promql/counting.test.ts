/** The expression by which counts between two instants are taken from counters that are born, reset and die. */
import { describe, expect, test } from 'vitest';
import { range } from '../../../src/lab/promql/query.ts';
import { ask, rising, storeOf } from './ask.ts';

const counts = (before: string, young: string): string =>
  `sum by (revision_name, response_code_class) (((m - (${before})) >= 0) or (m and (${before})) or m{revision_name=~"${young}"})`;
const oneMinuteAgo = 'm offset 60s';
const lastSeen = 'last_over_time(m[1h] offset 60s)';

const r = (revision: string, code = '2xx', instance = '1') =>
  `m{revision_name="${revision}",response_code_class="${code}",instance="${instance}"}`;

describe('Counts of the last minute', () => {
  const store = storeOf(
    {
      [r('old')]: rising(61, 10),
      [r('old', '2xx', '2')]: rising(61, 1),
      [r('old', '5xx')]: Array.from({ length: 61 }, () => 7),
      // Reset between minutes 59 and 60.
      [r('reset')]: [...rising(60, 10), 4],
      // Born at minute 60, and at minute 59.
      [r('new')]: [...Array.from({ length: 60 }, () => null), 50],
      [r('new', '5xx')]: [...Array.from({ length: 59 }, () => null), 3, 8],
      [r('unknown')]: [...Array.from({ length: 60 }, () => null), 50],
      // Last seen at minutes 57 and 50.
      [r('dying')]: rising(58, 10),
      [r('dead')]: rising(51, 10),
    },
    60_000,
  );
  const nowMs = 60 * 60_000;
  const key = (revision: string, code = '2xx') => `{response_code_class="${code}", revision_name="${revision}"}`;

  test.for<[string, string]>([
    ['an instant selector', oneMinuteAgo],
    ['the last sample of an hour', lastSeen],
  ])('with %s before: what grew, what was reset, what is young; nothing of what is gone or strange', ([, before]) => {
    expect(ask(store, counts(before, 'new|other'), nowMs)).toEqual({
      [key('old')]: 11,
      [key('old', '5xx')]: 0,
      [key('reset')]: 4,
      [key('new')]: 50,
      [key('new', '5xx')]: 5,
      [key('dying')]: 0,
    });
  });

  test('after a gap longer than the lookback, only the last sample of an hour knows what was counted before', () => {
    const gap = storeOf({ [r('old')]: [...rising(50, 10), ...Array.from({ length: 10 }, () => null), 600] }, 60_000);
    expect(ask(gap, counts(oneMinuteAgo, 'none'), nowMs)).toEqual({});
    expect(ask(gap, counts(lastSeen, 'none'), nowMs)).toEqual({ [key('old')]: 600 - 490 });
  });

  test('a name that is only part of a young one is not young', () => {
    expect(ask(store, counts(oneMinuteAgo, 'ne|w'), nowMs)).not.toHaveProperty([key('new')]);
  });

  test('minute by minute they add up to what was counted', () => {
    const { result } = range(store, counts(oneMinuteAgo, 'new'), 60_000, nowMs, 60_000);
    const total = (revision: string) =>
      result
        .filter(({ metric }) => metric.revision_name === revision && metric.response_code_class === '2xx')
        .flatMap(({ samples }) => samples)
        .reduce((sum, [, value]) => sum + value, 0);
    expect({ old: total('old'), reset: total('reset'), new: total('new') }).toEqual({ old: 660, reset: 594, new: 50 });
  });
});
