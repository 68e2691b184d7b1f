/** What is still held once everything that nobody holds is collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectNow: () => void = runInNewContext('gc');

/** Twice: what the first round finds dead may have held on to others. */
export async function collected(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectNow();
  }
}

/** How much more of the heap is held after the work than before. */
export async function heldBytes(work: () => Promise<void>): Promise<number> {
  await collected();
  const beforeBytes = process.memoryUsage().heapUsed;
  await work();
  await collected();
  return process.memoryUsage().heapUsed - beforeBytes;
}
