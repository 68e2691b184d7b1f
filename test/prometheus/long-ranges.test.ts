import { describe, expect, test } from 'vitest';
import { LongRanges } from '../../src/prometheus/long-ranges.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';

const source = { type: 'Prometheus', address: 'http://prometheus:9090', auth: null } as const;
const hourMs = 3_600_000;
const month = { fromMs: hourMs, toMs: 720 * hourMs, stepMs: hourMs, keep: { fromMs: 0, toMs: 719 * hourMs } };

const tooMuch = () => new PromqlFailure('ProviderError', 'That is too much.', { isPassing: true, isTooMuch: true });
const down = () => new PromqlFailure('ProviderError', 'Nobody is there.', { isPassing: true });

/** Each point says which it is; of every fifth there is no sample. */
function server(fails: (points: number, request: number) => PromqlFailure | null) {
  const asked: [fromMs: number, toMs: number][] = [];
  const client: PromqlClient = {
    instant: () => Promise.reject(new Error('Nobody asks so.')),
    range: async (_source, _query, fromMs, toMs, stepMs): Promise<Matrix> => {
      asked.push([fromMs, toMs]);
      const points = Array.from({ length: (toMs - fromMs) / stepMs + 1 }, (_, i) => fromMs + i * stepMs);
      const failure = fails(points.length, asked.length);
      if (failure) throw failure;
      const shown = points.filter((atMs) => (atMs / stepMs) % 5 !== 0);
      return [{ labels: { job: 'api' }, points: shown.map((atMs) => ({ atMs, value: atMs })) }];
    },
  };
  return { ranges: new LongRanges(client), asked };
}

const whole = new Map(
  Array.from({ length: 720 }, (_, i) => {
    const atMs = (i + 1) * hourMs;
    return [atMs, (i + 1) % 5 === 0 ? [] : [{ labels: { job: 'api' }, value: atMs }]] as const;
  }),
);

describe('what a server bears at once', () => {
  test.each([
    [10_000, 1],
    [720, 1],
    [719, 1 + 4],
    [180, 1 + 4],
    [179, 2 + 16],
    [45, 2 + 16],
    [12, 3 + 60],
    [2, 5 + 720],
    [1, 5 + 720],
  ])('%i points: a month is had by %i questions', async (bears, questions) => {
    const { ranges, asked } = server((points) => (points > bears ? tooMuch() : null));
    expect(await ranges.of(source, 'up', month)).toEqual(whole);
    expect(asked.length).toBe(questions);
  });

  test('not even one: that is said, after six questions', async () => {
    const { ranges, asked } = server(tooMuch);
    await expect(ranges.of(source, 'up', month)).rejects.toThrow('That is too much.');
    expect(asked.length).toBe(6);
    // And then by the least.
    await expect(ranges.of(source, 'up', month)).rejects.toThrow('That is too much.');
    expect(asked.length).toBe(7);
  });

  test('any other failure is nobody’s reason to ask again', async () => {
    const { ranges, asked } = server(down);
    await expect(ranges.of(source, 'up', month)).rejects.toThrow('Nobody is there.');
    expect(asked.length).toBe(1);
  });
});

test.each([1, 2, 3, 9, 17])('what was answered before failure %i is not asked for again', async (place) => {
  let isDown = true;
  const { ranges, asked } = server((points, request) => {
    if (isDown && request > place) return down();
    return points > 50 ? tooMuch() : null;
  });
  await expect(ranges.of(source, 'up', month)).rejects.toThrow('Nobody is there.');
  isDown = false;
  expect(await ranges.of(source, 'up', month)).toEqual(whole);
  // One more than without, for the one that failed, and what the first one leaves for the second.
  const without = 2 + 16 + 1;
  expect(asked.length).toBeLessThanOrEqual(without + 1);
});

test('what may yet be answered otherwise is asked for again, and what nobody wants any more is let go', async () => {
  const { ranges, asked } = server(() => null);
  const question = { ...month, keep: { fromMs: 10 * hourMs, toMs: 700 * hourMs } };
  await ranges.of(source, 'up', question);
  expect(await ranges.of(source, 'up', question)).toEqual(whole);
  expect(asked.slice(1)).toEqual([
    [hourMs, 9 * hourMs],
    [701 * hourMs, 720 * hourMs],
  ]);
});

test('another question, another source, or one that is forgotten, is asked for the whole', async () => {
  const { ranges, asked } = server(() => null);
  const elsewhere = { ...source, address: 'http://another:9090' };
  await ranges.of(source, 'up', month);
  await ranges.of(source, 'down', month);
  await ranges.of(elsewhere, 'up', month);
  ranges.forget(source, 'up');
  await ranges.of(source, 'up', month);
  expect(asked.length).toBe(4);
});

test('two ranges of one question at once lose nothing of each other', async () => {
  const { ranges, asked } = server((points) => (points > 100 ? tooMuch() : null));
  const halves = [
    { ...month, toMs: 360 * hourMs },
    { ...month, fromMs: 361 * hourMs },
  ];
  await Promise.all(halves.map((half) => ranges.of(source, 'up', half)));
  const before = asked.length;
  expect(await ranges.of(source, 'up', { ...month, toMs: 719 * hourMs })).toEqual(
    new Map([...whole].filter(([atMs]) => atMs <= 719 * hourMs)),
  );
  expect(asked.length).toBe(before);
});

test('a range of nothing asks nothing', async () => {
  const { ranges, asked } = server(() => null);
  expect(await ranges.of(source, 'up', { ...month, toMs: 0 })).toEqual(new Map());
  expect(asked).toEqual([]);
});
