/** How fast the world of the demo may run here: an operator that gets a tenth of a core cannot keep up with 75 times the wall's pace. */
import { performance } from 'node:perf_hooks';
import type { ServiceSeed } from '../../lab/seed.ts';
import { World } from '../../lab/world.ts';

export const usualSpeed = 75;
const slowestSpeed = 5;
/** So many seconds of the demo's world in one of the wall's are enough for the lab and the operator beside it. */
const enough = 15_000;
const measuredMs = 500;
const stepMs = 5_000;

/** Measures half a second long, in a world of its own. */
export function speedHere(services: readonly ServiceSeed[]): number {
  const startMs = Date.now();
  const world = new World({ startMs, seed: 1, services });
  const begun = performance.now();
  for (; performance.now() - begun < measuredMs; ) world.advanceTo(world.nowMs + stepMs);
  return speedFor((world.nowMs - startMs) / (performance.now() - begun));
}

/** `worldPerWall`: how many seconds of the world one of the wall's is enough for, with nothing else to do. */
export const speedFor = (worldPerWall: number): number =>
  Math.max(slowestSpeed, Math.round(usualSpeed * Math.min(1, worldPerWall / enough)));
