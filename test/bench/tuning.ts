/**
 * `npm run bench -- tuning [--services N]`: random services that nobody has looked at, under ours, under what it is compared
 * with, and under nothing. The full form plays three days of each with three seeds of noise, about 12 s of a core a service.
 */
import { availableParallelism } from 'node:os';
import { controllerNames, usualTerms } from '../../src/rehearsal/tuning/controllers/index.ts';
import { randomService } from '../../src/rehearsal/tuning/generate.ts';
import { lineOf } from '../../src/rehearsal/tuning/line.ts';
import { type Played, playAll } from '../../src/rehearsal/tuning/pool.ts';
import { ProgressBar } from '../../src/report/progress.ts';
import type { BenchOptions, Row } from './main.ts';
import { fullBars, quickBars, rows } from './tuning/rows.ts';
import { comparison } from './tuning/table.ts';

const full = { services: 108, days: 3, seeds: 3, bars: fullBars };
const quick = { services: 10, days: 1, seeds: 1, bars: quickBars };
/** Far from the numbers that were looked at while the law was found. */
const firstNumber = 1_000_000;
const most = 10_000;

export async function tuning(options: BenchOptions, onCell: (cell: Record<string, unknown>) => void): Promise<Row[]> {
  const { seed } = options;
  const { days, seeds, bars, services: usual } = options.quick ? quick : full;
  const count = Math.min(most, options.services ?? usual);
  const numbers = Array.from({ length: count }, (_, i) => firstNumber + seed * most + i);
  const services = numbers.map(randomService);
  const numberOf = new Map(services.map((service, i) => [service, numbers[i]!]));
  const played: Played[] = [];
  const bar = new ProgressBar(process.stderr, 'runs');
  await playAll(services, {
    days,
    terms: usualTerms,
    controllers: controllerNames,
    seedsOf: (service) => Array.from({ length: seeds }, (_, i) => numberOf.get(service)! * 31 + i + 1),
    threads: availableParallelism(),
    onProgress: (done, all) => bar.show(done, all),
    onService: (one) => {
      played.push(one);
      bar.clear();
      for (const name of controllerNames) onCell({ ...lineOf(one, name) });
    },
  });
  bar.clear();
  process.stderr.write(`${comparison(played, days)}\n`);
  return rows(played, days, bars);
}
