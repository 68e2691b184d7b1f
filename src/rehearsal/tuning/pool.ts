/** Plays services side by side on several threads, each with several seeds. */
import { spread } from '../threads.ts';
import { type Comparison, compared, type Outcomes } from './comparison.ts';
import type { ControllerName } from './controllers/index.ts';
import type { Terms } from './controllers/ours.ts';
import type { TuningService } from './service.ts';

const worker = new URL('./worker.ts', import.meta.url);

export interface Played {
  readonly service: TuningService;
  /** A seed each. */
  readonly runs: readonly Outcomes[];
}

export interface PlayOptions {
  readonly days: number;
  readonly terms: Terms;
  readonly controllers: readonly ControllerName[];
  /** The seeds of a service's noise. */
  readonly seedsOf: (service: TuningService) => readonly number[];
  readonly threads: number;
  readonly onProgress?: (done: number, all: number) => void;
  /** Called for each service as soon as it and all before it are done. */
  readonly onService: (played: Played) => void;
  readonly signal?: AbortSignal;
}

/** Rejects with the first run's error, or the signal's reason. */
export async function playAll(services: readonly TuningService[], options: PlayOptions): Promise<void> {
  const { days, terms, controllers, threads, signal } = options;
  const comparisons = services.map((service) =>
    options.seedsOf(service).map((seed): Comparison => ({ service, seed, days, terms, controllers })),
  );
  const all = comparisons.flat();
  const outcomes = new Map<Comparison, Outcomes>();
  let told = 0;
  const onDone = (comparison: Comparison, result: Outcomes): void => {
    outcomes.set(comparison, result);
    options.onProgress?.(outcomes.size, all.length);
    for (; told < services.length && comparisons[told]!.every((one) => outcomes.has(one)); told++) {
      options.onService({ service: services[told]!, runs: comparisons[told]!.map((one) => outcomes.get(one)!) });
    }
  };
  await spread(all, { worker, work: compared, threads, signal, onDone });
}
