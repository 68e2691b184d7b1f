/** Rehearses jobs side by side on several threads. */
import { type Job, type Played, type Portion, portionOf } from './job.ts';
import type { RunResult } from './rehearse.ts';
import { spread } from './threads.ts';

/** Large enough that handing over costs nothing, small enough that the threads end together. */
const portionRuns = 20;
const workerFile = new URL('./worker.ts', import.meta.url);

export interface PoolOptions {
  readonly threads: number;
  readonly onProgress?: (doneRuns: number, allRuns: number) => void;
  /** Called for each job as soon as it and all before it are done, with how long it kept threads busy. */
  readonly onJob: (job: Job, results: readonly RunResult[], busyMs: number) => void;
  readonly signal?: AbortSignal;
}

/** Rejects with the first run's error, or the signal's reason. */
export async function rehearseAll(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  const portions = jobs.flatMap((job) =>
    Array.from({ length: Math.ceil(job.runs / portionRuns) }, (_, i): Portion => {
      const from = i * portionRuns;
      return { job, from, count: Math.min(portionRuns, job.runs - from) };
    }),
  );
  const results = jobs.map((): RunResult[][] => []);
  const busyMs = jobs.map(() => 0);
  const left = jobs.map(({ runs }) => Math.ceil(runs / portionRuns));
  const allRuns = jobs.reduce((sum, { runs }) => sum + runs, 0);
  let doneRuns = 0;
  let told = 0;
  const done = ({ job, from, count }: Portion, played: Played): void => {
    const at = jobs.indexOf(job);
    results[at]![from / portionRuns] = [...played.results];
    busyMs[at]! += played.busyMs;
    left[at]!--;
    doneRuns += count;
    options.onProgress?.(doneRuns, allRuns);
    for (; told < jobs.length && left[told] === 0; told++) {
      options.onJob(jobs[told]!, results[told]!.flat(), busyMs[told]!);
      results[told] = [];
    }
  };

  const { threads, signal } = options;
  await spread(portions, { worker: workerFile, work: portionOf, threads, signal, onDone: done });
}
