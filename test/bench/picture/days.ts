/** Days of one service, minute by minute, as a picture shows them: how full its instances were, and how many there were. */

import type { TunedSettings } from '../../../src/facts/change.ts';
import { type Resource, resources } from '../../../src/facts/saturation.ts';
import type { Controller, SeenMinute } from '../../../src/rehearsal/tuning/controller.ts';
import { type ControllerName, controllers, usualTerms } from '../../../src/rehearsal/tuning/controllers/index.ts';
import type { TuningService } from '../../../src/rehearsal/tuning/service.ts';
import { TuningWorld } from '../../../src/rehearsal/tuning/world.ts';

export interface Days {
  /** A value a minute, percent: what the fullest of CPU, memory and concurrency did not fall below for five minutes on end. */
  readonly saturation: readonly number[];
  readonly instances: readonly number[];
  readonly changes: readonly { readonly minute: number; readonly set: TunedSettings }[];
}

const sustainedMinutes = 5;

export function daysOf(service: TuningService, name: ControllerName, days: number, seed: number): Days {
  const seen: SeenMinute[] = [];
  const controller = controllers[name](usualTerms);
  const watched: Controller = {
    step(minute, situation) {
      seen.push(minute);
      return controller.step(minute, situation);
    },
  };
  const { deeds } = new TuningWorld(service, seed).run(watched, days);
  return {
    saturation: seen.map(
      (_, place) => 100 * Math.max(...resources.map((resource) => sustained(seen, place, resource))),
    ),
    instances: seen.map(({ minute }) => minute.activeInstances ?? 0),
    changes: deeds.flatMap(({ second, set }) => (set ? [{ minute: Math.floor(second / 60), set }] : [])),
  };
}

const sustained = (seen: readonly SeenMinute[], place: number, resource: Resource): number =>
  Math.min(...seen.slice(Math.max(0, place - sustainedMinutes + 1), place + 1).map((one) => levelOf(one, resource)));

function levelOf({ minute, concurrency }: SeenMinute, resource: Resource): number {
  const { peakInFlight } = minute;
  return Math.min(1, resource === 'concurrency' ? (peakInFlight ?? 0) / concurrency : (minute[resource] ?? 0));
}
