/** The public data sets: what they are, where they come from, and how their tables become series. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, Table } from './csv.ts';
import { type DrawnSeries, type Recorded, type RecordedSeries, type Series, stretchesOf } from './series.ts';

export interface DataSet {
  readonly file: string;
  readonly what: string;
  readonly origin: string;
  readonly licence: string;
  /** 0: it has none. */
  readonly tickSeconds: number;
  /** `time` is Unix seconds, the start of a tick; a tick without a request may be left out. */
  readonly columns: readonly string[];
  series(table: Table): Series[];
}

type Layout = Omit<RecordedSeries, 'name' | 'tickMs' | 'stretches'>;
type Described = Omit<DataSet, 'series'>;

const errorsOf = (source: string, keptWhole: RecordedSeries['keptWhole']): Layout => ({
  source,
  kind: 'Errors',
  keptWhole,
});

const wikibase: Described = {
  file: 'wikibase_60s.csv',
  what: 'production nginx in front of a public Wikibase: requests and 5xx',
  origin: 'github.com/thisismattmiller/wb-access-logs',
  licence: 'MIT, Copyright (c) 2025 Matt Miller',
  tickSeconds: 60,
  columns: ['time', 'total', 'errors5xx'],
};

const petshop: Described = {
  file: 'petshop_noissue_300s.csv',
  what: 'a test bed on AWS under a load generator, no fault injected: requests and 5xx by service',
  origin: 'github.com/amazon-science/petshop-root-cause-analysis, counts from its availability',
  licence: 'CC-BY-4.0, Amazon.com',
  tickSeconds: 300,
  columns: ['run', 'service', 'time', 'total', 'errors5xx'],
};

const lambda: Described = {
  file: 'lambda_instance_900s.csv',
  what: 'AWS Lambda under Poisson load, by function instance: requests, and those slower than each over_Nms',
  origin: 'github.com/pacslab/serverless-performance-modeling',
  licence: 'MIT, Copyright (c) 2020 Nima Mahmoudi',
  tickSeconds: 900,
  columns: ['run', 'time', 'instance', 'total'],
};

const azure: Described = {
  file: 'azurevm_latency_factor.csv',
  what: "fresh Azure machines: each one's mean latency over the median of the day's; a service's instances are drawn from it",
  origin: 'github.com/Azure/AzurePublicDataset (Freischuetz et al., TUNA, EuroSys 2025)',
  licence: 'CC-BY-4.0',
  tickSeconds: 0,
  columns: ['sku', 'factor'],
};

const nasa: Described = {
  file: 'nasa1995_clientbuckets_60s.csv',
  what: 'a production web server of 1995, its clients thrown into buckets: requests and 4xx',
  origin: 'Internet Traffic Archive, NASA-HTTP',
  licence: 'freely redistributable',
  tickSeconds: 60,
  columns: ['time', 'bucket', 'total', 'c4xx'],
};

export const dataSets: readonly DataSet[] = [
  {
    ...wikibase,
    series: (table) => read(table, wikibase, errorsOf('wikibase', 'Clusters'), { bad: 'errors5xx' }),
  },
  {
    ...petshop,
    series: (table) =>
      read(table, petshop, errorsOf('petshop', 'Clusters'), { bad: 'errors5xx', names: ['run', 'service'] }),
  },
  {
    ...lambda,
    columns: [...lambda.columns, 'over_Nms (one or more)'],
    series: (table) => {
      const cuts = table.columns(/^over_\d+ms$/, 'over_Nms');
      const layout: Layout = { source: 'lambda', kind: 'Latency', keptWhole: 'Units' };
      return cuts.flatMap((bad) => read(table, lambda, layout, { bad, unit: 'instance', names: ['run'] }));
    },
  },
  {
    ...nasa,
    series: (table) => read(table, nasa, errorsOf('nasa', 'Units'), { bad: 'c4xx', unit: 'bucket' }),
  },
  { ...azure, series: machines },
];

/** Known, and of no use here. */
export const leftOut: readonly { readonly file: string; readonly why: string }[] = [
  {
    file: 'petshop_faults_300s.csv',
    why: 'five ticks a fault, which all that was recorded had at once: whichever way it is split, both arms have the fault',
  },
  { file: 'nezha_15s.csv', why: 'two minutes around each fault, which both arms would have, too' },
];

/** null: there is no such file. Throws BadData. */
export function seriesIn(folder: string, set: DataSet): Series[] | null {
  const path = join(folder, set.file);
  if (!existsSync(path)) return null;
  const needed = set.columns.filter((column) => !column.includes(' '));
  return set.series(new Table(set.file, readFileSync(path, 'utf8'), needed));
}

/** Near the p98 and the p99.8 of a usual machine. */
const slowMs = [300, 450];

function machines(table: Table): Series[] {
  const bySku = new Map<string, number[]>();
  for (const line of table.lines) {
    const sku = table.text(line, 'sku');
    const factors = bySku.get(sku) ?? [];
    bySku.set(sku, factors);
    factors.push(table.positive(line, 'factor'));
  }
  return [...bySku].flatMap(([sku, factors]) =>
    slowMs.map(
      (ms): DrawnSeries => ({
        source: 'azure',
        name: `azure ${sku} over_${ms}ms`,
        kind: 'Latency',
        tickMs: 60_000,
        keptWhole: 'Instances',
        factors,
        slowMs: ms,
      }),
    ),
  );
}

interface Columns {
  readonly bad: string;
  readonly unit?: string;
  /** What tells one service or run from another. */
  readonly names?: readonly string[];
}

function read(table: Table, set: Described, layout: Layout, { bad, unit, names = [] }: Columns): Series[] {
  const byName = new Map<string, Recorded[]>();
  const seen = new Map<string, Line>();
  for (const line of table.lines) {
    const parts = [layout.source, ...names.map((column) => table.text(line, column))];
    const name = (layout.kind === 'Latency' ? [...parts, bad] : parts).join(' ');
    const of = unit === undefined ? '' : table.text(line, unit);
    const tick = tickOf(table, set, line);
    const key = `${name} ${of} ${tick}`;
    const before = seen.get(key);
    if (before) throw table.bad(line, 'time', `the same tick as line ${before.number}`);
    seen.set(key, line);
    const rows = byName.get(name) ?? [];
    byName.set(name, rows);
    rows.push({ tick, unit: of, bad: badOf(table, line, bad), total: table.whole(line, 'total') });
  }
  const tickMs = set.tickSeconds * 1000;
  return [...byName].map(([name, rows]) => ({ ...layout, name, tickMs, stretches: stretchesOf(rows, tickMs) }));
}

function tickOf(table: Table, { tickSeconds }: Described, line: Line): number {
  const time = table.whole(line, 'time');
  if (time % tickSeconds !== 0) throw table.bad(line, 'time', `${time} is not the start of a tick of ${tickSeconds} s`);
  return time / tickSeconds;
}

function badOf(table: Table, line: Line, column: string): number {
  const [bad, total] = [table.whole(line, column), table.whole(line, 'total')];
  if (bad > total) throw table.bad(line, column, `${bad} of ${total} requests cannot be bad`);
  return bad;
}
