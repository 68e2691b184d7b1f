/**
 * A counter that begins anew in place costs its error budget at most what one scrape interval brings, wherever in a cell that
 * is, in cells of five minutes and of an hour, however often, and however far it has grown since; what dips adds nothing.
 */
import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../src/decide/budget/arithmetic.ts';
import { questionOf } from '../../src/decide/budget/asked.ts';
import { type BudgetCell, cellMs } from '../../src/facts/budget.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { validPolicy } from '../policy/valid.ts';
import { oneIn } from '../whole.ts';
import {
  counters,
  dayMs,
  hourMs,
  minuteMs,
  type Process,
  quantile,
  type Scrape,
  type Shown,
  scrapesOf,
  shownAs,
  storedFrom,
  type Tally,
  tenASecond,
} from './restarting.ts';

const untilMs = Date.parse('2026-03-06T00:00:00Z');
/** Of four days the first is counted by the hour. */
const fromMs = untilMs - 4 * dayMs;
const perMs = 1 / 100;

const objectives = [
  { name: 'ratio', targetPercent: 99, indicator: { ratio: counters } },
  { name: 'histogram', targetPercent: 99, indicator: { latency: { threshold: '300ms', query: quantile } } },
];
const plain = { metrics: { type: 'Prometheus', address: 'http://prometheus:9090', revisionLabel: 'revision_name' } };
const policy = validPolicy(objectives, { window: '7d', ...plain });
const labels = { instance: 'a', revision_name: 'old' };

/** By objective, of those that there is anything of. */
async function cellsOf(store: SeriesStore, toMs = untilMs): Promise<Record<string, readonly BudgetCell[]>> {
  const { metrics: source, service, revisionLabel } = policy;
  const question = { source, service, revisionLabel, ...questionOf(policy, toMs) };
  const answer = await new PromqlMetrics(labPromql(store)).budget(question);
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  const known = Object.entries(answer.value.byObjective).flatMap(([name, one]) =>
    one.kind === 'Known' ? [[name, one.value] as const] : [],
  );
  return Object.fromEntries(known);
}

/** Where the first restart lies from an hour's beginning on. */
const places = {
  'at a border': 0,
  'right after one': 7_000,
  'in the middle': 31.4 * minuteMs,
  'right before one': -7_000,
} as const;
const often: Readonly<Record<string, readonly number[]>> = {
  never: [],
  'once a day': every(dayMs),
  'every nine hours': every(9 * hourMs),
  'every 47 minutes': every(47 * minuteMs),
  'every nine minutes': every(9 * minuteMs),
  // The second time it soon has grown beyond what it was.
  'twice in eighteen minutes, daily': every(dayMs).flatMap((ms) => [ms, ms + 18 * minuteMs]),
};

function every(lengthMs: number): number[] {
  return Array.from({ length: Math.floor((3.9 * dayMs) / lengthMs) + 1 }, (_, i) => 2 * hourMs + i * lengthMs);
}

/** A little is bad always, and most for a quarter of an hour each three hours. */
const badOf = (minute: number) => (minute % 180 >= 125 && minute % 180 < 140 ? 0.6 : 0.01);
const done = tenASecond(fromMs, badOf);

const rows = Object.entries(often).flatMap(([how, restarts]) =>
  Object.entries(places).flatMap(([where, placeMs]) =>
    [15_000, 60_000].flatMap((everyMs) =>
      [0, 3_217].map((phaseMs) => ({
        how,
        where,
        everyMs,
        phaseMs,
        restartsMs: restarts.map((ms) => fromMs + ms + placeMs),
      })),
    ),
  ),
);

const nothing: Tally = { bad: 0, total: 0 };
const plus = (a: Tally, b: Tally): Tally => ({ bad: a.bad + b.bad, total: a.total + b.total });
const times = (a: Tally, by: number): Tally => ({ bad: a.bad * by, total: a.total * by });
const happened = (startMs: number, endMs: number): Tally => plus(done(endMs), times(done(startMs), -1));
const figures = ['bad', 'total'] as const;

/** What a restart may cost: what came since the scrape before it, and what `increase` guesses by the rest of the cell. */
function costOf(restartMs: number, everyMs: number, { endMs, lengthMs }: BudgetCell): Tally {
  const guess = times(happened(endMs - lengthMs, endMs), everyMs / lengthMs);
  return [happened(restartMs - everyMs, restartMs), guess, { bad: 1, total: 1 }].reduce(plus);
}

describe.each(objectives)('$name', ({ name }) => {
  // No divisor of the grid, so that each of its values is among them.
  test.each(oneIn(7, rows))(
    '$how, $where, each $everyMs ms and $phaseMs ms',
    async ({ restartsMs, everyMs, phaseMs }) => {
      const process: Process = { fromMs, untilMs, restartsMs, everyMs, phaseMs, done };
      const cells = (await cellsOf(storedFrom(shownAs(scrapesOf(process), labels))))[name]!;
      for (const lengthMs of [cellMs, hourMs]) {
        // What came before the first sample is not known.
        const own = cells.filter((cell) => cell.lengthMs === lengthMs && cell.endMs - lengthMs > fromMs);
        const [firstMs, lastMs] = [own[0]!.endMs - lengthMs, own.at(-1)!.endMs];
        // Each end of a cell is seen as late as the last scrape before it.
        const late = (startMs: number, endMs: number) =>
          [happened(startMs - everyMs, startMs), happened(endMs - everyMs, endMs), { bad: 1, total: 1 }].reduce(plus);
        let [sum, costs] = [nothing, nothing];
        for (const cell of own) {
          const [startMs, endMs] = [cell.endMs - lengthMs, cell.endMs];
          const costly = restartsMs.filter((ms) => ms > startMs - everyMs && ms <= endMs);
          const cost = costly.map((ms) => costOf(ms, everyMs, cell)).reduce(plus, nothing);
          const [truth, may] = [happened(startMs, endMs), plus(late(startMs, endMs), cost)];
          for (const what of figures) {
            const said = `${what} until ${new Date(endMs).toISOString()}`;
            expect(Math.abs(cell[what] - truth[what]), said).toBeLessThanOrEqual(may[what]);
          }
          [sum, costs] = [plus(sum, cell), plus(costs, cost)];
        }
        const [truth, ends] = [happened(firstMs, lastMs), late(firstMs, lastMs)];
        expect(Math.abs(sum.bad - truth.bad)).toBeLessThanOrEqual(ends.bad + costs.bad);
        const restarts = restartsMs.filter((ms) => ms > firstMs - everyMs && ms <= lastMs).length;
        // What is lost is a part of the cell, whose rest stands for the last interval of it.
        const lost = (restarts * everyMs * perMs) / (1 - everyMs / lengthMs);
        expect(Math.abs(sum.total - truth.total)).toBeLessThanOrEqual(ends.total + lost);
      }
    },
  );
});

/** How much of the budget is left by the cells, and by what really happened. */
function left(cells: readonly BudgetCell[], truth: Tally, toMs: number): [told: number, wanted: number] {
  const { window } = policy;
  const { remainingPercent } = figuresOf(cells, { allowedBadFraction: 0.01, window, toMs });
  return [remainingPercent, 100 * (1 - truth.bad / (0.01 * truth.total))];
}

test('what is slow for forty minutes after a crash is all counted, whatever the crash took with it', async () => {
  const at = (day: number, hours: number) => fromMs + day * dayMs + hours * hourMs;
  const badOf = (minute: number) => (minute >= 620 && minute < 660 ? 0.6 : 0);
  const shown = [0, 1, 2, 3].map((day) => {
    const beganMs = at(day, 9 + 50 / 60);
    const done = tenASecond(beganMs, badOf);
    const restartsMs = [at(day, 10 + 20 / 60)];
    return scrapesOf({ fromMs: beganMs, untilMs: at(day, 20), restartsMs, everyMs: 15_000, phaseMs: 3_217, done });
  });
  const day = tenASecond(at(0, 9 + 50 / 60), badOf)(at(0, 20));
  const cells = await cellsOf(storedFrom(shownAs(shown.flat(), labels)), at(3, 20));
  for (const name of ['ratio', 'histogram']) {
    const [told, wanted] = left(cells[name]!, times(day, 4), at(3, 20));
    // A crash and a beginning a day, of 15 s each, of 10 hours; `increase` guesses 15 s of 10 hours to be as bad as that hour.
    expect(Math.abs(told - wanted), name).toBeLessThan(Math.abs(100 - wanted) * ((2 * 15) / 36_000 + 15 / (40 * 60)));
  }
});

describe('what dips without beginning anew adds nothing', () => {
  const sum = { revision_name: 'old' };
  test.each([
    { by: 0.001, who: 'a recorded sum', own: sum },
    { by: 0.1, who: 'a recorded sum', own: sum },
    { by: 0.25, who: 'a recorded sum', own: sum },
    { by: 0.001, who: 'an instance', own: labels },
    { by: 0.1, who: 'an instance', own: labels },
  ])('$who that dips by $by every 47 minutes', async ({ by, who, own }) => {
    const restartsMs = every(47 * minuteMs).map((ms) => fromMs + ms);
    const scrapes = scrapesOf({ fromMs, untilMs, restartsMs: [], everyMs: 15_000, phaseMs: 3_217, done });
    // What it has lost by then, for good; it is old when it is first seen.
    const [shown, lost] = [[] as Scrape[], { next: 0, bad: 1e5, total: 1e6 }];
    for (const scrape of scrapes) {
      let now = { bad: scrape.bad + lost.bad, total: scrape.total + lost.total };
      for (; restartsMs[lost.next]! <= scrape.atMs; lost.next++) {
        lost.bad -= Math.round(now.bad * by);
        lost.total -= Math.round(now.total * by);
        now = { bad: scrape.bad + lost.bad, total: scrape.total + lost.total };
      }
      shown.push({ atMs: scrape.atMs, ...now });
    }
    const cells = await cellsOf(storedFrom(shownAs(shown, own)));
    for (const [name, all] of Object.entries(cells)) {
      for (const { endMs, lengthMs, bad, total } of all) {
        if (endMs <= fromMs) continue;
        const truth = happened(Math.max(fromMs, endMs - lengthMs), endMs);
        const said = `${who}, ${name}, until ${new Date(endMs).toISOString()}`;
        // The ends of a cell are seen 15 s late.
        expect(total, said).toBeLessThanOrEqual(truth.total + 150);
        // A histogram's buckets do not lose alike.
        if (name === 'ratio') expect(bad, said).toBeLessThanOrEqual(truth.bad + 150);
      }
    }
  });

  test('nor does a recorded sum that is young', async () => {
    const store = storedFrom([
      {
        name: 'http_requests_total',
        labels: { revision_name: 'old' },
        samples: Array.from({ length: 240 }, (_, i) => [fromMs + i * 15_000, i < 200 ? i * 150 : i * 150 - 3_000]),
      },
    ]);
    const cells = (await cellsOf(store)).ratio!;
    expect(cells.reduce((sum, { total }) => sum + total, 0)).toBeLessThanOrEqual(239 * 150);
  });
});

describe('a counter', () => {
  const failures = (samples: Shown['samples'], instance = 'a'): Shown[] => [
    {
      name: 'http_requests_total',
      labels: { ...labels, instance: 'a' },
      samples: Array.from({ length: 4 * 1440 }, (_, i) => [fromMs + (i + 1) * minuteMs, 1e6 + i * 600]),
    },
    { name: 'http_failures_total', labels: { ...labels, instance }, samples },
  ];
  const minutes = (from: number, values: readonly number[]): Shown['samples'] =>
    values.map((value, i) => [fromMs + (from + i) * minuteMs + 1_000, value]);
  const counted = async (all: Shown[]) =>
    (await cellsOf(storedFrom(all))).ratio!.reduce((sum, { bad }) => sum + bad, 0);

  test.each<[string, number, Shown[], number]>([
    ['that stays at nothing counts nothing', 0, failures(minutes(130, Array(100).fill(0))), 0],
    ['that is born with its first event counts it', 7, failures(minutes(130, [5, 5, 7])), 0],
    // In each life it is born with the first event; the first of the second is seen as such, whenever it comes.
    ['that is born anew counts both lives', 30, failures([...minutes(130, [5, 20]), ...minutes(150, [2, 10])]), 2 * 15],
    ['that is born anew in the next cell, too', 30, failures([...minutes(130, [5, 20]), ...minutes(190, [2, 10])]), 0],
    [
      'that is born anew and grows beyond it, too',
      50,
      failures([...minutes(130, [5, 20]), ...minutes(190, [2, 30])]),
      0,
    ],
    [
      'of an instance nobody knew is a base, also where it begins anew',
      103,
      failures(minutes(130, [1e6, 1e6 + 100, 1, 3]), 'b'),
      3 * 20,
    ],
  ])('%s', async (_, wanted, all, within) => {
    expect(Math.abs((await counted(all)) - wanted)).toBeLessThanOrEqual(within);
  });
});

test('what names no instance and begins anew is counted as far as it falls below what it was', async () => {
  const restartsMs = every(9 * hourMs).map((ms) => fromMs + ms + 20 * minuteMs);
  const process: Process = { fromMs, untilMs, restartsMs, everyMs: 15_000, phaseMs: 3_217, done };
  const cells = await cellsOf(storedFrom(shownAs(scrapesOf(process), { revision_name: 'old' })));
  for (const [name, all] of Object.entries(cells)) {
    const total = all.reduce((sum, cell) => sum + cell.total, 0);
    expect(Math.abs(total - done(untilMs).total), name).toBeLessThanOrEqual((restartsMs.length + 1) * 150);
  }
});
