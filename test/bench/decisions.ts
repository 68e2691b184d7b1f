/**
 * `npm run bench -- decisions`: our rule and the peers' in the same worlds with the same seeds, one table, and the bars that
 * ours has to meet. The full form takes 10,000 runs for false rollbacks and 1,000 for everything else.
 */
import { availableParallelism } from 'node:os';
import type { Job } from '../../src/rehearsal/job.ts';
import { rehearseAll } from '../../src/rehearsal/pool.ts';
import { type Summary, summarize } from '../../src/rehearsal/summary.ts';
import { aligned } from '../../src/report/columns.ts';
import { ProgressBar } from '../../src/report/progress.ts';
import { type Cell, cellKey, cells, ours } from './decisions/cells.ts';
import { comparison } from './decisions/comparison.ts';
import { type Facts, factsOf } from './decisions/facts.ts';
import { oracleTable } from './decisions/oracle.ts';
import { rows } from './decisions/rows.ts';
import type { BenchOptions, Row } from './main.ts';

export interface Measured {
  readonly summary: Summary;
  readonly facts: Facts;
}

export async function decisions(
  { seed, quick }: BenchOptions,
  onCell: (cell: Record<string, unknown>) => void,
): Promise<Row[]> {
  const planned = cells(quick);
  const jobs = planned.map(
    ({ policy, scenario, rule, ruleOptions, runs, besideOracle }): Job => ({
      policy,
      scenario,
      rule,
      ruleOptions,
      seed,
      runs,
      besideOracle,
    }),
  );
  const measured = new Map<string, Measured>();
  const times: Time[] = [];
  const bar = new ProgressBar(process.stderr, 'runs');
  let at = 0;
  await rehearseAll(jobs, {
    threads: availableParallelism(),
    onProgress: (done, all) => bar.show(done, all),
    onJob: (job, results, busyMs) => {
      const cell: Cell = planned[at++]!;
      const summary = summarize(job, results);
      const facts = factsOf(results);
      measured.set(cellKey(cell), { summary, facts });
      bar.clear();
      const seconds = Number((busyMs / 1000).toFixed(2));
      times.push({ key: cellKey(cell), runs: cell.runs, seconds });
      onCell({
        ...summary,
        ...(cell.label !== cell.rule && { rule: cell.label }),
        seed,
        ...(facts.oracle && { oracle: facts.oracle }),
        seconds,
      });
    },
  });
  bar.clear();
  const besideOracle = oracleTable((world) => measured.get(cellKey({ label: ours, world })));
  process.stderr.write(`${[comparison(measured, planned), besideOracle, timesText(times)].join('\n\n')}\n`);
  return rows(measured, quick);
}

/** How long a cell kept threads busy. */
interface Time {
  readonly key: string;
  readonly runs: number;
  readonly seconds: number;
}

const shown = 20;

/** Where the time of the bench goes. */
function timesText(times: readonly Time[]): string {
  const all = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = [...times].sort((a, b) => b.seconds - a.seconds).slice(0, shown);
  const lines = longest.map(({ key, runs, seconds }) => [
    key,
    String(runs),
    seconds.toFixed(1),
    ((1000 * seconds) / runs).toFixed(2),
  ]);
  return [
    ...aligned([['LONGEST CELLS', 'RUNS', 'SECONDS', 'MS A RUN'], ...lines], [1, 2, 3]),
    '',
    `${all.toFixed(0)} s of a thread in all, ${times.length} cells.`,
  ].join('\n');
}
