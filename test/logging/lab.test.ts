/** The lab's logs in process and through their door, read as in production: they tell the same of the same world. */
import { afterEach, expect, it } from 'vitest';
import { codeOf } from '../../src/cloudrun/errors.ts';
import { Rest } from '../../src/cloudrun/rest.ts';
import { known } from '../../src/facts/answer.ts';
import { loggingDoor } from '../../src/lab/doors/logging.ts';
import { LabLogs } from '../../src/lab/logs.ts';
import type { World } from '../../src/lab/world.ts';
import { CloudLogs } from '../../src/logging/logs.ts';
import type { Logs } from '../../src/ports/logs.ts';
import { serve } from '../lab/doors/serve.ts';
import { API, live, MINUTE_MS, OLD, worldOf } from '../lab/worlds.ts';

let close: () => Promise<void> = async () => {};
afterEach(() => close());

async function bothOf(world: World): Promise<readonly Logs[]> {
  const server = await serve(loggingDoor(world));
  close = () => server.close();
  const rest = new Rest({ labOrigin: new URL(server.origin) }, '9.9.9');
  const overTheDoor = new CloudLogs({
    api: { list: (question, call) => rest.post('logging.googleapis.com', '/v2/entries:list', question, call), codeOf },
    clock: { nowMs: () => world.nowMs },
    onCall: () => undefined,
  });
  return [new LabLogs(world), overTheDoor];
}

/** Each instance holds more than it may as soon as it has something to do. */
const hungry = { env: { LAB_MEMORY_MIB: '500/30' }, template: { memory: '512Mi' } };

it('instances that were killed are counted alike', async () => {
  const world = worldOf(hungry);
  live(world, 10 * MINUTE_MS);
  const [inProcess, overTheDoor] = await bothOf(world);
  for (const [from, to] of [
    [10, 0],
    [5, 0],
    [4, 2],
  ] as const) {
    const window = [world.nowMs - from * MINUTE_MS, world.nowMs - to * MINUTE_MS] as const;
    const answer = await inProcess!.outOfMemory(API, ...window);
    expect(answer.kind === 'Known' && answer.value[OLD]! > 0).toBe(true);
    expect(await overTheDoor!.outOfMemory(API, ...window)).toEqual(answer);
  }
});

it('where none was killed, nothing is counted', async () => {
  const world = worldOf();
  live(world, 10 * MINUTE_MS);
  for (const logs of await bothOf(world))
    expect(await logs.outOfMemory(API, world.nowMs - 10 * MINUTE_MS, world.nowMs)).toEqual(known({}));
});

it('where nobody may read them, it is said', async () => {
  const world = worldOf(hungry);
  world.event(null, { at: '0s', for: '1h', on: 'Logs', outage: true });
  live(world, MINUTE_MS);
  for (const logs of await bothOf(world))
    expect(await logs.outOfMemory(API, world.nowMs - MINUTE_MS, world.nowMs)).toMatchObject({
      kind: 'Unknown',
      reason: 'NotGranted',
    });
});
