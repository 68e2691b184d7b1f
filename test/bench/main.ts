/**
 * `npm run bench -- NAME [--json] [--seed N] [--quick] [--services N] [--data DIR] [--minutes N] [--operator FILE]`: one line a cell, then the bars and whether each is met; exit code 1
 * when one is missed. NAME is one of those below.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ablations } from './ablations.ts';
import { decisions } from './decisions.ts';
import { pass } from './pass.ts';
import { BadData } from './placebo/csv.ts';
import { placeboText } from './placebo/lines.ts';
import { placebo } from './placebo.ts';
import { queries } from './queries.ts';
import { soak } from './soak.ts';
import { tuning } from './tuning.ts';

export interface BenchOptions {
  readonly seed: number;
  readonly quick: boolean;
  /** How many services `tuning` plays; missing: as many as it usually does. */
  readonly services?: number;
  /** Where the recorded traffic of `placebo` lies. */
  readonly data?: string;
  /** How long `soak` runs; missing: an hour. */
  readonly minutes?: number;
  /** What `soak` starts; missing: the source. */
  readonly operator?: string;
}

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: number;
  readonly ok: boolean;
}

type Bench = (options: BenchOptions, onCell: (cell: Record<string, unknown>) => void) => Promise<Row[]>;

const benches: Readonly<Record<string, Bench>> = { ablations, decisions, pass, placebo, queries, soak, tuning };

/** Exit code 2: it was not understood. */
function usage(problem: string): number {
  console.error(
    `bench: ${problem}; NAME is ${Object.keys(benches).join(' or ')}, options are --json, --seed N, --quick, for tuning --services N, and for placebo --data DIR, and for soak --minutes N and --operator FILE`,
  );
  return 2;
}

async function main(args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read(args);
  } catch (error) {
    return usage(error instanceof Error ? error.message.split('.')[0]! : String(error));
  }
  const { values, positionals } = parsed;
  const [name = '', ...others] = positionals;
  const bench = benches[name];
  const seed = Number(values.seed);
  if (!bench || others.length > 0)
    return usage(name === '' ? 'no NAME was given' : `there is no bench ${positionals.join(' ')}`);
  if (!Number.isInteger(seed) || seed < 0) return usage(`--seed ${values.seed} is not a whole number from 0 on`);
  const services = values.services === undefined ? undefined : Number(values.services);
  if (services !== undefined && !(Number.isInteger(services) && services >= 1 && services <= 10_000))
    return usage(`--services ${values.services} is not a whole number from 1 to 10000`);
  if (services !== undefined && name !== 'tuning') return usage('only tuning plays --services');
  const { data } = values;
  if (data !== undefined && name !== 'placebo') return usage('only placebo reads --data');

  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes >= 1 && minutes <= 10_000))
    return usage(`--minutes ${values.minutes} is not a number from 1 to 10000`);
  const { operator } = values;
  if ((minutes !== undefined || operator !== undefined) && name !== 'soak')
    return usage('only soak takes --minutes and --operator');
  if (operator !== undefined && !existsSync(operator))
    return usage(`--operator ${operator}: there is no such file; npm run bundle makes dist/steadyrun.js`);

  const print = (line: unknown, text: string) => console.log(values.json ? JSON.stringify(line) : text);
  const options = {
    seed,
    quick: values.quick,
    ...(services !== undefined && { services }),
    ...(data !== undefined && { data }),
    ...(minutes !== undefined && { minutes }),
    ...(operator !== undefined && { operator }),
  };
  let rows: Row[];
  try {
    rows = await bench(options, (cell) => print(cell, cellText(cell)));
  } catch (error) {
    if (!(error instanceof BadData)) throw error;
    console.error(`bench: ${error.message}`);
    return 1;
  }
  const ok = rows.every((row) => row.ok);
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`;
  const table = rows.map(
    ({ what, value, unit, bar, ok }) => `${ok ? '✔' : '✖'} ${what}: ${value} ${unit} (bar ${bar})`,
  );
  print({ bench: name, seed, machine, rows, ok }, [...table, `${machine}, seed ${seed}`].join('\n'));
  return ok ? 0 : 1;
}

/** What a person wants to see of a cell while it goes on. */
function cellText(cell: Record<string, unknown>): string {
  if (typeof cell.text === 'string') return cell.text;
  if ('series' in cell || 'dataSet' in cell) return placeboText(cell);
  if (!('excessBadRequests' in cell)) return JSON.stringify(cell);
  const { rule, scenario, runs, promoted, rolledBack, undecided } = cell;
  return `${rule}, ${scenario}: of ${runs} promoted ${promoted}, rolled back ${rolledBack}, undecided ${undecided}`;
}

const read = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      services: { type: 'string' },
      data: { type: 'string' },
      minutes: { type: 'string' },
      operator: { type: 'string' },
    },
  });

process.exitCode = await main(process.argv.slice(2));
