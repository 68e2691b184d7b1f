/**
 * Error budgets by the operator's own counting, held against a sum over the very events: five weeks of a service, through the
 * lab's PromQL, as Google keeps them and as a plain Prometheus does.
 */
import { describe, expect, test } from 'vitest';
import { figuresOf, remainingPercent } from '../../src/decide/budget/arithmetic.ts';
import { questionOf } from '../../src/decide/budget/asked.ts';
import type { BudgetCell } from '../../src/facts/budget.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { burnWindowsMs, lengthText, windowStart } from '../../src/policy/window.ts';
import { Budgets } from '../../src/prometheus/budget.ts';
import { KnownSeries } from '../../src/prometheus/known-series.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { Paths } from '../../src/prometheus/paths.ts';
import { type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import { Random } from '../../src/scenario/random.ts';
import { validPolicy } from '../policy/valid.ts';
import { oneIn } from '../whole.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The clocks of Berlin are put forward on the 29th of March. */
const startMs = Date.parse('2026-02-25T00:00:00Z');
const days = 37;

/** What happened in the minute that ended so many minutes after the start. */
interface Minute {
  readonly total: number;
  readonly bad: number;
}

/** A busy hour a day, some of them broken, quiet otherwise; a night without anybody, and an outage of half an hour. */
function life(): Minute[] {
  const random = new Random(17, 'budget');
  return Array.from({ length: (days * dayMs) / minuteMs }, (_, i) => {
    const [day, hour] = [Math.floor(i / 1440), Math.floor(i / 60) % 24];
    if (day === 20 && hour < 6) return { total: 0, bad: 0 };
    const total = Math.round((hour === 12 ? 1000 : 10) * 60 * (0.8 + 0.4 * random.next()));
    const rate = day === 33 && hour === 3 && i % 60 < 30 ? 1 : hour === 12 && day % 5 === 0 ? 0.05 : 0.0002;
    return { total, bad: Math.min(total, Math.round(total * rate * 2 * random.next())) };
  });
}

const minutes = life();

const labels = {
  monitored_resource: 'cloud_run_revision',
  project_id: 'acme',
  location: 'europe-west1',
  service_name: 'api',
};

/** Two revisions, one after the other, as Cloud Run counts them; and the app's own counters of two instances that live on. */
function stored(): SeriesStore {
  const store = new SeriesStore();
  const counter = (name: string, more: Record<string, string>) => {
    const series = store.series(name, more);
    let value = 0;
    return (atMs: number, by: number) => {
      value += by;
      series.append(atMs, value);
    };
  };
  const platform = ['old', 'new'].map((revision_name) =>
    ['2xx', '5xx'].map((response_code_class) =>
      counter('run_googleapis_com:request_count', { ...labels, revision_name, response_code_class }),
    ),
  );
  const apps = ['a', 'b'].map((instance) => ({
    total: counter('http_requests_total', { instance, revision_name: 'old' }),
    bad: counter('http_failures_total', { instance, revision_name: 'old' }),
  }));
  // Of each route all that is bad is slower than a second; the health checks are slow, always.
  const routes = ['/', '/healthz'].map((route) =>
    ['0.3', '1.0', '+Inf'].map((le) =>
      counter('http_duration_seconds_bucket', { instance: 'a', revision_name: 'old', route, le }),
    ),
  );
  for (const buckets of routes) for (const count of buckets) count(startMs, 0);
  for (const revision of platform) for (const count of revision) count(startMs, 0);
  for (const app of apps) for (const count of Object.values(app)) count(startMs, 0);
  for (const [i, { total, bad }] of minutes.entries()) {
    const atMs = startMs + (i + 1) * minuteMs;
    // The second revision is born in mid-window.
    const [good, failed] = platform[i < 15 * 1440 ? 0 : 1]!;
    good!(atMs, total - bad);
    failed!(atMs, bad);
    for (const [place, count] of routes[0]!.entries()) count(atMs, place === 2 ? total : total - bad);
    for (const [place, count] of routes[1]!.entries()) count(atMs, place === 2 ? 50 : 0);
    const ofOne = { total: Math.floor(total / 3), bad: Math.min(Math.floor(total / 3), Math.floor(bad / 2)) };
    apps[0]!.total(atMs, ofOne.total);
    apps[0]!.bad(atMs, ofOne.bad);
    apps[1]!.total(atMs, total - ofOne.total);
    apps[1]!.bad(atMs, bad - ofOne.bad);
  }
  return store;
}

const store = stored();

const availability = { name: 'availability', targetPercent: 99.9 };
const own = {
  name: 'own',
  targetPercent: 99.5,
  indicator: { ratio: { bad: 'http_failures_total', total: 'http_requests_total' } },
};
const slices = { ...own, name: 'slices', timeSlice: '5m' };
const latency = {
  name: 'latency',
  targetPercent: 99.5,
  indicator: {
    latency: {
      threshold: '300ms',
      query: 'histogram_quantile(0.95, sum by (le) (rate(http_duration_seconds_bucket[5m])))',
      excludePaths: ['/healthz'],
    },
  },
};
const plain = { metrics: { type: 'Prometheus', address: 'http://prometheus:9090', revisionLabel: 'revision_name' } };

/** The sum over what really happened. */
function happened(fromMs: number, toMs: number): Minute {
  const first = Math.max(0, Math.round((fromMs - startMs) / minuteMs));
  return summed(minutes.slice(first, Math.max(first, Math.round((toMs - startMs) / minuteMs))));
}

const summed = (all: readonly Minute[]): Minute =>
  all.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), { total: 0, bad: 0 });

/** The same in slices, a bad one where more was bad than the target allows. */
function slicesOf(fromMs: number, toMs: number, allowed: number): Minute {
  const all: Minute[] = [];
  for (let atMs = Math.max(fromMs, startMs); atMs < toMs; atMs += 5 * minuteMs) {
    const { total, bad } = happened(atMs, atMs + 5 * minuteMs);
    if (total > 0) all.push({ total: 1, bad: bad > allowed * total ? 1 : 0 });
  }
  return summed(all);
}

function counting() {
  const promql = labPromql(store);
  let [requests, points] = [0, 0];
  const client: PromqlClient = {
    instant: (...question) => promql.instant(...question),
    range: (source, query, from, to, step) => {
      requests++;
      points += (to - from) / step + 1;
      return promql.range(source, query, from, to, step);
    },
  };
  return { metrics: new PromqlMetrics(client), asked: () => ({ requests, points }) };
}

async function cellsOf(metrics: PromqlMetrics, policy: Policy, toMs: number) {
  const { metrics: source, service, revisionLabel } = policy;
  const answer = await metrics.budget({ source, service, revisionLabel, ...questionOf(policy, toMs) });
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  return Object.fromEntries(
    Object.entries(answer.value.byObjective).map(([name, one]) => {
      if (one.kind === 'Unknown') throw new Error(one.message);
      return [name, one.value];
    }),
  );
}

function agrees(policy: Policy, name: string, cells: readonly BudgetCell[], toMs: number, truth = happened) {
  const { window } = policy;
  const { allowedBadFraction } = policy.objectives.find((one) => one.name === name)!;
  const figures = figuresOf(cells, { allowedBadFraction, window, toMs });
  const told = truth(windowStart(window, toMs), toMs);
  const wanted = 100 * (1 - told.bad / (allowedBadFraction * told.total));
  expect(figures.remainingPercent, name).toBeCloseTo(told.total > 0 ? wanted : 100, 6);
  for (const lengthMs of burnWindowsMs) {
    const { bad, total } = truth(toMs - lengthMs, toMs);
    const rate = figures.burn[lengthText(lengthMs)];
    if (total === 0) expect(rate).toBeUndefined();
    else expect(Math.abs(rate! - bad / total / allowedBadFraction), lengthText(lengthMs)).toBeLessThan(1e-6);
  }
  return figures;
}

const berlin = { calendar: 'Month', timeZone: 'Europe/Berlin' };
const windows: Readonly<Record<string, unknown>> = {
  '30d': '30d',
  '7d': '7d',
  'a month in Berlin': berlin,
  'a month in Kathmandu, where midnight is at a quarter past': { calendar: 'Month', timeZone: 'Asia/Kathmandu' },
  'a quarter': { calendar: 'Quarter' },
};
const moments = ['2026-03-31T21:40:00Z', '2026-03-31T22:00:00Z', '2026-03-31T22:05:00Z', '2026-04-01T13:25:00Z'];

describe.each(Object.entries(windows))('over %s', (what, window) => {
  const google = validPolicy([availability], { window });
  const prometheus = validPolicy([own, slices, latency], { window, ...plain });

  test.each(oneIn(2, moments, Object.keys(windows).indexOf(what)))(
    'budget and burn at %s are those of the very events',
    async (moment) => {
      const toMs = Date.parse(moment);
      const { metrics } = counting();
      const platform = await cellsOf(metrics, google, toMs);
      agrees(google, 'availability', platform.availability!, toMs);
      const cells = await cellsOf(metrics, prometheus, toMs);
      agrees(prometheus, 'own', cells.own!, toMs);
      agrees(prometheus, 'latency', cells.latency!, toMs);
      agrees(prometheus, 'slices', cells.slices!, toMs, (from, to) => slicesOf(from, to, 0.005));
    },
  );

  test('and they stay so, look by look, for one request a look', async () => {
    const { metrics, asked } = counting();
    const from = Date.parse('2026-03-28T17:00:00Z');
    await cellsOf(metrics, google, from);
    expect(asked().requests).toBeLessThanOrEqual(4);
    const before = asked();
    const looks = 4 * 24;
    for (let i = 1; i <= looks; i++) {
      const toMs = from + i * hourMs;
      agrees(google, 'availability', (await cellsOf(metrics, google, toMs)).availability!, toMs);
    }
    // A new month begins a new part of an hour, where its midnight is at none.
    expect(asked().requests - before.requests).toBeLessThanOrEqual(looks + 1);
  });
});

test('an hour of a hundred times the traffic counts a hundred times: an average of ratios is 19 times off', async () => {
  const store = new SeriesStore();
  const series = ['2xx', '5xx'].map((response_code_class) =>
    store.series('run_googleapis_com:request_count', { ...labels, revision_name: 'a', response_code_class }),
  );
  const fromMs = Date.parse('2026-03-01T00:00:00Z');
  const totals = [0, 0];
  for (let i = 0; i <= 24 * 60; i++) {
    const [rps, broken] = i > 23 * 60 ? [1000, 0.05] : [10, 0];
    if (i > 0) {
      totals[0]! += rps * 60 * (1 - broken);
      totals[1]! += rps * 60 * broken;
    }
    for (const k of [0, 1]) series[k]!.append(fromMs + i * minuteMs, totals[k]!);
  }
  const policy = validPolicy([availability], { window: '7d' });
  const toMs = fromMs + dayMs;
  const cells = await cellsOf(new PromqlMetrics(labPromql(store)), policy, toMs);
  const { spent, remainingPercent: remaining } = figuresOf(cells.availability!, {
    allowedBadFraction: 0.001,
    window: policy.window,
    toMs,
  });
  const wanted = (1000 * 0.05) / (23 * 10 + 1000);
  expect(spent.bad / spent.total).toBeCloseTo(wanted, 9);
  expect(remaining).toBeCloseTo(100 * (1 - wanted / 0.001), 6);
  expect(wanted / (0.05 / 24)).toBeGreaterThan(19);
});

describe('a policy that is edited in mid-window', () => {
  const toMs = Date.parse('2026-03-31T13:00:00Z');
  const nowMs = toMs + hourMs;

  test('another target judges what was counted: nothing is asked but what is new', async () => {
    const { metrics, asked } = counting();
    const before = validPolicy([availability]);
    await cellsOf(metrics, before, toMs);
    const { requests } = asked();
    const after = validPolicy([{ ...availability, targetPercent: 99 }]);
    agrees(after, 'availability', (await cellsOf(metrics, after, nowMs)).availability!, nowMs);
    expect(asked().requests - requests).toBe(1);
  });

  test('another name keeps what was counted', async () => {
    const { metrics, asked } = counting();
    await cellsOf(metrics, validPolicy([availability]), toMs);
    const { requests } = asked();
    const renamed = validPolicy([{ ...availability, name: 'up' }]);
    agrees(renamed, 'up', (await cellsOf(metrics, renamed, nowMs)).up!, nowMs);
    expect(asked().requests - requests).toBe(1);
  });

  test('what is measured otherwise is counted anew, for the whole window', async () => {
    const { metrics } = counting();
    const before = validPolicy([{ ...own, targetPercent: 99 }], plain);
    await cellsOf(metrics, before, toMs);
    const other = {
      ...own,
      indicator: { ratio: { bad: 'http_failures_total{instance="a"}', total: 'http_requests_total{instance="a"}' } },
    };
    const after = validPolicy([other], plain);
    const ofOne = (from: number, to: number) => {
      const first = Math.max(0, (from - startMs) / minuteMs);
      return summed(
        minutes.slice(first, (to - startMs) / minuteMs).map(({ total, bad }) => ({
          total: Math.floor(total / 3),
          bad: Math.min(Math.floor(total / 3), Math.floor(bad / 2)),
        })),
      );
    };
    agrees(after, 'own', (await cellsOf(metrics, after, nowMs)).own!, nowMs, ofOne);
  });

  test('a shorter window, and the longer one again', async () => {
    const { metrics } = counting();
    for (const [i, window] of ['30d', '7d', '30d', '14d'].entries()) {
      const policy = validPolicy([availability], { window });
      const atMs = toMs + i * 15 * minuteMs;
      agrees(policy, 'availability', (await cellsOf(metrics, policy, atMs)).availability!, atMs);
    }
  });
});

const strained: [bears: number, fails: number[]][] = [
  [500, [2]],
  [45, []],
  [45, [3, 4, 9]],
  [12, [1, 5, 6, 7, 20]],
];

test.for(oneIn(2, strained, 1))(
  'of a server that bears %i points at once, and fails at times (%j), the same is counted in the end',
  async ([bears, fails]) => {
    const lab = labPromql(store);
    let requests = 0;
    const client: PromqlClient = {
      ...lab,
      range: async (source, query, fromMs, toMs, stepMs) => {
        if (fails.includes(++requests)) throw new PromqlFailure('ProviderError', 'Away.', { isPassing: true });
        if ((toMs - fromMs) / stepMs < bears) return lab.range(source, query, fromMs, toMs, stepMs);
        throw new PromqlFailure('ProviderError', 'Too much.', { isPassing: true, isTooMuch: true });
      },
    };
    const metrics = new PromqlMetrics(client);
    const policy = validPolicy([own, slices, latency], plain);
    let atMs = Date.parse('2026-03-31T21:40:00Z');
    let cells: Awaited<ReturnType<typeof cellsOf>> | null = null;
    // Each look is later than the last one.
    for (const _ of [...fails, 'and one more']) {
      atMs += 15 * minuteMs;
      cells = await cellsOf(metrics, policy, atMs).catch(() => null);
      if (cells) break;
    }
    agrees(policy, 'own', cells!.own!, atMs);
    agrees(policy, 'latency', cells!.latency!, atMs);
    agrees(policy, 'slices', cells!.slices!, atMs, (from, to) => slicesOf(from, to, 0.005));
  },
);

test('who asks while the month is still being read asks nothing that is being asked', async () => {
  const lab = labPromql(store);
  let [requests, points, answer] = [0, 0, () => {}];
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const client: PromqlClient = {
    ...lab,
    range: async (source, query, from, to, step) => {
      requests++;
      points += (to - from) / step + 1;
      await gate;
      return lab.range(source, query, from, to, step);
    },
  };
  const metrics = new PromqlMetrics(client);
  const policy = validPolicy([own], plain);
  const toMs = Date.parse('2026-03-31T21:40:00Z');
  const looks = [0, 1, 2].map((i) => cellsOf(metrics, policy, toMs + i * hourMs));
  setTimeout(answer, 20);
  for (const [i, cells] of (await Promise.all(looks)).entries()) agrees(policy, 'own', cells.own!, toMs + i * hourMs);
  // The month once, and what came new for each of the others.
  expect(requests).toBeLessThanOrEqual(3 + 2 * 2);
  expect(points).toBeLessThan(720 + 864 + 200);
});

test('what came too late for one look is told to the next, unless it is old', async () => {
  const lab = labPromql(store);
  let isSlow = true;
  const client: PromqlClient = {
    ...lab,
    range: async (...question) => {
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 60));
      return lab.range(...question);
    },
  };
  const known = new KnownSeries(client);
  const budgets = new Budgets(client, known, new Paths(client), 30);
  const policy = validPolicy([own], plain);
  const { metrics: source, service, revisionLabel } = policy;
  const of = (toMs: number) => budgets.of({ source, service, revisionLabel, ...questionOf(policy, toMs) });
  const first = Date.parse('2026-03-31T21:40:00Z');
  await expect(of(first)).rejects.toThrow('It was not answered within 0.03 s');
  await new Promise((resolve) => setTimeout(resolve, 400));
  const second = await of(first + 15 * minuteMs);
  if (second.kind === 'Unknown') throw new Error(second.message);
  expect(second.value.toMs).toBe(first);
  const cells = second.value.byObjective.own as { value: readonly BudgetCell[] };
  agrees(policy, 'own', cells.value, first);
  await new Promise((resolve) => setTimeout(resolve, 400));
  await expect(of(first + 3 * hourMs)).rejects.toThrow('It was not answered');
  await new Promise((resolve) => setTimeout(resolve, 400));
  isSlow = false;
  expect(await of(first + 4 * hourMs)).toMatchObject({ kind: 'Known', value: { toMs: first + 4 * hourMs } });
});

test('what came too late hides no failure of the next look', async () => {
  const lab = labPromql(store);
  let how: 'Slow' | 'Away' = 'Slow';
  const client: PromqlClient = {
    ...lab,
    range: async (...question) => {
      if (how === 'Away') throw new PromqlFailure('ProviderError', 'Away.', { isPassing: true });
      await new Promise((resolve) => setTimeout(resolve, 60));
      return lab.range(...question);
    },
  };
  const budgets = new Budgets(client, new KnownSeries(client), new Paths(client), 30);
  const policy = validPolicy([own], plain);
  const { metrics: source, service, revisionLabel } = policy;
  const of = (toMs: number) => budgets.of({ source, service, revisionLabel, ...questionOf(policy, toMs) });
  const first = Date.parse('2026-03-31T21:40:00Z');
  await expect(of(first)).rejects.toThrow('It was not answered');
  await new Promise((resolve) => setTimeout(resolve, 400));
  how = 'Away';
  await expect(of(first + 15 * minuteMs)).rejects.toThrow('Away.');
});

test('of two objectives that are counted alike both have all of it, however long ago the last look was', async () => {
  const alike = [own, { ...own, name: 'own2' }, { ...slices, name: 's1' }, { ...slices, name: 's2' }];
  const policy = validPolicy(alike, plain);
  const { metrics } = counting();
  for (const moment of ['2026-03-25T22:35:00Z', '2026-03-28T22:15:00Z', '2026-03-28T23:40:00Z']) {
    const toMs = Date.parse(moment);
    const cells = await cellsOf(metrics, policy, toMs);
    for (const name of ['own', 'own2']) agrees(policy, name, cells[name]!, toMs);
    for (const name of ['s1', 's2']) agrees(policy, name, cells[name]!, toMs, (from, to) => slicesOf(from, to, 0.005));
  }
});

test('what is remembered is not taken away from a look that goes on', async () => {
  const lab = labPromql(store);
  let answer = () => {};
  let gate: Promise<void> | null = null;
  const client: PromqlClient = {
    ...lab,
    range: async (...question) => {
      if ((question[0] as { address: string }).address.includes('first')) await gate;
      return lab.range(...question);
    },
  };
  const metrics = new PromqlMetrics(client);
  const at = (host: string) => validPolicy([own], { metrics: { ...plain.metrics, address: `http://${host}:9090` } });
  const policy = at('first');
  const fromMs = Date.parse('2026-03-26T00:00:00Z');
  await cellsOf(metrics, policy, fromMs);
  gate = new Promise((resolve) => {
    answer = resolve;
  });
  const toMs = fromMs + 71 * hourMs;
  const going = cellsOf(metrics, policy, toMs);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await cellsOf(metrics, at('second'), fromMs + 74 * hourMs);
  answer();
  agrees(policy, 'own', (await going).own!, toMs);
  for (const hours of [72, 73]) {
    const atMs = fromMs + hours * hourMs;
    agrees(policy, 'own', (await cellsOf(metrics, policy, atMs)).own!, atMs);
  }
});

test('an objective that cannot be evaluated is no reason not to count those that are asked otherwise', async () => {
  const lab = labPromql(store);
  const client: PromqlClient = {
    ...lab,
    range: async (source, query, from, to, step) => {
      if (query.includes('http_duration'))
        throw new PromqlFailure('ProviderError', 'Too much.', { isPassing: false, isTooMuch: true });
      return lab.range(source, query, from, to, step);
    },
  };
  const policy = validPolicy([{ ...latency, timeSlice: '5m' }, own], plain);
  const { metrics: source, service, revisionLabel } = policy;
  const toMs = Date.parse('2026-03-31T21:40:00Z');
  const asking = { source, service, revisionLabel, ...questionOf(policy, toMs) };
  const answer = await new PromqlMetrics(client).budget(asking);
  expect(answer).toMatchObject({
    kind: 'Known',
    value: { byObjective: { latency: { kind: 'Unknown', message: 'latency: Too much.' }, own: { kind: 'Known' } } },
  });
});

test('a month with a revision that has other buckets is had although every twelfth answer fails, and is too much', async () => {
  const store = new SeriesStore();
  const fromMs = startMs + 5 * dayMs;
  const untilMs = startMs + 36 * dayMs;
  for (const [revision_name, boundaries, begunMs] of [
    ['old', [], fromMs],
    ['new', ['0.3'], startMs + 16 * dayMs],
  ] as const) {
    for (const le of [...boundaries, '+Inf']) {
      const bucket = store.series('http_server_duration_seconds_bucket', {
        instance: revision_name,
        revision_name,
        le,
      });
      const endMs = revision_name === 'old' ? startMs + 16 * dayMs : untilMs;
      for (let atMs: number = begunMs; atMs <= endMs; atMs += minuteMs) bucket.append(atMs, (atMs - begunMs) / 1000);
    }
  }
  const lab = labPromql(store);
  let requests = 0;
  const client: PromqlClient = {
    ...lab,
    range: async (source, query, from, to, step) => {
      if (++requests % 12 === 0) throw new PromqlFailure('ProviderError', 'Away.', { isPassing: true });
      if ((to - from) / step < 45) return lab.range(source, query, from, to, step);
      throw new PromqlFailure('ProviderError', 'Too much.', { isPassing: true, isTooMuch: true });
    },
  };
  const query = 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))';
  const policy = validPolicy([{ name: 'slow', indicator: { latency: { threshold: '300ms', query } } }], plain);
  const [flaky, fresh] = [new PromqlMetrics(client), new PromqlMetrics(lab)];
  let looks = 0;
  let cells: Awaited<ReturnType<typeof cellsOf>> | null = null;
  for (; cells === null && looks < 40; looks++) {
    cells = await cellsOf(flaky, policy, untilMs - 6 * hourMs + looks * 5 * minuteMs).catch(() => null);
  }
  expect(cells).toEqual(await cellsOf(fresh, policy, untilMs - 6 * hourMs + (looks - 1) * 5 * minuteMs));
  expect(looks).toBeLessThan(25);
});

test('what is still being asked when another part fails is not asked for beside it', async () => {
  const lab = labPromql(store);
  const going = new Set<string>();
  let twice = 0;
  const client: PromqlClient = {
    ...lab,
    range: async (source, query, from, to, step) => {
      if (step === 5 * minuteMs) throw new PromqlFailure('ProviderError', 'Away.', { isPassing: true });
      const part = JSON.stringify([query, from]);
      if (going.has(part)) twice++;
      going.add(part);
      await new Promise((resolve) => setTimeout(resolve, 20));
      going.delete(part);
      return lab.range(source, query, from, to, step);
    },
  };
  const metrics = new PromqlMetrics(client);
  const policy = validPolicy([own], plain);
  const toMs = Date.parse('2026-03-31T21:40:00Z');
  const looks = Array.from({ length: 4 }, (_, i) => cellsOf(metrics, policy, toMs + i * 15 * minuteMs));
  expect((await Promise.allSettled(looks)).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  expect(twice).toBe(0);
});

test('a count that is no number lets nobody ask for the whole month again', async () => {
  const lab = labPromql(store);
  let points = 0;
  const client: PromqlClient = {
    ...lab,
    range: async (source, query, from, to, step) => {
      points += (to - from) / step + 1;
      const found = await lab.range(source, query, from, to, step);
      return found.map((one) => ({
        ...one,
        points: one.points.map((point, i) => (i === 0 && step === hourMs ? { ...point, value: Number.NaN } : point)),
      }));
    },
  };
  const policy = validPolicy([own], plain);
  const { metrics: source, service, revisionLabel } = policy;
  const metrics = new PromqlMetrics(client);
  const look = (toMs: number) => metrics.budget({ source, service, revisionLabel, ...questionOf(policy, toMs) });
  const toMs = Date.parse('2026-03-31T21:00:00Z');
  await look(toMs);
  const before = points;
  expect(await look(toMs + hourMs)).toMatchObject({ value: { byObjective: { own: { kind: 'Unknown' } } } });
  expect(points - before).toBeLessThan(60);
});

test('where nothing was asked, nothing is gone and nobody knows how fast it goes', async () => {
  const policy = validPolicy([availability]);
  const toMs = startMs + days * dayMs;
  const cells = await cellsOf(new PromqlMetrics(labPromql(new SeriesStore())), policy, toMs);
  const figures = figuresOf(cells.availability!, { allowedBadFraction: 0.001, window: policy.window, toMs });
  expect(figures).toEqual({
    remainingPercent: 100,
    burn: {},
    burning: false,
    spent: { bad: 0, total: 0 },
    sinceMs: null,
    silenceMs: 0,
  });
  expect(remainingPercent({ bad: 0, total: 0 }, 0.001)).toBe(100);
});

test('an answer with a count that is no number is none', async () => {
  const client: PromqlClient = {
    instant: async () => [],
    range: async (_source, _query, from) => [
      { labels: { steadyrun_part: '0.0' }, points: [{ atMs: from, value: Number.NaN }] },
    ],
  };
  const { metrics: source, service, revisionLabel, ...rest } = validPolicy([availability]);
  const question = questionOf({ metrics: source, service, revisionLabel, ...rest }, startMs + days * dayMs);
  const answer = await new PromqlMetrics(client).budget({ source, service, revisionLabel, ...question });
  expect(answer).toMatchObject({ kind: 'Known', value: { byObjective: { availability: { kind: 'Unknown' } } } });
});

test('a count that is no number is no reason not to count the others', async () => {
  const toMs = startMs + days * dayMs;
  const real = labPromql(store);
  const client: PromqlClient = {
    ...real,
    range: async (...asked) =>
      (await real.range(...asked)).map((one) =>
        one.labels.steadyrun_part === '1.0'
          ? { ...one, points: one.points.map(({ atMs }) => ({ atMs, value: Number.NaN })) }
          : one,
      ),
  };
  const indicator = { ratio: { bad: 'http_requests_total{instance="a"}', total: 'http_requests_total' } };
  const policy = validPolicy([own, { ...own, name: 'other', indicator }], plain);
  const { metrics: source, service, revisionLabel } = policy;
  const answer = await new PromqlMetrics(client).budget({
    source,
    service,
    revisionLabel,
    ...questionOf(policy, toMs),
  });
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  const { byObjective } = answer.value;
  expect(byObjective.other?.kind).toBe('Unknown');
  if (byObjective.own?.kind !== 'Known') throw new Error('it is not counted');
  agrees(policy, 'own', byObjective.own.value, toMs);
});

test('a revision with other buckets is counted by the next look, as if nothing had been remembered', async () => {
  const store = new SeriesStore();
  const serve = (revision_name: string, boundaries: readonly string[], fromMs: number, untilMs: number) => {
    const buckets = [...boundaries, '+Inf'].map((le) =>
      store.series('http_server_duration_seconds_bucket', { instance: revision_name, revision_name, le }),
    );
    for (let atMs = fromMs; atMs <= untilMs; atMs += minuteMs) {
      for (const [i, bucket] of buckets.entries()) bucket.append(atMs, ((atMs - fromMs) / minuteMs) * (60 + i));
    }
  };
  const at = (hours: number) => startMs + days * dayMs + hours * hourMs;
  serve('old', ['0.3', '1'], at(-1), at(3.5));
  serve('new', ['0.25', '0.4', '1'], at(2.25), at(8));
  const query = 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))';
  const indicator = { latency: { threshold: '300ms', query } };
  const policy = validPolicy([{ name: 'slow', indicator }], plain);
  const boundariesAsked: number[] = [];
  const lab = labPromql(store);
  const client: PromqlClient = {
    ...lab,
    instant: (source, query, atMs) => {
      boundariesAsked.push(atMs);
      return lab.instant(source, query, atMs);
    },
  };
  const metrics = new PromqlMetrics(client);
  for (const hour of [1, 2, 4, 5, 6]) {
    const fresh = await cellsOf(new PromqlMetrics(lab), policy, at(hour));
    const [newest, wanted] = [(await cellsOf(metrics, policy, at(hour))).slow!, fresh.slow!].map((cells) =>
      cells.filter(({ endMs }) => endMs > at(hour) - hourMs),
    );
    expect({ hour, newest }).toEqual({ hour, newest: wanted });
  }
  // The old one, which lacks the new boundary, is in the hour that is asked once more.
  expect(boundariesAsked).toEqual([at(1), at(4), at(5)]);
});
