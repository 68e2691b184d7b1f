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
  /** The whole, quarters until it bears them, and now and then twice as many, which it may not bear. */
  test.each([10_000, 720, 719, 180, 179, 100, 45, 12, 2, 1])(
    '%i points: a month is had by few questions more than it takes',
    async (bears) => {
      const { ranges, asked } = server((points) => (points > bears ? tooMuch() : null));
      expect(await ranges.of(source, 'up', month)).toEqual(whole);
      const fewest = Math.ceil(720 / bears);
      expect(asked.length).toBeLessThanOrEqual(fewest === 1 ? 1 : 3 * fewest + 6);
    },
  );

  test('nothing while it hangs: a few dozen questions bring the month afterwards', async () => {
    const { ranges, asked } = server((_, request) => (request <= 5 ? tooMuch() : null));
    expect(await ranges.of(source, 'up', month)).toEqual(whole);
    expect(asked.length).toBeLessThan(50);
  });

  test('not even one: that is said, after six questions, each time', async () => {
    const { ranges, asked } = server(tooMuch);
    for (const times of [1, 2, 3]) {
      await expect(ranges.of(source, 'up', month)).rejects.toThrow('That is too much.');
      expect(asked.length).toBe(6 * times);
    }
  });

  test('any other failure is nobody’s reason to ask again', async () => {
    const { ranges, asked } = server(down);
    await expect(ranges.of(source, 'up', month)).rejects.toThrow('Nobody is there.');
    expect(asked.length).toBe(1);
  });
});

test('of more months than are kept at once each is had in the end', async () => {
  const months = 500;
  let left = 0;
  const { ranges } = server((points) => (left-- <= 0 ? down() : points > 100 ? tooMuch() : null));
  const had = new Set<number>();
  let looks = 0;
  for (; had.size < months && looks < 40; looks++) {
    for (let i = 0; i < months; i++) {
      if (had.has(i)) continue;
      left = 6;
      await ranges.of(source, `up${i}`, month).then(
        () => had.add(i) && ranges.forget(source, `up${i}`),
        () => undefined,
      );
    }
  }
  expect(had.size).toBe(months);
  expect(looks).toBeLessThan(20);
});

test('what nobody comes back for makes room after six hours', async () => {
  const { ranges, asked } = server((_, request) => (request === 2 ? down() : null));
  const halves = { ...month, toMs: 3_000 * hourMs, keep: { fromMs: 0, toMs: 3_000 * hourMs } };
  await expect(ranges.of(source, 'up', halves)).rejects.toThrow('Nobody is there.');
  await ranges.of(source, 'other', {
    ...month,
    toMs: 3_007 * hourMs,
    fromMs: 3_007 * hourMs,
    keep: { fromMs: 0, toMs: 3_007 * hourMs },
  });
  const before = asked.length;
  await ranges.of(source, 'up', halves);
  expect(asked.length - before).toBe(2);
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
  const without = server((points) => (points > 50 ? tooMuch() : null));
  await without.ranges.of(source, 'up', month);
  // The one that failed, and what is learnt anew where nothing was answered before it.
  expect(asked.length).toBeLessThanOrEqual(without.asked.length + 1 + place);
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
