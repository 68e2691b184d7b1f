/**
 * `npm run bench -- ablations`: what each heuristic of the judgement buys. Each is taken out of a copy of the source, and the
 * worlds in which it should show are rehearsed with and without it, with the same seeds. No switch exists in the product.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Job } from '../../src/rehearsal/job.ts';
import { type Summary, summarize } from '../../src/rehearsal/summary.ts';
import { ProgressBar } from '../../src/report/progress.ts';
import { parseScenario } from '../../src/scenario/scenario.ts';
import { balanced } from './decisions/cells.ts';
import { heuristics, type Measure } from './decisions/heuristics.ts';
import { asked, found, type Shape } from './decisions/shapes.ts';
import { bad, finer, finerGood, good, harms, late } from './decisions/worlds.ts';
import type { BenchOptions, Row } from './main.ts';

const shapes: Readonly<Record<string, Shape>> = { ...found, ...asked };
const worlds = {
  ...good,
  ...finerGood,
  ...bad,
  ...finer,
  ...harms,
  ...Object.fromEntries(Object.entries(harms).map(([name, world]) => [`${name}, 120 s late`, late(world)])),
  ...Object.fromEntries(Object.entries(shapes).map(([name, { world }]) => [name, world])),
};
const badNames: readonly string[] = [
  ...[bad, finer, harms].flatMap((named) => Object.keys(named)),
  ...Object.keys(shapes).filter((name) => shapes[name]!.truth === 'Bad'),
];

/** Less than this is nothing: 3 %, and a fifth of a request, a second or a percent. */
const least = 0.03;
const leastAbsolute = 0.2;

const measures: Record<Measure, { unit: string; of(summary: Summary): number }> = {
  Harm: { unit: 'excess bad requests', of: ({ excessBadRequests }) => excessBadRequests.mean },
  FalseRollbacks: { unit: '% rolled back', of: ({ rolledBack, runs }) => (100 * rolledBack) / runs },
  TimeTo90: { unit: 's to 90 %', of: ({ secondsTo90Percent }) => secondsTo90Percent?.p50 ?? Number.POSITIVE_INFINITY },
  BackAfter: {
    unit: 's to the rollback',
    of: ({ secondsToRollback }) => secondsToRollback?.p50 ?? Number.POSITIVE_INFINITY,
  },
  Undecided: { unit: '% undecided', of: ({ undecided, runs }) => (100 * undecided) / runs },
};

export async function ablations(
  { seed, quick }: BenchOptions,
  onCell: (cell: Record<string, unknown>) => void,
): Promise<Row[]> {
  const bar = new ProgressBar(process.stderr, 'heuristics');
  const rows: Row[] = [];
  for (const [i, { name, edits, shows }] of heuristics.entries()) {
    bar.show(i, heuristics.length);
    const jobs = shows.map(
      ({ world, runs = 400 }): Job => ({
        policy: shapes[world]?.policy ?? balanced,
        scenario: parseScenario({
          ...worlds[world as keyof typeof worlds],
          name: world,
          truth: badNames.includes(world) ? 'Bad' : 'Good',
        }),
        rule: 'steadyrun',
        ruleOptions: {},
        seed,
        runs: quick ? 20 : runs,
      }),
    );
    const [withIt, without] = [await rehearsed('src', jobs), await inCopy(edits, (copy) => rehearsed(copy, jobs))];
    shows.forEach(({ world, measure }, at) => {
      const { unit, of } = measures[measure];
      const cell = {
        heuristic: name,
        world,
        unit,
        with: rounded(of(withIt[at]!)),
        without: rounded(of(without[at]!)),
        runs: withIt[at]!.runs,
      };
      bar.clear();
      onCell(cell);
    });
    const bought = shows.map(({ measure }, at) => {
      const [has, lacks] = [withIt[at]!, without[at]!].map(measures[measure].of) as [number, number];
      return lacks > (1 + least) * has + leastAbsolute;
    });
    const ok = bought.includes(true);
    rows.push({ what: `${name} buys something in one world or more`, value: ok ? 1 : 0, unit: '', bar: 1, ok });
  }
  bar.clear();
  return rows;
}

async function inCopy<T>(edits: (typeof heuristics)[number]['edits'], use: (src: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'steadyrun-ablation-'));
  try {
    cpSync('src', join(folder, 'src'), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    cpSync('package.json', join(folder, 'package.json'));
    for (const { file, from, to } of edits) {
      const path = join(folder, 'src/decide', file);
      const text = readFileSync(path, 'utf8');
      if (text.split(from).length !== 2) throw new Error(`src/decide/${file} does not hold exactly once: ${from}`);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
    return await use(join(folder, 'src'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** By the code in that folder. */
async function rehearsed(src: string, jobs: readonly Job[]): Promise<Summary[]> {
  const { rehearseAll } = (await import(
    pathToFileURL(resolve(src, 'rehearsal/pool.ts')).href
  )) as typeof import('../../src/rehearsal/pool.ts');
  const summaries: Summary[] = [];
  await rehearseAll(jobs, {
    threads: availableParallelism(),
    onJob: (job, results) => summaries.push(summarize(job, results)),
  });
  return summaries;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
