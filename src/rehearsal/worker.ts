/** A thread that rehearses what it is handed, a portion at a time. */
import { parentPort } from 'node:worker_threads';
import { type Job, runsOf } from './job.ts';
import type { RunResult } from './rehearse.ts';

export interface Portion {
  readonly job: Job;
  readonly from: number;
  readonly count: number;
}

export type Answer = { readonly results: readonly RunResult[] } | { readonly error: string };

parentPort?.on('message', ({ job, from, count }: Portion) => {
  try {
    parentPort?.postMessage({ results: runsOf(job, from, count) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
});
