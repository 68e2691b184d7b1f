/** One service with one seed of noise, under each controller in turn: the same traffic, the same instances, the same chance. */
import { type ControllerName, controllers } from './controllers/index.ts';
import type { Terms } from './controllers/ours.ts';
import type { Outcome } from './outcome.ts';
import { ceilingOf, type TuningService } from './service.ts';
import { TuningWorld } from './world.ts';

/** Plain data, so that it can be handed to another thread. */
export interface Comparison {
  readonly service: TuningService;
  readonly seed: number;
  readonly days: number;
  readonly terms: Terms;
  readonly controllers: readonly ControllerName[];
}

export type Outcomes = Partial<Record<ControllerName, Outcome>>;

export function compared({ service, seed, days, terms, controllers: names }: Comparison): Outcomes {
  const outcomes: Outcomes = {};
  for (const name of names) {
    outcomes[name] =
      knownBefore(name, service, outcomes) ?? new TuningWorld(service, seed).run(controllers[name](terms), days);
  }
  return outcomes;
}

/** What cannot differ from what was played already. */
function knownBefore(name: ControllerName, service: TuningService, { untuned, Auto }: Outcomes): Outcome | undefined {
  if (name === 'untuned within the ceiling' && service.config.maxInstances <= ceilingOf(service)) return untuned;
  if (name === 'ServiceLevel' && Auto?.deeds.every(({ set }) => set === undefined)) return Auto;
  return undefined;
}
