/** How revisions run, as it is read and written: the maximum of the service, and a tuning revision. */
import { describe, expect, test } from 'vitest';
import type { ScalingChange, TemplateChange, TunedSettings } from '../../../src/facts/change.ts';
import type { World } from '../../../src/lab/world.ts';
import { Conflict, QuotaExceeded, Refused, TargetsNotSettable } from '../../../src/ports/errors.ts';
import type { Services } from '../../../src/ports/services.ts';
import { OLD, worldOf } from '../../lab/worlds.ts';
import type { Begin, Place } from './contract.ts';
import { REF, seenBy, settle, share, untouched } from './words.ts';

const TUNED = 'api-00002-tuned';
const scaling = (maxInstances: number): ScalingChange => ({ kind: 'Scaling', maxInstances });
const template = (set: TunedSettings, from = OLD): TemplateChange => ({ kind: 'Template', revision: TUNED, from, set });

/** A service that names its revision, whose template has something to keep. */
function pinned(more: Parameters<typeof worldOf>[0] = {}): World {
  return worldOf({
    traffic: [share(OLD, 100)],
    env: { KEPT: 'yes' },
    template: { concurrency: 40, maxInstances: 20 },
    ...more,
  });
}

const written = async (services: Services, change: ScalingChange | TemplateChange): Promise<void> =>
  services.write(REF, change, await seenBy(services));

/** Nothing is changed by it, and how it is told. */
async function notDone({ world, services }: Place, change: ScalingChange | TemplateChange): Promise<Error> {
  const before = untouched(world);
  const error = await written(services, change).then(
    () => new Error('It was done.'),
    (thrown: unknown) => thrown as Error,
  );
  expect(untouched(world)).toEqual(before);
  return error;
}

export function tuning(begin: Begin): void {
  test('a maximum of the service, which makes no revision and changes nothing else', async () => {
    const { world, services } = await begin(pinned());
    const before = world.service('api').spec;
    await written(services, scaling(37));
    settle(world);
    const after = world.service('api');
    expect(after.spec).toEqual({ ...before, scaling: { ...before.scaling, maxInstances: 37 } });
    expect((await seenBy(services)).scaling).toEqual({ mode: 'Automatic', maxInstances: 37 });
    expect([...after.revisions.keys()]).toEqual([OLD]);
  });

  describe('a tuning revision', () => {
    test.each<[TunedSettings, object, object]>([
      [{ concurrency: 20 }, { concurrency: 20 }, {}],
      [{ cpuTargetPercent: 48 }, {}, { cpuPercent: 48 }],
      [{ concurrencyTargetPercent: 30, cpuTargetPercent: 57 }, {}, { concurrencyPercent: 30, cpuPercent: 57 }],
      [{ maxInstances: 90 }, { maxInstances: 90 }, {}],
      [
        { concurrency: 1, maxInstances: 90, concurrencyTargetPercent: 44 },
        { concurrency: 1, maxInstances: 90 },
        { concurrencyPercent: 44 },
      ],
    ])('of %j differs in that alone, and gets no traffic', async (set, settings, targets) => {
      const { world, services } = await begin(pinned());
      const [before, aims] = [await services.revision(REF, OLD), await services.targets(REF, OLD)];
      expect(before?.settings).toEqual({
        concurrency: 40,
        maxInstances: 20,
        minInstances: 0,
        cpus: 1,
        memoryMib: 512,
        image: 'registry.example/app:v1',
      });
      await written(services, template(set));
      settle(world);
      const service = await seenBy(services);
      expect(service.latestCreated).toBe(TUNED);
      expect(service.traffic.filter(({ percent }) => percent > 0)).toEqual([share(OLD, 100)]);
      expect((await services.revision(REF, TUNED))?.settings).toEqual({ ...before?.settings, ...settings });
      expect(await services.targets(REF, TUNED)).toEqual({ ...aims, ...targets });
      const { containers, annotations } = world.service('api').spec.template as {
        containers: { env: object }[];
        annotations: object;
      };
      expect(JSON.stringify(containers)).toContain('KEPT');
      expect(annotations).toMatchObject({ 'steadyrun.dev/cause': `tuning/${TUNED}` });
    });

    test('is not made where somebody has deployed since', async () => {
      const place = await begin(pinned());
      expect(await notDone(place, template({ concurrency: 20 }, 'api-00000-before'))).toBeInstanceOf(Conflict);
    });

    test('is not made under a stale lock', async () => {
      const { world, services } = await begin(pinned());
      const seen = await seenBy(services);
      world.change('api', { labels: { team: 'a' } });
      await expect(services.write(REF, template({ concurrency: 20 }), seen)).rejects.toThrow(Conflict);
    });

    test('is not made twice', async () => {
      const { world, services } = await begin(pinned());
      await written(services, template({ concurrency: 20 }));
      settle(world);
      await expect(written(services, template({ concurrency: 10 }, TUNED))).rejects.toThrow(Refused);
    });

    test.each<TunedSettings>([{}, { concurrency: 0 }, { cpuTargetPercent: 101 }])('of %j is refused', async (set) => {
      const place = await begin(pinned());
      expect(await notDone(place, template(set))).toBeInstanceOf(Refused);
    });

    test('of a target that Cloud Run does not take is refused as such', async () => {
      const place = await begin(pinned());
      expect(await notDone(place, template({ cpuTargetPercent: 99 }))).toBeInstanceOf(TargetsNotSettable);
    });
  });

  test.each([scaling(201), template({ maxInstances: 201 })])(
    'what exceeds the quota is refused with what it bears: $kind',
    async (change) => {
      const place = await begin(pinned({ quota: 200 }));
      const error = await notDone(place, change);
      expect(error).toBeInstanceOf(QuotaExceeded);
      expect((error as QuotaExceeded).maxInstances).toBe(200);
    },
  );

  test('the digest of what a revision runs, which moves with the tag', async () => {
    const { world, services } = await begin(pinned({ image: 'registry.example/app:latest' }));
    const before = await services.digest(REF, OLD);
    expect(before).toMatch(/^sha256:[0-9a-f]{64}$/);
    await written(services, template({ concurrency: 20 }));
    settle(world);
    expect(await services.digest(REF, TUNED)).toBe(before);
    world.moveTag('registry.example/app:latest');
    const seen = await seenBy(services);
    await services.write(REF, { ...template({ concurrency: 10 }, TUNED), revision: 'api-00003-tuned' }, seen);
    settle(world);
    expect(await services.digest(REF, 'api-00003-tuned')).not.toBe(before);
  });

  test('nothing of a revision that does not exist', async () => {
    const { services } = await begin(pinned());
    expect(await services.targets(REF, 'api-00099-zzz')).toBeNull();
    expect(await services.digest(REF, 'api-00099-zzz')).toBeNull();
  });
}
