/** The two ways in which the port `Services` is had: the lab in process, and Cloud Run's client over the lab's door. */
import { createServices } from '../../src/cloudrun/services.ts';
import type { Faults } from '../../src/lab/adminapi/faults.ts';
import { CloudRunDoor } from '../../src/lab/doors/cloudrun.ts';
import { LabServices } from '../../src/lab/services.ts';
import type { World } from '../../src/lab/world.ts';
import { serve } from '../lab/doors/serve.ts';
import type { Place } from './contract/contract.ts';

export const inProcess = async (world: World): Promise<Place> => ({
  world,
  services: new LabServices(world),
  close: async () => undefined,
});

export async function overTheDoor(world: World, faults: Faults = () => undefined): Promise<Place> {
  const door = new CloudRunDoor({ world, faults });
  const server = await serve((request, response) => door.handle(request, response));
  const ending = new AbortController();
  const services = await createServices({
    access: { labOrigin: new URL(server.origin) },
    version: '9.9.9',
    clock: { nowMs: () => world.nowMs },
    signal: ending.signal,
    onCall: () => undefined,
    onListDenied: () => undefined,
  });
  const close = async () => {
    ending.abort();
    await server.close();
  };
  return { world, services, close };
}
