/**
 * `npm run bench -- placebo --data DIR`: what the judge makes of real traffic in which nothing is the matter, and of the same
 * traffic with a fault put into one arm; the peers' rules beside it. Without a folder it says which data it wants. The data
 * are other people's, and not in this repository.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { spread } from '../../src/rehearsal/threads.ts';
import { ProgressBar } from '../../src/report/progress.ts';
import type { BenchOptions, Row } from './main.ts';
import { type Cell, cellsOf, contenders } from './placebo/cells.ts';
import { BadData } from './placebo/csv.ts';
import { linesOf } from './placebo/lines.ts';
import { startsIn } from './placebo/recorded.ts';
import { type Measured, rows } from './placebo/rows.ts';
import { ticksOfRun } from './placebo/series.ts';
import { dataSets, leftOut, seriesIn } from './placebo/sets.ts';
import { comparison } from './placebo/table.ts';
import { type Result, resultOf, type Task } from './placebo/work.ts';

type OnCell = (cell: Record<string, unknown>) => void;

const workerFile = new URL('./placebo/worker.ts', import.meta.url);

export async function placebo({ seed, quick, data }: BenchOptions, onCell: OnCell): Promise<Row[]> {
  const cells = found(data, onCell);
  const runs = quick ? 20 : 500;
  const tasks = cells.map((cell): Task => ({ cell, contenders, seed, runs }));
  const results: (Result | undefined)[] = tasks.map(() => undefined);
  const measured: Measured[] = [];
  const bar = new ProgressBar(process.stderr, 'cells');
  let done = 0;
  await spread(tasks, {
    worker: workerFile,
    work: resultOf,
    threads: availableParallelism(),
    onDone: (task, result) => {
      results[tasks.indexOf(task)] = result;
      bar.show(++done, tasks.length);
      // In their order, whoever was first.
      for (let next = results[measured.length]; next; next = results[measured.length]) {
        const one = { cell: cells[measured.length]!, runs, result: next };
        measured.push(one);
        bar.clear();
        for (const line of linesOf(one)) onCell({ ...line, seed });
      }
    },
  });
  bar.clear();
  if (measured.length > 0) process.stderr.write(`${comparison(measured)}\n`);
  return rows(measured, quick);
}

/** The cells of the data that are there; what is not, or is of no use, is said. */
function found(folder: string | undefined, onCell: OnCell): Cell[] {
  if (folder !== undefined && !existsSync(folder)) throw new BadData(`--data ${folder}: there is no such folder`);
  const cells = dataSets.flatMap((set) => {
    const series = folder === undefined ? null : seriesIn(folder, set);
    if (series === null) {
      const { series: _, file, ...wanted } = set;
      onCell({ dataSet: file, found: false, ...wanted });
      return [];
    }
    return series.flatMap((one) => {
      if (one.keptWhole === 'Instances' || startsIn(one.stretches, ticksOfRun(one.tickMs)) > 0) return cellsOf(one);
      onCell({ series: one.name, leftOut: `no ${ticksOfRun(one.tickMs)} ticks without a hole, with one before them` });
      return [];
    });
  });
  for (const { file, why } of leftOut) onCell({ dataSet: file, leftOut: why });
  return cells;
}
