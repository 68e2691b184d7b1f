/** What was recorded before a lab began is answered by both of its doors, as it happened. */
import { beforeAll, describe, expect, test } from 'vitest';
import { figuresOf } from '../../../src/decide/budget/arithmetic.ts';
import { questionOf } from '../../../src/decide/budget/asked.ts';
import { Lab } from '../../../src/lab/lab.ts';
import { isChanges } from '../../../src/lab/metrics/platform.ts';
import { PastReader } from '../../../src/lab/past/past.ts';
import { instant } from '../../../src/lab/promql/query.ts';
import { labPromql } from '../../../src/lab/promql-client.ts';
import { World } from '../../../src/lab/world.ts';
import { PromqlMetrics } from '../../../src/prometheus/metrics.ts';
import { validPolicy } from '../../policy/valid.ts';
import { call } from '../doors/serve.ts';
import { API } from '../worlds.ts';
import { countersOf, dayMs, endMs, happened, linesOf, minuteMs, minutesOf, pastOf, startMs } from './recorded.ts';

const minutes = minutesOf('busy');
const hourMs = 60 * minuteMs;

async function answered(url: string, query: string, atMs: number): Promise<number> {
  const { json } = await call('GET', `${url}/query?${new URLSearchParams({ query, time: String(atMs / 1000) })}`);
  return Number(json.data?.result[0]?.value[1]);
}

const windows = ['1h', '6h', '1d', '3d', '30d'] as const;
const lengthMs = { '1h': hourMs, '6h': 6 * hourMs, '1d': dayMs, '3d': 3 * dayMs, '30d': 30 * dayMs };

describe('A lab with five weeks of recorded counters', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start({ seed: 1, speed: 1, past: pastOf(countersOf(), minutes) });
    return () => lab.close();
  });

  test('has an hour of its own between them and now', () => {
    expect(lab.world.nowMs - endMs).toBeGreaterThanOrEqual(hourMs);
    expect(lab.world.nowMs - endMs).toBeLessThan(hourMs + 60_000);
  });

  test.each(windows)('tells by the door of Prometheus what happened in %s', async (window) => {
    for (const atMs of [endMs, endMs - 3 * hourMs, endMs - dayMs - 7 * minuteMs]) {
      const { total, bad } = happened(minutes, atMs - lengthMs[window], atMs);
      const counts = (matchers: string) =>
        answered(
          `${lab.description.prometheus}/api/v1`,
          `sum(increase(http_requests_total{${matchers}}[${window}]))`,
          atMs,
        );
      // What an instance counts in the minute in which it begins anew is known, since it begins at zero.
      expect((await counts('job="api"')) / total).toBeCloseTo(1, 6);
      expect((await counts('job="api",status="500"')) / bad).toBeCloseTo(1, 6);
    }
  });

  test.each(windows)('tells by the door of Google what happened in %s', async (window) => {
    const door = `${lab.description.prometheus}/v1/projects/acme/location/global/prometheus/api/v1`;
    for (const atMs of [endMs, endMs - 3 * hourMs, endMs - dayMs - 7 * minuteMs]) {
      const { total, bad } = happened(minutes, atMs - lengthMs[window], atMs);
      const counts = (matchers: string) => {
        const query = `sum(increase(run_googleapis_com:request_count{${matchers}}[${lengthMs[window] / minuteMs}m]))`;
        return answered(door, query, atMs);
      };
      expect(await counts('service_name="api"')).toBe(total);
      expect(await counts('service_name="api",response_code_class="5xx"')).toBe(bad);
    }
  });

  test('knows nothing of the time before them: what a counter began with is no growth', async () => {
    const door = `${lab.description.prometheus}/v1/projects/acme/location/global/prometheus/api/v1`;
    const query = 'sum(increase(run_googleapis_com:request_count[60m]))';
    expect(await answered(door, query, startMs + 60 * minuteMs)).toBe(
      happened(minutes, startMs, startMs + hourMs).total,
    );
    expect(await answered(door, query, startMs)).toBeNaN();
  });

  test('goes on with counts of its own', async () => {
    const query = 'sum(increase(http_requests_total{job="api"}[30m]))';
    const own = await answered(`${lab.description.prometheus}/api/v1`, query, endMs + 50 * minuteMs);
    expect(own / (100 * 1800)).toBeCloseTo(1, 1);
  });
});

test('the operator counts the budget of thirty days, and how fast it goes, from what was recorded', async () => {
  const world = new World({
    seed: 1,
    startMs: endMs + hourMs,
    services: [API],
    past: pastOf(
      countersOf().filter(({ name }) => name.startsWith('run_')),
      minutes,
    ),
  });
  const policy = validPolicy([{ name: 'availability', targetPercent: 99.9 }], { window: '30d' });
  const { metrics: source, service, revisionLabel, window } = policy;
  const question = { source, service, revisionLabel, ...questionOf(policy, endMs) };
  const answer = await new PromqlMetrics(labPromql(world.store)).budget(question);
  const counted = answer.kind === 'Known' ? answer.value.byObjective.availability : null;
  if (counted?.kind !== 'Known') throw new Error(JSON.stringify(answer));
  const figures = figuresOf(counted.value, { allowedBadFraction: 0.001, window, toMs: endMs });
  const { total, bad } = happened(minutes, endMs - 30 * dayMs, endMs);
  expect(figures.spent).toEqual({ total, bad });
  expect(figures.remainingPercent).toBeCloseTo(100 * (1 - bad / (0.001 * total)), 6);
  for (const length of ['1h', '6h', '1d', '3d'] as const) {
    const events = happened(minutes, endMs - lengthMs[length], endMs);
    expect(figures.burn[length], length).toBeCloseTo(events.bad / events.total / 0.001, 6);
  }
});

test('as much is seen of a counter of Google that begins anew', () => {
  // The recorded series is that of the lab's own revision, which goes on from zero.
  const labels =
    'configuration_name="api",location="europe-west1",monitored_resource="cloud_run_revision",project_id="acme",response_code="200",response_code_class="2xx",revision_name="api-00001-aaa",service_name="api"';
  const reader = new PastReader();
  const grown = [5, 7, 3, 0, 11, 2];
  let value = 1e9;
  for (const [i, by] of [0, ...grown].entries()) {
    value = i === 3 || i === 6 ? by : value + by;
    reader.read(`run_googleapis_com:request_count{${labels}} ${value} ${(startMs + i * minuteMs) / 1000}`);
  }
  const world = new World({
    seed: 1,
    startMs: startMs + 20 * minuteMs,
    historyMs: 10 * minuteMs,
    services: [API],
    platformDelayMs: 0,
    past: reader.end(),
  });
  const metric = `run_googleapis_com:request_count{response_code="200"}`;
  const sum = (fromMs: number, toMs: number) => countedByGoogle(world, metric, toMs, (toMs - fromMs) / minuteMs);
  for (let from = 0; from < grown.length; from++) {
    for (let to = from + 1; to <= grown.length; to++) {
      const wanted = grown.slice(from, to).reduce((all, by) => all + by, 0);
      expect(sum(startMs + from * minuteMs, startMs + to * minuteMs), `${from} ${to}`).toBeCloseTo(wanted, 6);
    }
  }
  const before = sum(startMs, startMs + 9 * minuteMs);
  const own = sum(startMs + 10 * minuteMs, world.nowMs);
  expect(before).toBeCloseTo(28, 6);
  expect(own / (100 * 600)).toBeCloseTo(1, 1);
  expect(sum(startMs, world.nowMs)).toBeCloseTo(before + own, 6);
});

test('what is recorded is kept longer than the rest by as much as the recording was long', () => {
  const past = pastOf(
    countersOf().filter(({ name }) => name.startsWith('run_')),
    minutes.slice(0, 1440),
  );
  const world = new World({ seed: 1, startMs: past.endMs + hourMs, services: [{ ...API, rps: 1 }], past });
  world.advanceTo(world.nowMs + 2 * dayMs);
  const oldest = (wanted: string) =>
    Math.min(
      ...world.store
        .select({ name: wanted, matchesName: (name) => name === wanted, matches: () => true })
        .flatMap(({ series }) => series.map(({ times, from }) => times[from]!)),
    );
  expect(world.nowMs - oldest('run_googleapis_com:request_count')).toBeGreaterThan(dayMs + 25 * hourMs);
  expect(world.nowMs - oldest('run_googleapis_com:request_count')).toBeLessThan(dayMs + 28 * hourMs);
  expect(world.nowMs - oldest('run_googleapis_com:request_latencies_count')).toBeLessThan(28 * hourMs);
});

test('a past that is not over is refused', () => {
  const past = pastOf(countersOf(), minutes.slice(0, 60));
  const options = { seed: 1, services: [API], past };
  expect(() => new World({ ...options, startMs: past.endMs + hourMs - 60_000 })).toThrow(
    'goes on after the world begins',
  );
});

describe('A recording is refused', () => {
  const reading = (...lines: string[]) => {
    const reader = new PastReader();
    for (const line of lines) reader.read(line);
    return reader.end();
  };
  test.each([
    [['# EOF', ''], 'holds no sample; write lines like'],
    [
      ['a_total 1 2', '# EOF', '', 'a_total 2 62'],
      'stands behind # EOF, which ends a recording; where two were joined',
    ],
    [[' # EOF ', 'a_total 2 62'], 'stands behind # EOF'],
    [['a 1 60', 'a 2 60'], 'is of 1970-01-01T00:01:00.000Z, and a had come to 1970-01-01T00:01:00.000Z already; sort'],
    [['a{b="c",d="e"} 1 60', 'a{d="e",b="c"} 2 30'], 'sort its samples by time'],
    [
      ['run_googleapis_com:request_count 1 60', 'run_googleapis_com:request_count 2 75'],
      'comes 15 s after the one before',
    ],
  ])('%j', (lines, words) => {
    expect(() => reading(...lines)).toThrow(words);
  });
});

test('five weeks of a handful of series take little memory', () => {
  const counters = countersOf();
  const reader = new PastReader();
  for (const line of linesOf(counters.slice(0, 6), minutes)) reader.read(line);
  const past = reader.end();
  expect(past).toMatchObject({ series: 6, samples: 6 * (35 * 1440 + 1), firstMs: startMs, endMs });
  const columns = past.store
    .select({ name: null, matchesName: () => true, matches: () => true })
    .flatMap(({ series }) => series)
    .reduce((bytes, { times, values }) => bytes + times.byteLength + values.byteLength, 0);
  expect(columns).toBeLessThan(6.5 * 2 ** 20);
});

/** As Google's door answers. */
function countedByGoogle(world: World, metric: string, atMs: number, windowMinutes: number): number {
  const answer = instant(world.store, `sum(increase(${metric}[${windowMinutes}m]))`, atMs, isChanges);
  return answer.resultType === 'vector' ? (answer.result[0]?.value ?? 0) : Number.NaN;
}
