/** Rehearses jobs side by side on several threads. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Job, runsOf } from './job.ts';
import type { RunResult } from './rehearse.ts';
import type { Answer, Portion } from './worker.ts';

/** Large enough that handing over costs nothing, small enough that the threads end together. */
const portionRuns = 20;
const workerFile = new URL('./worker.ts', import.meta.url);

export interface PoolOptions {
  readonly threads: number;
  readonly onProgress?: (doneRuns: number, allRuns: number) => void;
  /** Called for each job as soon as it and all before it are done. */
  readonly onJob: (job: Job, results: readonly RunResult[]) => void;
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
  const left = jobs.map(({ runs }) => Math.ceil(runs / portionRuns));
  const allRuns = jobs.reduce((sum, { runs }) => sum + runs, 0);
  let doneRuns = 0;
  let told = 0;
  const done = ({ job, from, count }: Portion, these: readonly RunResult[]): void => {
    const at = jobs.indexOf(job);
    results[at]![from / portionRuns] = [...these];
    left[at]!--;
    doneRuns += count;
    options.onProgress?.(doneRuns, allRuns);
    for (; told < jobs.length && left[told] === 0; told++) {
      options.onJob(jobs[told]!, results[told]!.flat());
      results[told] = [];
    }
  };

  // Packed into one file there is no worker to start.
  const threads = existsSync(workerFile) ? Math.min(options.threads, portions.length) : 0;
  if (threads === 0) return await here(portions, done, options.signal);
  const workers = Array.from({ length: threads }, () => new Worker(workerFile));
  try {
    const queue = portions.values();
    await Promise.all(workers.map((worker) => serve(worker, queue, done, options.signal)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Done = (portion: Portion, results: readonly RunResult[]) => void;

async function here(portions: readonly Portion[], done: Done, signal: AbortSignal | undefined): Promise<void> {
  for (const portion of portions) {
    signal?.throwIfAborted();
    done(portion, runsOf(portion.job, portion.from, portion.count));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function serve(worker: Worker, queue: Iterator<Portion>, done: Done, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let portion: Portion | undefined;
    const next = (): void => {
      portion = queue.next().value as Portion | undefined;
      if (portion === undefined) resolve();
      else worker.postMessage(portion);
    };
    worker.on('message', (answer: Answer) => {
      if ('error' in answer) return reject(new Error(answer.error));
      done(portion!, answer.results);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a rehearsing thread ended too early')));
    signal?.addEventListener('abort', () => reject(signal.reason));
    next();
  });
}
