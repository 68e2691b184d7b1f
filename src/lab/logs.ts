/** The loop's view of the simulated logs, without HTTP between. */
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { OutOfMemory } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { Logs } from '../ports/logs.ts';
import { Refusal } from './world/refusal.ts';
import type { World } from './world.ts';

export class LabLogs implements Logs {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async outOfMemory(ref: ServiceRef, fromMs: number, toMs: number): Promise<Answer<OutOfMemory>> {
    try {
      const counts = new Map<string, number>();
      for (const { revision } of this.#world.outOfMemory(ref, fromMs, toMs)) {
        counts.set(revision, (counts.get(revision) ?? 0) + 1);
      }
      return known(Object.fromEntries(counts));
    } catch (error) {
      if (error instanceof Refusal) return unknown('NotGranted', error.message);
      throw error;
    }
  }
}
