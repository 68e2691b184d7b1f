/** The operator at work, while this process leads: a queue of its own for each term, and the workers on it. */
import { Operator, type OperatorHooks } from '../../loop/operator.ts';
import { type QueueState, WorkQueue } from '../../loop/queue.ts';
import type { Wiring } from '../../loop/wiring.ts';
import type { Part } from './engine.ts';

const retry = { retryBaseMs: 500, retryCapMs: 60_000 };
const idle: QueueState = { depth: 0, processing: 0, delayed: 0, adds: 0, retries: 0, longestRunningMs: 0 };

export interface WorkOptions {
  readonly wiring: () => Wiring;
  readonly hooks: OperatorHooks;
  readonly workers: number;
  /** The keys that are there when a term begins. */
  readonly keys: () => readonly string[];
}

export class Work implements Part {
  readonly name = 'work';
  readonly runs = 'WhileLeading';
  readonly #options: WorkOptions;
  #term: { readonly queue: WorkQueue; readonly done: Promise<void> } | null = null;

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { wiring, hooks, workers, keys } = this.#options;
    const world = wiring();
    const queue = new WorkQueue({ clock: world.clock, ...retry });
    for (const key of keys()) queue.add(key);
    this.#term = { queue, done: new Operator(world, queue, hooks).run(workers) };
  }

  ended(): Promise<void> {
    return this.#term!.done;
  }

  async close(): Promise<void> {
    const term = this.#term;
    if (!term) return;
    void term.queue.shutdown();
    await term.done;
    this.#term = null;
  }

  /** Whoever does not lead has nothing to do: all keys are there when a term begins. */
  add(key: string): void {
    this.#term?.queue.add(key);
  }

  state(): QueueState {
    return this.#term?.queue.state() ?? idle;
  }
}
