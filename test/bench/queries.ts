/**
 * What a policy costs its metrics server: queries, bytes and time, for each tick of a rollout, at its beginning, and in an
 * hour in which nothing happens, alone and among a thousand of a project, which share what they ask; and what it costs at
 * Google, which takes money for time series that are read. A healthy candidate is rolled out in the lab on the virtual clock; queries are evaluated in
 * process, and bytes are those of the form that is posted and of the JSON that a server would answer with.
 */
import { labPromql } from '../../src/lab/promql-client.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { ownQueries } from '../own-queries.ts';
import { Stage } from '../scenarios/stage.ts';
import { type Asked, counted, nothingAsked } from './asked.ts';
import type { BenchOptions, Row } from './main.ts';
import { IdleFleet } from './queries/fleet.ts';
import { labsName, underManyNames } from './queries/names.ts';

const platform = [
  { name: 'availability', targetPercent: 99.9 },
  { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
];

const hoursPerMonth = 730;

/** How often an hour error budgets are counted, all objectives of a policy by one question. */
const budgets = 1;

/** How often an hour somebody looks how full the instances are, where nothing is tuned. */
const fullness = 6;

/** Policies of one project for which nothing goes on. */
const fleets = [
  { cell: 'platform', spec: { objectives: platform } },
  { cell: 'app', spec: { objectives: ownQueries(labsName) } },
];
const fleetSize = { whole: 1_000, quick: 100 };
/** After a start everything that is remembered is found out anew, in the first hour. */
const startMinutes = 70;
/** Of each policy, whatever it counts, where there are many. */
const fleetBars = { perMinute: 0.06, dollarsPerMonth: 0.025 };

/**
 * For each objective and tick one counting query, and one or two that ask whether there is anything new; a little more for
 * how often samples come and which buckets there are; a rollout asks once a minute how full both revisions are. The bars hold that, so that a change that asks more is seen.
 */
const kinds = [
  {
    cell: 'platform',
    objectives: platform,
    perTick: 6,
    idlePerHour: 1 + budgets + fullness,
    guardedPerHour: 260,
    seriesPerMonth: 1_600_000,
  },
  {
    cell: 'app',
    objectives: ownQueries('api'),
    perTick: 7,
    idlePerHour: 2 + budgets + fullness,
    guardedPerHour: 420,
    seriesPerMonth: 2_600_000,
  },
  {
    cell: 'mixed',
    objectives: [...platform, ...ownQueries('api').slice(2)],
    perTick: 5,
    idlePerHour: 2 + budgets + fullness,
    guardedPerHour: 420,
    seriesPerMonth: 2_600_000,
  },
];

/** What Google takes for a million time series, since October 2025; the first million a month of a billing account is free. */
const dollarsPerMillion = 0.5;
/** Every look at how full the instances are reads six, and a budget up to eight. */
const quietSeriesPerMonth = 20_000 + (6 * fullness + 8 * budgets) * hoursPerMonth;

export async function queries(
  { seed, quick }: BenchOptions,
  onCell: (cell: Record<string, unknown>) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) {
    // The dry run comes every six hours.
    const cell = await measured(kind.objectives, seed, quick ? { idle: 20, guarded: 20 } : { idle: 360, guarded: 60 });
    onCell({ cell: kind.cell, objectives: kind.objectives.length, ...cell });
    const row = (what: string, value: number, unit: string, bar: number): Row => ({
      what: `${kind.cell}: ${what}`,
      value,
      unit,
      bar,
      ok: value <= bar,
    });
    rows.push(
      row('a tick of a rollout', cell.rollout.queriesPerTick, 'queries', kind.perTick),
      row('an idle hour', cell.idle.queriesPerHour, 'queries', kind.idlePerHour),
      row('an hour in the guard window', cell.guarded.queriesPerHour, 'queries', kind.guardedPerHour),
      row('a month of being judged', cell.guarded.seriesPerMonth, 'series read', kind.seriesPerMonth),
      row('a quiet month', cell.idle.seriesPerMonth, 'series read', quietSeriesPerMonth),
      row('an answer in a rollout', cell.rollout.bytesInPerQuery, 'bytes', 2_000),
    );
  }
  for (const { cell, spec } of fleets) {
    const { size, minutes } = quick ? { size: fleetSize.quick, minutes: 60 } : { size: fleetSize.whole, minutes: 360 };
    const figures = await measuredFleet(await idleFleet(size, spec, seed), minutes);
    onCell({ cell: `idle fleet: ${cell}`, policies: size, ...figures });
    rows.push(...fleetRows(`${size.toLocaleString('en-US')} idle policies, ${cell}`, size, figures));
  }
  return rows;
}

interface AskingFleet {
  readonly fleet: IdleFleet;
  /** What was asked since this was called last. */
  readonly taken: () => Asked;
}

async function idleFleet(size: number, spec: Record<string, unknown>, seed: number): Promise<AskingFleet> {
  let asked = nothingAsked();
  const asking = (store: SeriesStore) => counted(underManyNames(labPromql(store)), () => asked);
  const fleet = await IdleFleet.of(size, spec, seed, asking);
  const taken = () => {
    const before = asked;
    asked = nothingAsked();
    return before;
  };
  await fleet.run(startMinutes);
  taken();
  return { fleet, taken };
}

async function measuredFleet({ fleet, taken }: AskingFleet, minutes: number) {
  const sum = { ...nothingAsked(), busiestMinute: 0 };
  for (let minute = 0; minute < minutes; minute++) {
    await fleet.run(1);
    const { queries, series } = taken();
    sum.queries += queries;
    sum.series += series;
    sum.busiestMinute = Math.max(sum.busiestMinute, queries);
  }
  const { seriesPerMonth, dollarsPerMonth } = perHour(sum, minutes);
  return {
    requestsPerMinute: round(sum.queries / minutes),
    busiestMinute: sum.busiestMinute,
    seriesPerMonth,
    dollarsPerMonth,
  };
}

function fleetRows(
  what: string,
  size: number,
  { requestsPerMinute, dollarsPerMonth }: Awaited<ReturnType<typeof measuredFleet>>,
): Row[] {
  const row = (of: string, value: number, unit: string, bar: number): Row => ({
    what: `${what}: ${of}`,
    value,
    unit,
    bar,
    ok: value <= bar,
  });
  return [
    row('requests', requestsPerMinute, 'a minute', round(size * fleetBars.perMinute)),
    row('price', dollarsPerMonth, 'dollars a month', round(size * fleetBars.dollarsPerMonth)),
  ];
}

async function measured(
  objectives: readonly unknown[],
  seed: number,
  minutes: { readonly idle: number; readonly guarded: number },
) {
  let asked = nothingAsked();
  const part = () => {
    const before = asked;
    asked = nothingAsked();
    return before;
  };
  const stage: Stage = new Stage({
    seed,
    rps: 100,
    websockets: true,
    spec: { objectives, rollout: { guardWindow: '24h' } },
    promql: (store) => counted(labPromql(store), () => asked),
  });
  stage.start();
  await stage.until((status) => status.phase === 'Steady', 5);
  await stage.run(10);
  part();
  await stage.run(minutes.idle);
  const idle = part();
  const candidate = stage.world.deploy('api');
  await stage.until((status) => status.rollout !== undefined, 5);
  const start = part();
  let ticks = 0;
  let judged = '';
  await stage.until((status) => {
    const until =
      status.rollout?.evidence
        .map(({ judgedUntil }) => judgedUntil)
        .sort()
        .at(-1) ?? judged;
    if (until !== judged) ticks++;
    judged = until;
    return status.stable?.revision === candidate;
  }, 90);
  const rollout = part();
  await stage.run(minutes.guarded);
  const guarded = part();
  return {
    idle: perHour(idle, minutes.idle),
    start: { queries: start.queries, bytesOut: start.bytesOut, bytesIn: start.bytesIn, ...times(start) },
    rollout: {
      ticks,
      queries: rollout.queries,
      queriesPerTick: round(rollout.queries / ticks),
      bytesOutPerQuery: Math.round(rollout.bytesOut / rollout.queries),
      bytesInPerQuery: Math.round(rollout.bytesIn / rollout.queries),
      ...times(rollout),
    },
    guarded: perHour(guarded, minutes.guarded),
  };
}

function perHour(one: Asked, minutes: number) {
  const seriesPerMonth = Math.round((one.series * 60 * hoursPerMonth) / minutes);
  return {
    queriesPerHour: round((one.queries * 60) / minutes),
    bytesPerHour: Math.round(((one.bytesOut + one.bytesIn) * 60) / minutes),
    seriesPerMonth,
    dollarsPerMonth: round((seriesPerMonth * dollarsPerMillion) / 1e6),
  };
}

function times({ tookMs }: Asked) {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3));
  return { msPerQuery: { p50: at(0.5), p95: at(0.95), max: at(1) } };
}

const round = (value: number): number => Number(value.toFixed(2));
