/**
 * Where an etag is no lock, what protects another hand's change is the read before a write. So none is sent on what an
 * earlier look saw, or a list; and after one whose outcome is not known, or that nobody could read back, the service is read
 * before anything else is written.
 */
import { expect, test } from 'vitest';
import type { Service } from '../../src/facts/service.ts';
import { OutcomeUnknown, Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { Stage } from './stage.ts';

const fates = ['is accepted', 'is lost', 'is done, and its answer is lost', 'cannot be read back'] as const;
type Fate = (typeof fates)[number];

/** What a service was last read as in the pass that runs; every write is held to it. */
function watched(fate: Fate, passOf: () => number) {
  const reads = new WeakMap<Service, number>();
  let last: Service | null = null;
  let isBlind = false;
  const faults: string[] = [];
  const counts = { writes: 0, meddled: 0 };
  const services = (real: Services): Services =>
    replacing(real, {
      async read(ref) {
        if (isBlind) {
          isBlind = false;
          throw new Unavailable('Cloud Run answered 503');
        }
        last = await real.read(ref);
        if (last) reads.set(last, passOf());
        return last;
      },
      async write(ref, change, seen) {
        counts.writes++;
        if (reads.get(seen) !== passOf()) faults.push(`write ${counts.writes} on what another pass read, or on a list`);
        if (seen !== last) faults.push(`write ${counts.writes} on what is not the last read`);
        last = null;
        // Every third write: the one after it is the one that has to look first.
        const meddles = counts.writes % 3 === 2;
        if (meddles) counts.meddled++;
        if (meddles && fate === 'is lost') throw new OutcomeUnknown('The connection was reset');
        await real.write(ref, change, seen);
        if (meddles && fate === 'is done, and its answer is lost') throw new OutcomeUnknown('The connection was reset');
        isBlind = meddles && fate === 'cannot be read back';
      },
    });
  return { services, faults, counts };
}

test.each(fates.flatMap((fate) => (['0', '3.3', '100'] as const).map((errors) => ({ fate, errors }))))(
  'every write is on the service as it was last read, in its own look: a write $fate, $errors % of errors',
  async ({ fate, errors }) => {
    let passes = 0;
    const { services, faults, counts } = watched(fate, () => passes);
    const onPass = () => {
      passes++;
    };
    const stage = new Stage({ services, onPass, world: { manners: { etags: 'Ignored', latestReady: 'Lags' } } });
    stage.start();
    await stage.until(({ phase }) => phase === 'Steady', 5);
    const stable = stage.status.stable!.revision;
    const candidate = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: errors } });
    await stage.until(({ phase }) => phase === 'Ramping', 5);
    await stage.until(({ phase }) => phase === 'Steady', 240);
    expect(stage.traffic).toBe(`${errors === '0' ? candidate : stable}=100`);
    expect(faults).toEqual([]);
    expect(counts.meddled).toBeGreaterThan(0);
  },
);
