/** Somebody, or Cloud Run itself, is in between: what was written is believed once it is read back, and a step waits. */
import { expect, test } from 'vitest';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, type Stage } from './stage.ts';

test('a start that another hand undoes before it is read back has not begun, and the candidate is not blamed', async () => {
  let undo: (() => void) | null = null;
  const services = (real: Services): Services =>
    replacing(real, {
      async write(...args) {
        await real.write(...args);
        undo?.();
        undo = null;
      },
    });
  const { stage, stable } = await adopted({ services });
  undo = () => {
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
  };
  const candidate = stage.world.deploy('api');
  await stage.until(() => undo === null, 3);
  await stage.until((status) => status.rollout?.candidate === candidate, 5);
  expect(stage.status.rejected ?? []).toEqual([]);
});

test('a step waits until Cloud Run has finished with the last one', async () => {
  let busy = false;
  const services = (real: Services): Services =>
    replacing(real, {
      async read(ref) {
        const service = await real.read(ref);
        return service && busy ? { ...service, settled: false } : service;
      },
    });
  const { stage }: { stage: Stage } = await ramping({ services });
  const share = stage.traffic;
  busy = true;
  await stage.run(20);
  expect(stage.traffic).toBe(share);
  busy = false;
  await stage.until(({ rollout }) => (rollout?.shares.length ?? 0) > 1, 5);
});
