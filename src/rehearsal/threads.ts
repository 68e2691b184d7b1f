/** Tasks side by side on several threads. */
import { existsSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';

export interface Spread<Task, Result> {
  /** A file that calls `answer`. */
  readonly worker: URL;
  /** What that file does with a task. */
  readonly work: (task: Task) => Result;
  readonly threads: number;
  /** In the order in which they are done. */
  readonly onDone: (task: Task, result: Result) => void;
  readonly signal?: AbortSignal | undefined;
}

type Answer<Result> = { readonly result: Result } | { readonly error: string };

/** Rejects with the first task's error, or the signal's reason. */
export async function spread<Task, Result>(tasks: readonly Task[], options: Spread<Task, Result>): Promise<void> {
  // Packed into one file there is no worker to start.
  const threads = existsSync(options.worker) ? Math.min(options.threads, tasks.length) : 0;
  if (threads === 0) return await here(tasks, options);
  const workers = Array.from({ length: threads }, () => new Worker(options.worker));
  try {
    const queue = tasks.values();
    await Promise.all(workers.map((worker) => serve(worker, queue, options)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function here<Task, Result>(
  tasks: readonly Task[],
  { work, onDone, signal }: Spread<Task, Result>,
): Promise<void> {
  for (const task of tasks) {
    signal?.throwIfAborted();
    onDone(task, work(task));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function serve<Task, Result>(
  worker: Worker,
  queue: Iterator<Task, unknown>,
  { onDone, signal }: Spread<Task, Result>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let task: Task;
    const next = (): void => {
      const { done, value } = queue.next();
      if (done) {
        resolve();
      } else {
        task = value;
        worker.postMessage(task);
      }
    };
    worker.on('message', (answer: Answer<Result>) => {
      if ('error' in answer) return reject(new Error(answer.error));
      onDone(task, answer.result);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a rehearsing thread ended too early')));
    signal?.addEventListener('abort', () => reject(signal.reason));
    next();
  });
}

/** In a worker: does what it is handed, a task at a time. */
export function answer<Task, Result>(work: (task: Task) => Result): void {
  parentPort?.on('message', (task: Task) => {
    try {
      parentPort?.postMessage({ result: work(task) } satisfies Answer<Result>);
    } catch (error) {
      parentPort?.postMessage({
        error: error instanceof Error ? error.message : String(error),
      } satisfies Answer<Result>);
    }
  });
}
