import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../src/lab/promql/select/filter.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';

const everything = parseFilter('{__name__=~".+"}');

/** All samples of a metric that the store still holds, by label key. */
function contents(store: SeriesStore, query = '{__name__=~".+"}'): Record<string, [number, number][]> {
  const all = store.select(parseFilter(query)).flatMap(({ series }) => series);
  return Object.fromEntries(
    all.map(({ name, labels, times, values, from, to }) => [
      `${name}${labels.key}`,
      Array.from(times.subarray(from, to), (time, index) => [time, values[from + index]!] as [number, number]),
    ]),
  );
}

describe('A series store', () => {
  test('gives the same handle for the same name and labels, in whatever order they are written', () => {
    const store = new SeriesStore();
    expect(store.series('m', { a: '1', b: '2' })).toBe(store.series('m', { b: '2', a: '1' }));
    expect(store.series('m', { a: '1', b: '' })).toBe(store.series('m', { a: '1' }));
    expect(store.series('m', { a: '1' })).not.toBe(store.series('m', { a: '2' }));
    expect(store.series('m', { a: '1' })).not.toBe(store.series('n', { a: '1' }));
  });

  test('tells label sets apart whose texts run together', () => {
    const store = new SeriesStore();
    expect(store.series('m', { a: 'b","c":"d' })).not.toBe(store.series('m', { a: 'b', c: 'd' }));
  });

  test('keeps what is appended, through every growth', () => {
    const store = new SeriesStore();
    const series = store.series('m', { a: '1' });
    for (let at = 0; at < 1000; at++) series.append(at * 15, at);
    expect(contents(store)).toEqual({ 'm[["a","1"]]': Array.from({ length: 1000 }, (_, at) => [at * 15, at]) });
  });

  test.for([10, 9, Number.NaN])('refuses a sample at %d after one at 10', (atMs) => {
    const series = new SeriesStore().series('m', {});
    series.append(10, 1);
    expect(() => series.append(atMs, 2)).toThrow(RangeError);
  });

  test('refuses to go back even after everything was dropped', () => {
    const store = new SeriesStore();
    const series = store.series('m', {});
    series.append(10, 1);
    store.drop(100);
    expect(() => series.append(10, 2)).toThrow(RangeError);
  });

  test('shows a series from its first sample on, and no longer than its last', () => {
    const store = new SeriesStore();
    const series = store.series('m', {});
    expect(store.select(everything)).toEqual([]);
    series.append(10, 1);
    expect(contents(store)).toEqual({ 'm[]': [[10, 1]] });
    store.drop(11);
    expect(store.select(everything)).toEqual([]);
    series.append(20, 2);
    expect(contents(store)).toEqual({ 'm[]': [[20, 2]] });
  });

  test('keeps a sample exactly as old as it is told to keep', () => {
    const store = new SeriesStore();
    const series = store.series('m', {});
    for (const at of [10, 20, 30]) series.append(at, at);
    store.drop(20);
    expect(contents(store)).toEqual({
      'm[]': [
        [20, 20],
        [30, 30],
      ],
    });
  });

  test('does not let two handles write one series', () => {
    const store = new SeriesStore();
    const old = store.series('m', {});
    old.append(10, 1);
    store.drop(11);
    store.series('m', {}).append(20, 2);
    expect(() => old.append(30, 3)).toThrow('dropped');
  });

  test('answers the same filter anew when a series came or went', () => {
    const store = new SeriesStore();
    const filter = parseFilter('m');
    const names = () => store.select(filter).flatMap(({ series }) => series.map(({ labels }) => labels.get('a')));
    store.series('m', { a: '1' }).append(10, 1);
    expect(names()).toEqual(['1']);
    store.series('m', { a: '2' }).append(20, 1);
    expect(names()).toEqual(['1', '2']);
    store.drop(15);
    expect(names()).toEqual(['2']);
  });

  test('takes no more memory for a week than for an hour', () => {
    const store = new SeriesStore();
    const series = store.series('m', {});
    for (let minute = 0; minute < 7 * 24 * 60; minute++) {
      series.append(minute * 60_000, minute);
      store.drop((minute - 60) * 60_000);
    }
    const [
      {
        series: [kept],
      } = { series: [] },
    ] = store.select(everything);
    expect(kept!.to - kept!.from).toBe(61);
    expect(kept!.times.length).toBeLessThanOrEqual(128);
  });

  test('finds samples by time as a scan would, whatever was dropped', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: -10, max: 3000 }),
        fc.integer({ min: -10, max: 3000 }),
        (lengths, dropMs, ms) => {
          const store = new SeriesStore();
          const handle = store.series('m', {});
          let atMs = 0;
          const all = lengths.map((gap) => (atMs += gap));
          for (const at of all) handle.append(at, at);
          store.drop(dropMs);
          const kept = all.filter((at) => at >= dropMs);
          const [series] = store.select(everything).flatMap((selection) => selection.series);
          expect(series === undefined).toBe(kept.length === 0);
          if (series === undefined) return;
          const before = kept.filter((at) => at <= ms);
          const last = series.lastAtOrBefore(ms);
          expect(last < series.from ? undefined : series.times[last]).toBe(before.at(-1));
          const first = series.firstAtOrAfter(ms);
          expect(first === series.to ? undefined : series.times[first]).toBe(kept.find((at) => at >= ms));
        },
      ),
    );
  });
});
