/** Exporters that change in mid-rollout: nothing that ends, comes late or is named anew is taken for a count. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SeriesStore } from '../../src/lab/series/store.ts';
import { minutes, ramping, type StageOptions, startMs } from './stage.ts';

type Labels = Readonly<Record<string, string>>;
/** What becomes of a sample of the app's: null, it is not there. */
type Change = (name: string, labels: Labels, atMs: number) => { name?: string; labels?: Labels } | null;

/** From the given minute on, for what `isMeant`. */
function exporting(fromMinute: number, isMeant: (name: string, labels: Labels) => boolean, change: Change): void {
  const series = SeriesStore.prototype.series;
  vi.spyOn(SeriesStore.prototype, 'series').mockImplementation(function (this: SeriesStore, name, labels) {
    if (name.startsWith('run_') || !isMeant(name, labels)) return series.call(this, name, labels);
    return {
      append: (atMs: number, value: number) => {
        const to = atMs < startMs + minutes(fromMinute) ? {} : change(name, labels, atMs);
        if (to) series.call(this, to.name ?? name, to.labels ?? labels).append(atMs, value);
      },
    } as ReturnType<SeriesStore['series']>;
  });
}

afterEach(() => vi.restoreAllMocks());

const sum = (selector: string): string => `sum(rate(${selector}[5m]))`;
const all = sum('http_requests_total{job="api"}');
const own = (query: string, targetPercent = 99.9, more: readonly object[] = []): StageOptions => ({
  rps: 100,
  spec: { objectives: [{ name: 'own', targetPercent, indicator: { ratio: { query } } }, ...more] },
});
const errors = own(`${sum('http_requests_total{job="api",status=~"5.."}')} / ${all}`);
const goods = own(`${sum('http_requests_total{job="api",status=~"2.."}')} / ${all}`);
const others = own(`${sum('http_requests_total{job="api",status!~"5.."}')} / ${all}`);
const duration = 'http_server_duration_seconds';
const fast = own(`1 - ${sum(`${duration}_bucket{job="api",le="0.3"}`)} / ${sum(`${duration}_count{job="api"}`)}`, 95);
const latency: StageOptions = {
  rps: 100,
  spec: {
    objectives: [
      {
        name: 'own',
        indicator: {
          latency: {
            threshold: '300ms',
            query: `histogram_quantile(0.95, sum by (le) (rate(${duration}_bucket{job="api"}[5m])))`,
          },
        },
      },
    ],
  },
};

const isCandidate = (labels: Labels) => labels.revision_name !== 'api-00001-aaa';
const isStable = (labels: Labels) => !isCandidate(labels);
const asCode: Change = (_, { status, ...labels }) => ({ labels: { ...labels, ...(status && { code: status }) } });

describe('In mid-rollout', () => {
  test.each<[string, StageOptions, () => void]>([
    [
      'a bucket ends',
      fast,
      () =>
        exporting(
          4,
          (_, l) => isCandidate(l) && l.le === '0.3',
          () => null,
        ),
    ],
    [
      'a bucket ends, of a latency',
      latency,
      () =>
        exporting(
          4,
          (_, l) => isCandidate(l) && l.le === '0.3',
          () => null,
        ),
    ],
    [
      'a label is named anew, of errors',
      errors,
      () => exporting(4, (n, l) => isCandidate(l) && n === 'http_requests_total', asCode),
    ],
    [
      'a label is named anew, of good ones',
      goods,
      () => exporting(4, (n, l) => isCandidate(l) && n === 'http_requests_total', asCode),
    ],
    [
      'a label is named anew, of what it leaves out',
      others,
      () => exporting(4, (n, l) => isCandidate(l) && n === 'http_requests_total', asCode),
    ],
    [
      'the stable names a label anew',
      goods,
      () => exporting(4, (n, l) => isStable(l) && n === 'http_requests_total', asCode),
    ],
  ])('%s: a healthy candidate is not rolled back', async (_, options, change) => {
    change();
    const { stage } = await ramping(options);
    await stage.run(40);
    expect(stage.status.rejected ?? []).toEqual([]);
    expect(stage.status.hold?.message).toMatch(/that is missing, not zero|cannot be compared/);
  });

  test.each<[string, StageOptions, () => void]>([
    [
      'a label is named anew, of errors',
      errors,
      () => exporting(4, (n, l) => isCandidate(l) && n === 'http_requests_total', asCode),
    ],
    [
      'a label is named anew, of what it leaves out',
      others,
      () => exporting(4, (n, l) => isCandidate(l) && n === 'http_requests_total', asCode),
    ],
    ['in both', errors, () => exporting(4, (n) => n === 'http_requests_total', asCode)],
    [
      'the stable shows nothing any more',
      errors,
      () =>
        exporting(
          4,
          (n, l) => isStable(l) && n === 'http_requests_total',
          () => null,
        ),
    ],
  ])('%s: a bad candidate is not promoted', async (_, options, change) => {
    change();
    const { stage, candidate } = await ramping(options);
    await stage.run(3);
    stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 8 });
    await stage.run(90);
    expect(stage.status.stable?.revision).not.toBe(candidate);
    expect(stage.status.candidate?.percent ?? 0).toBeLessThan(50);
  });

  test('a bucket that comes back is counted from there on', async () => {
    exporting(
      0,
      (_, l) => isCandidate(l) && l.le === '0.3',
      (_, __, atMs) => (atMs < startMs + minutes(20) ? null : {}),
    );
    const { stage, candidate } = await ramping(fast);
    await stage.run(18);
    expect(stage.status.hold?.message).toContain('that is missing, not zero');
    await stage.until(({ stable }) => stable?.revision === candidate, 60);
  });
});

test.each([20, 60, 120])('errors that come %d s later than the requests are waited for', async (seconds) => {
  const series = SeriesStore.prototype.series;
  const late: { readonly atMs: number; readonly write: () => void }[] = [];
  vi.spyOn(SeriesStore.prototype, 'series').mockImplementation(function (this: SeriesStore, name, labels) {
    const real = series.call(this, name, labels);
    if (name !== 'http_requests_total') return real;
    const twin = labels.status === '500' ? series.call(this, 'late_errors_total', labels) : null;
    return {
      append: (atMs: number, value: number) => {
        while (late[0] && late[0].atMs + seconds * 1000 <= atMs) late.shift()!.write();
        if (twin) late.push({ atMs, write: () => twin.append(atMs, value) });
        real.append(atMs, value);
      },
    } as ReturnType<SeriesStore['series']>;
  });
  const { stage, candidate } = await ramping(own(`${sum('late_errors_total{job="api",status="500"}')} / ${all}`), {
    LAB_ERROR_PERCENT: '8',
  });
  await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 20);
});

test('a revision that nobody compares does not move the boundary', async () => {
  const { stage, stable, candidate } = await ramping(latency, { LAB_LATENCY_MS: '200/700/1200' });
  const third = stage.world.store.series(`${duration}_bucket`, {
    job: 'api',
    instance: 'x',
    revision_name: 'api-00000-old',
    le: '10',
  });
  for (let minute = -20; minute < 60; minute++) third.append(startMs + minutes(minute), 5);
  await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 20);
  expect(stage.traffic).toBe(`${stable}=100`);
});
