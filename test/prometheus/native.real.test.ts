/**
 * What the operator counts of native histograms, on real servers: as many as were observed, and as many of them too slow as
 * took longer than the threshold, whatever happens to the instances in between.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tally } from '../../src/facts/counts.ts';
import type { Indicator } from '../../src/policy/policy.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { increaseText } from '../../src/promql/counters/format.ts';
import { readQuantile } from '../../src/promql/counters/quantile.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { prometheus3Program, prometheusProgram, type RealPrometheus } from '../lab/promql/real-prometheus.ts';
import { mulberry } from '../lab/promql/sample-world.ts';
import { type Exponential, empty, observing, startNative, writeHistograms } from './native.ts';

if (prometheus3Program === null) {
  console.error('NATIVE HISTOGRAMS NOT PROVEN: there is no Prometheus 3; name it in PROMETHEUS3.');
}
if (prometheusProgram === null) {
  console.error('NATIVE HISTOGRAMS NOT PROVEN TO BE MISSING: there is no Prometheus 2; name it in PROMETHEUS.');
}

const metric = 'http_request_duration_seconds';
const context = { revisionLabel: 'revision_name' };
const everyMs = 15_000;
const startMs = Date.parse('2026-01-05T00:00:00Z');
const endMs = startMs + 20 * 60_000;
const stable = 'api-00001';
const candidate = 'api-00002';
const bornMs: Readonly<Record<string, number>> & { readonly [candidate]: number } = {
  [stable]: startMs - 86_400_000,
  [candidate]: startMs + 5 * 60_000,
};

/** How one instance of a revision spends each quarter of a minute. */
interface Instance {
  /** What happens to it and its like; each is a job of its own. */
  readonly job: Job;
  readonly revision: string;
  readonly name: string;
  readonly fromMs: number;
  /** Starts anew with nothing observed. */
  readonly restartsMs?: readonly number[];
  /** How long the requests of each series took. */
  readonly observes: (
    atMs: number,
    random: () => number,
  ) => readonly { readonly seconds: readonly number[]; readonly code: string }[];
}

const jobs = {
  serving: 'two revisions that serve, with errors that begin late',
  scaling: 'instances that start anew, and one more',
  crashing: 'an instance that starts anew again and again, each time with other latencies',
  stuck: 'an instance that is only slow from some time on',
  idle: 'instances that have served nothing, or not for a while',
} as const;
type Job = keyof typeof jobs;

const bell = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** A long tail: one in sixteen takes longer than 0.3 s. */
const tail = (requests: number, random: () => number, median = 0.12): number[] =>
  Array.from({ length: requests }, () => median * Math.exp(0.6 * bell(random)));

const serving: Instance['observes'] = (_, random) => [
  { seconds: [0, ...tail(1500, random)], code: '200' },
  { seconds: random() < 0.5 ? tail(20, random) : [], code: '500' },
];
const after = (minutes: number): number => startMs + minutes * 60_000;

const own: readonly Omit<Instance, 'name'>[] = [
  { job: 'serving', revision: stable, fromMs: startMs, observes: serving },
  { job: 'serving', revision: candidate, fromMs: bornMs[candidate], observes: serving },
  { job: 'scaling', revision: stable, fromMs: startMs, observes: serving },
  { job: 'scaling', revision: stable, fromMs: startMs, restartsMs: [after(9), after(14.25)], observes: serving },
  { job: 'scaling', revision: stable, fromMs: after(11), observes: serving },
  { job: 'scaling', revision: candidate, fromMs: bornMs[candidate], restartsMs: [after(9.5)], observes: serving },
  {
    job: 'crashing',
    revision: stable,
    fromMs: startMs,
    // Every other life of a minute is slow, and each shows less at first than the one before did in the end.
    restartsMs: Array.from({ length: 19 }, (_, minute) => after(minute + 1)),
    observes: (atMs, random) => [
      { seconds: tail(50, random, (atMs - startMs) % 120_000 < 60_000 ? 0.8 : 0.05), code: '200' },
    ],
  },
  {
    job: 'stuck',
    revision: stable,
    fromMs: startMs,
    observes: (atMs, random) => [
      { seconds: atMs < after(7) ? tail(7, random, 0.05) : [3 + random(), 2, 1.5], code: '200' },
    ],
  },
  { job: 'idle', revision: stable, fromMs: startMs, observes: serving },
  { job: 'idle', revision: stable, fromMs: startMs, observes: () => [{ seconds: [], code: '200' }] },
  {
    job: 'idle',
    revision: candidate,
    fromMs: bornMs[candidate],
    observes: (atMs, random) => [{ seconds: atMs < after(10) ? [] : tail(90, random), code: '200' }],
  },
];
const instances: readonly Instance[] = own.map((one, index) => ({ ...one, name: `${one.job} ${index}` }));

/** A scrape of one series, with what it shows and what really happened since the one before. */
interface Scrape {
  readonly atMs: number;
  readonly shown: Exponential;
  readonly seconds: readonly number[];
}

interface Life {
  readonly job: Job;
  readonly revision: string;
  readonly code: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where its first sample counts as nothing: an instance that nobody can tell from one that came back. */
  readonly baseMs: number | null;
  readonly scrapes: readonly Scrape[];
}

function lived(): Life[] {
  const random = mulberry(5);
  return instances.flatMap(({ job, revision, name, fromMs, restartsMs = [], observes }) => {
    const byCode = new Map<string, Scrape[]>();
    const alive = new Set<string>();
    for (let atMs = fromMs + 3_000; atMs <= endMs; atMs += everyMs) {
      if (restartsMs.some((one) => one > atMs - everyMs && one <= atMs)) alive.clear();
      for (const { seconds, code } of observes(atMs, random)) {
        // Errors are born with the first of them, also after a start.
        if (!alive.has(code) && seconds.length === 0 && code !== '200') continue;
        const scrapes = byCode.get(code) ?? [];
        const before = alive.has(code) ? scrapes.at(-1)!.shown : empty;
        alive.add(code);
        byCode.set(code, [...scrapes, { atMs, shown: observing(before, seconds), seconds }]);
      }
    }
    const isFurther = fromMs > bornMs[revision]! && fromMs > startMs;
    return [...byCode].map(([code, scrapes]) => {
      const labels = { __name__: metric, job, revision_name: revision, instance: name, code };
      return { job, revision, code, labels, baseMs: isFurther ? fromMs + everyMs : null, scrapes };
    });
  });
}
const lives = lived();

type IsBad = (seconds: number, code: string) => boolean;

/** What the scrapes in (fromMs, toMs] show that happened. */
function happened(job: Job, revision: string, fromMs: number, toMs: number, isBad: IsBad): Tally {
  const sum = { bad: 0, total: 0 };
  for (const life of lives) {
    if (life.job !== job || life.revision !== revision) continue;
    for (const { atMs, seconds } of life.scrapes) {
      if (atMs <= fromMs || atMs > toMs || (life.baseMs !== null && atMs <= life.baseMs)) continue;
      sum.total += seconds.length;
      sum.bad += seconds.filter((one) => isBad(one, life.code)).length;
    }
  }
  return sum;
}

function slowerThan(job: Job, thresholdMs: number): Indicator {
  const query = `histogram_quantile(0.95, sum(rate(${metric}{job="${job}"}[5m])))`;
  const { percentile, counter, native } = readQuantile(query, context);
  expect(native).toBe(true);
  return {
    kind: 'Latency',
    percentile,
    thresholdMs,
    histogram: { counter, unitMs: 1000, native: true },
    excludePaths: [],
  };
}

type Share = Extract<Indicator, { readonly kind: 'Ratio' }>;

function share(query: string): Share {
  const { reading, ...ratio } = readRatio(query, context);
  expect(reading.proof).toBe('Form');
  return { kind: 'Ratio', ...ratio };
}

const rate = (job: Job, more = ''): string => `rate(${metric}{job="${job}"${more}}[5m])`;
const failed: IsBad = (_, code) => code.startsWith('5');

interface Asked {
  readonly what: string;
  readonly indicator: (job: Job) => Indicator;
  readonly isBad: IsBad;
  /** How far the bad may be from what happened, as a share of them: between two boundaries it is only guessed. */
  readonly within: number;
}

const latencies: readonly Asked[] = [
  {
    what: 'slower than a boundary',
    indicator: (job) => slowerThan(job, 250),
    isBad: (one) => one > 0.25,
    within: 0,
  },
  {
    what: 'slower than something between two boundaries',
    indicator: (job) => slowerThan(job, 300),
    isBad: (one) => one > 0.3,
    within: 0.02,
  },
];
interface AskedShare extends Asked {
  readonly indicator: (job: Job) => Share;
}
const ratios: readonly AskedShare[] = [
  {
    what: 'not among the share that was fast enough',
    indicator: (job) => share(`histogram_fraction(0, 0.25, sum(${rate(job)}))`),
    isBad: (one) => one > 0.25,
    within: 0,
  },
  {
    what: 'in the share that was too slow',
    indicator: (job) => share(`100 * (1 - histogram_fraction(0, 0.5, sum(${rate(job)})))`),
    isBad: (one) => one > 0.5,
    within: 0,
  },
  {
    what: 'failed, of the sum',
    indicator: (job) =>
      share(`histogram_count(sum(${rate(job, ',code=~"5.."')})) / histogram_count(sum(${rate(job)}))`),
    isBad: failed,
    within: 0,
  },
  {
    what: 'failed, summed, where the query counts the good',
    indicator: (job) =>
      share(`sum(histogram_count(${rate(job, ',code!~"5.."')})) / sum(histogram_count(${rate(job)}))`),
    isBad: failed,
    within: 0,
  },
];
const all: readonly Asked[] = [...latencies, ...ratios];
const everywhere = (Object.keys(jobs) as Job[]).flatMap((job) =>
  all.map((asked) => [asked.what, jobs[job], job, asked] as const),
);

/** What the operator counts, one that has just been started. */
async function counts(url: string, indicator: Indicator, fromMs: number, toMs: number) {
  const client = createPromqlClient({
    access: { labOrigin: new URL(url) },
    version: 'test',
    signal: new AbortController().signal,
    onCall: () => undefined,
  });
  const answer = await new PromqlMetrics(client).counts({
    source: { type: 'Prometheus', address: url, auth: null },
    service: { project: 'acme', region: 'europe-west1', name: 'api' },
    ...context,
    objective: { name: 'objective', allowedBadFraction: 0.05, gate: true, timeSliceMs: null, indicator },
    fromMs,
    toMs,
    tickMs: everyMs,
    revisions: [stable, candidate].filter((revision) => bornMs[revision]! < toMs),
    createdAtMs: bornMs,
  });
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  return answer.value.byRevision;
}

function expectNear(counted: Tally | undefined, expected: Tally, within: number, what: string): void {
  const { bad, total } = counted ?? { bad: 0, total: 0 };
  const isNear =
    Math.abs(total - expected.total) <= 1e-6 && Math.abs(bad - expected.bad) <= within * expected.bad + 1e-6;
  expect(isNear, `${what}: counted ${bad} of ${total}, happened ${expected.bad} of ${expected.total}`).toBe(true);
}

const minuteOf = (atMs: number): string => `+${(atMs - startMs) / 60_000} min`;
const writing = (url: string): Promise<void> =>
  writeHistograms(
    url,
    lives.map(({ labels, scrapes }) => ({
      metric: labels,
      samples: scrapes.map(({ atMs, shown }) => [atMs, shown] as const),
    })),
  );

describe.skipIf(prometheus3Program === null)('Native histograms on Prometheus 3 count each request once', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startNative(prometheus3Program!);
    await writing(prometheus.url);
  });
  afterAll(() => prometheus?.stop());

  test.for(everywhere)('look by look, those %s: %s', async ([, , job, { indicator, isBad, within }]) => {
    const sums: Record<string, { counted: Tally; expected: Tally }> = {};
    for (let fromMs = after(2); fromMs < endMs; fromMs += everyMs) {
      const toMs = fromMs + everyMs;
      const counted = await counts(prometheus.url, indicator(job), fromMs, toMs);
      for (const revision of [stable, candidate]) {
        const expected = happened(job, revision, fromMs, toMs, isBad);
        if (within === 0) expectNear(counted[revision], expected, within, `${revision} at ${minuteOf(toMs)}`);
        sums[revision] = {
          counted: added(sums[revision]?.counted, counted[revision]),
          expected: added(sums[revision]?.expected, expected),
        };
      }
    }
    expect(sums[stable]!.expected.total).toBeGreaterThan(100);
    for (const [revision, { counted, expected }] of Object.entries(sums)) {
      expectNear(counted, expected, within, `${revision} in all`);
    }
  });

  test.for(all.map((asked) => [asked.what, asked] as const))(
    'over minutes, also of a revision that is new, those %s',
    async ([, { indicator, isBad, within }]) => {
      for (const [fromMs, toMs] of [
        [after(2), after(6)],
        [after(9.5), after(13)],
      ] as const) {
        const counted = await counts(prometheus.url, indicator('serving'), fromMs, toMs);
        for (const revision of [stable, candidate]) {
          const expected = happened('serving', revision, fromMs, toMs, isBad);
          expect(expected.total).toBeGreaterThan(1000);
          expectNear(counted[revision], expected, within, `${revision} until ${minuteOf(toMs)}`);
        }
      }
    },
  );

  test('over minutes in which an instance starts anew, what came after that', async () => {
    const [fromMs, toMs] = [after(7.5), after(10.5)];
    const isBad: IsBad = (one) => one > 0.25;
    const counted = await counts(prometheus.url, slowerThan('scaling', 250), fromMs, toMs);
    const all = happened('scaling', stable, fromMs, toMs, isBad);
    const lost = lives
      .filter(({ labels }) => labels.instance === 'scaling 3')
      .flatMap(({ scrapes }) => scrapes)
      .filter(({ atMs }) => atMs > fromMs && atMs < after(9))
      .flatMap(({ seconds }) => seconds);
    expect(lost.length).toBeGreaterThan(1000);
    const expected = {
      bad: all.bad - lost.filter((one) => isBad(one, '200')).length,
      total: all.total - lost.length,
    };
    expectNear(counted[stable], expected, 0, stable);
  });

  test.for(
    (['serving', 'idle'] as const).flatMap((job) =>
      ratios.map((asked) => [asked.what, jobs[job], job, asked] as const),
    ),
  )('in the queries that are printed for a dashboard, those %s: %s', async ([, , job, { indicator, isBad }]) => {
    for (const revision of [stable, candidate]) {
      const { bad, total } = indicator(job);
      const printed = [bad, total].map((sum) =>
        increaseText(sum, [{ label: 'revision_name', op: '=', value: revision }], '2m'),
      );
      const [badCount, totalCount] = (await Promise.all(printed.map((query) => ask(query, after(12))))) as [
        number,
        number,
      ];
      // From the first scrape of the window on; both are extrapolated alike.
      const expected = happened(job, revision, after(10) + 3_000, after(12), isBad);
      expect(totalCount, printed[1]).toBeGreaterThan(100);
      expect(badCount / totalCount, printed[0]).toBeCloseTo(expected.bad / expected.total, 6);
    }
  });

  /** The one value; nothing is zero. */
  async function ask(query: string, atMs: number): Promise<number> {
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query, time: String(atMs / 1000) }),
    });
    const { data, error } = (await response.json()) as {
      data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
      error?: string;
    };
    if (data === undefined) throw new Error(`${error}: ${query}`);
    return Number(data.result[0]?.value[1] ?? 0);
  }
});

describe.skipIf(prometheusProgram === null)('Native histograms on Prometheus 2', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startNative(prometheusProgram!);
    await writing(prometheus.url);
  });
  afterAll(() => prometheus?.stop());

  // Its last_over_time leaves native histograms out.
  test.for(all.map((asked) => [asked.what, asked] as const))(
    'are missing, which is not zero: those %s',
    async ([, { indicator }]) => {
      expect(await counts(prometheus.url, indicator('serving'), after(9.5), after(13))).toEqual({});
    },
  );
});

const added = (a: Tally | undefined, b: Tally | undefined): Tally => ({
  bad: (a?.bad ?? 0) + (b?.bad ?? 0),
  total: (a?.total ?? 0) + (b?.total ?? 0),
});
