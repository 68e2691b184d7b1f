/**
 * `npm run bench -- tuning [--services N]`: random services that nobody has looked at, under ours, under what it is compared
 * with, and under nothing. The full form plays three days of each with three seeds of noise, about 12 s of a core a service.
 */
import { availableParallelism } from 'node:os';
import { type ControllerName, controllerNames, usualTerms } from '../../src/rehearsal/tuning/controllers/index.ts';
import { randomService } from '../../src/rehearsal/tuning/generate.ts';
import { lineOf, unharmed } from '../../src/rehearsal/tuning/line.ts';
import { type Played, playAll } from '../../src/rehearsal/tuning/pool.ts';
import { ProgressBar } from '../../src/report/progress.ts';
import type { BenchOptions, Row } from './main.ts';
import { fullBars, quickBars, rows } from './tuning/rows.ts';
import { comparison } from './tuning/table.ts';
import { healthyOf } from './tuning/totals.ts';

const full = { services: 108, days: 3, seeds: 3, bars: fullBars };
const quick = { services: 10, days: 1, seeds: 1, bars: quickBars };
/** Far from the numbers that were looked at while the law was found. */
const firstNumber = 1_000_000;
const most = 10_000;
/** One random service in twenty is healthy: for each that is played so many more are looked at for one. */
const searched = 6;

export async function tuning(options: BenchOptions, onCell: (cell: Record<string, unknown>) => void): Promise<Row[]> {
  const { seed } = options;
  const { days, seeds, bars, services: usual } = options.quick ? quick : full;
  const count = Math.min(most / (1 + searched), options.services ?? usual);
  const numbers = (from: number, many: number): number[] =>
    Array.from({ length: many }, (_, i) => firstNumber + seed * most + from + i);
  const played = await playEach(numbers(0, count), days, seeds, controllerNames, (one, clear) => {
    clear();
    for (const name of controllerNames) onCell({ ...lineOf(one, name) });
  });
  process.stderr.write(`${comparison(played, days)}\n`);
  const healthy = bars.touchedPercent === null ? [] : await findHealthy(numbers(count, searched * count), days, seeds);
  return rows(played, [...healthyOf(played), ...healthy], days, bars);
}

/** Services that need nothing: a day with one seed tells most of the others, what is left is played whole. */
async function findHealthy(numbers: readonly number[], days: number, seeds: number): Promise<readonly Played[]> {
  const looked = await playEach(numbers, 1, 1, [unharmed]);
  const likely = new Set(healthyOf(looked).map(({ service }) => service.name));
  const chosen = numbers.filter((_, i) => likely.has(looked[i]!.service.name));
  return healthyOf(await playEach(chosen, days, seeds, [unharmed, 'Auto']));
}

async function playEach(
  numbers: readonly number[],
  days: number,
  seeds: number,
  controllers: readonly ControllerName[],
  onService?: (one: Played, clear: () => void) => void,
): Promise<readonly Played[]> {
  const services = numbers.map(randomService);
  const numberOf = new Map(services.map((service, i) => [service, numbers[i]!]));
  const played: Played[] = [];
  const bar = new ProgressBar(process.stderr, 'runs');
  await playAll(services, {
    days,
    terms: usualTerms,
    controllers,
    seedsOf: (service) => Array.from({ length: seeds }, (_, i) => numberOf.get(service)! * 31 + i + 1),
    threads: availableParallelism(),
    onProgress: (done, all) => bar.show(done, all),
    onService: (one) => {
      played.push(one);
      onService?.(one, () => bar.clear());
    },
  });
  bar.clear();
  return played;
}
