/** What the suite of the port (test/services) does not ask: what the lab keeps of a write in process, for the truth. */
import { expect, test } from 'vitest';
import { LabServices } from '../../src/lab/services.ts';
import { OLD, worldOf } from './worlds.ts';

test('a write in process is remembered with the traffic that it asked for', async () => {
  const world = worldOf();
  const services = new LabServices(world);
  const ref = { project: 'acme', region: 'europe-west1', name: 'api' };
  const seen = (await services.read(ref))!;
  const tagged = { ...seen, traffic: [...seen.traffic, { revision: OLD, percent: 0, tag: 'probe' }] };
  await services.write(ref, { kind: 'Traffic', split: [{ revision: OLD, percent: 100 }] }, tagged);
  const traffic = [
    { revision: OLD, percent: 100 },
    { revision: OLD, percent: 0, tag: 'probe' },
  ];
  expect(world.service('api').spec.traffic).toEqual(traffic);
  expect(world.truth('api').writes).toEqual([
    { by: 'operator', kind: 'traffic', body: { traffic }, atMs: world.nowMs },
  ]);
});
