/** The most instances that there may be: what binds is said, and what Cloud Run refuses is learnt. */
import { describe, expect, test } from 'vitest';
import { Stage, type StageOptions } from './stage.ts';
import { atMaximum, crowded, leverOf, maximaOf, templatesOf, tuned } from './tuned.ts';

async function played(options: StageOptions, minutes: number) {
  const stage = new Stage(options);
  stage.start();
  await stage.run(minutes);
  return { stage, lever: leverOf(stage.status, 'maxInstances')! };
}

/** A quota counts the maximum of the revision, too. */
const scarce = { seeded: { template: { concurrency: 10 }, scaling: { maxInstances: 5 }, quota: 8 } };

describe('a service at its maximum', () => {
  test('is raised within two minutes of the metric', async () => {
    const stage = new Stage(atMaximum());
    stage.start();
    expect(await stage.until(() => maximaOf(stage).length > 0, 4)).toBeLessThanOrEqual(2);
    expect(maximaOf(stage)).toEqual([10]);
  });

  test('is raised to what the database bears, and no further', async () => {
    const connections = [{ name: 'cloudsql-main', max: 100, reserve: 10, perInstance: 10 }];
    const { stage, lever } = await played(atMaximum({}, { connections }), 60);
    expect(maximaOf(stage)).toEqual([8]);
    expect(lever.blockedBy).toEqual(['ConnectionCeiling']);
    expect(lever.message).toContain('cloudsql-main');
  });

  test('is raised to what the policy allows, and no further', async () => {
    const { stage, lever } = await played(atMaximum({}, { maxInstances: { max: 7 } }), 60);
    expect(maximaOf(stage)).toEqual([7]);
    expect(lever.blockedBy).toEqual(['PolicyMaximum']);
  });

  test('is raised to what the quota allows, which is learnt by a refusal, and no further', async () => {
    const { stage, lever } = await played(atMaximum(scarce), 60);
    expect(stage.status.tuner?.quota).toMatchObject({ maxInstances: 8 });
    expect(maximaOf(stage)).toEqual([8]);
    expect(lever.blockedBy).toEqual(['Quota']);
    expect(stage.reasons().filter((reason) => reason === 'NotCarriedOut')).toHaveLength(1);
  });

  test('asks for more than the quota again after a week, and not before', { timeout: 120_000 }, async () => {
    const { stage } = await played(atMaximum(scarce), 30);
    const stored = stage.policies.stored(stage.key) as { tuner: object };
    const ago = (days: number) => new Date(stage.clock.nowMs() - days * 86_400_000).toISOString();
    const learnt = (days: number) =>
      stage.policies.restatus(stage.key, {
        ...stored,
        tuner: { ...stored.tuner, quota: { maxInstances: 8, at: ago(days) } },
      });
    learnt(6);
    await stage.run(10);
    expect(stage.status.tuner?.quota?.maxInstances).toBe(8);
    learnt(8);
    await stage.run(10);
    // It was asked for, refused, and learnt anew.
    expect(Date.parse(stage.status.tuner!.quota!.at)).toBeGreaterThan(stage.clock.nowMs() - 20 * 60_000);
  });

  test('a quota that the service has outgrown is forgotten', async () => {
    const { stage } = await played(atMaximum({ seeded: { scaling: { maxInstances: 5 } } }), 5);
    const stored = stage.policies.stored(stage.key) as { tuner: object };
    const at = new Date(stage.clock.nowMs()).toISOString();
    stage.policies.restatus(stage.key, { ...stored, tuner: { ...stored.tuner, quota: { maxInstances: 8, at } } });
    await stage.run(10);
    expect(stage.status.tuner?.quota).toBeUndefined();
  });

  const bound = { seeded: { template: { concurrency: 10, maxInstances: 5 }, scaling: { maxInstances: 50 } } };

  test("that is its revision's own is not raised where it would do nothing", async () => {
    const { stage, lever } = await played(atMaximum(bound), 60);
    expect(stage.writes.filter(({ kind }) => kind !== 'traffic')).toEqual([]);
    expect(lever.blockedBy).toEqual(['RevisionMaximum']);
    expect(lever.message).toContain('5');
  });

  test("that is its revision's own is raised in Auto with a tuning revision", { timeout: 60_000 }, async () => {
    const { stage, made } = await tuned(crowded(bound));
    expect(maximaOf(stage)).toEqual([]);
    const { template } = stage.world.service('api').revisions.get(made)!;
    expect((template.scaling as { maxInstanceCount: number }).maxInstanceCount).toBe(10);
  });

  test("that is its revision's own is left to the pipeline that sets it back twice", { timeout: 120_000 }, async () => {
    const { stage, made } = await tuned(crowded(bound));
    await stage.until(({ rollout }) => rollout?.candidate === made, 10);
    stage.annotate('promote', made);
    await stage.until(({ stable }) => stable?.revision === made, 5);
    await stage.run(2);
    for (let times = 0; times < 2; times++) {
      const { spec } = stage.world.service('api');
      const { revision: _, ...template } = spec.template as Record<string, unknown>;
      const scaling = { ...(template.scaling as object), maxInstanceCount: 5 };
      stage.world.change(
        'api',
        { template: { ...template, labels: { deploy: `${times}` }, scaling } as never },
        'terraform',
      );
      const theirs = stage.world.service('api').latestCreated.name;
      await stage.until(({ rollout }) => rollout?.candidate === theirs, 10);
      stage.annotate('promote', theirs);
      await stage.until(({ stable }) => stable?.revision === theirs, 10);
      await stage.run(2);
    }
    const before = templatesOf(stage).length;
    await stage.run(120);
    const sets = templatesOf(stage).slice(before) as { scaling?: { maxInstanceCount?: number } }[];
    expect(sets.filter(({ scaling }) => scaling?.maxInstanceCount !== undefined)).toEqual([]);
    expect(leverOf(stage.status, 'maxInstances')?.blockedBy).toEqual(['RevisionMaximum', 'ExternallyManaged']);
  });
});

describe('more instances than the database bears', () => {
  const connections = [{ name: 'cloudsql-main', max: 40, reserve: 0, perInstance: 10 }];
  const roomy = { rps: 2, seeded: { scaling: { maxInstances: 50 } } };

  test.each(['ServiceLevel', 'Auto'])('are not allowed any more in %s, without any metric', async (mode) => {
    const stage = new Stage(crowded(roomy, { mode, connections }));
    stage.event({ at: '0s', for: '9h', on: 'Metrics', outage: true });
    stage.start();
    await stage.run(5);
    expect(maximaOf(stage)).toEqual([3]);
  });

  test('are allowed in Recommend, which says so', async () => {
    const { stage, lever } = await played(crowded(roomy, { mode: 'Recommend', connections }), 5);
    expect(maximaOf(stage)).toEqual([]);
    expect(lever).toMatchObject({ target: 3, blockedBy: ['Mode'] });
    expect(stage.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'ConnectionCeilingExceeded', status: 'True' }),
    );
  });

  test('are left where nothing was written of them', async () => {
    const { stage } = await played(
      crowded(roomy, { mode: 'Auto', connections: undefined, maxInstances: { min: 1 } }),
      60,
    );
    expect(maximaOf(stage)).toEqual([]);
  });
});

test('what is only recommended is recommended once', async () => {
  const { stage, lever } = await played(atMaximum({}, { mode: 'Recommend' }), 180);
  expect(lever).toMatchObject({ target: 10, blockedBy: ['Mode'] });
  const told = stage.policies.events.filter(
    ({ reason, message }) => reason === 'TuningRecommended' && message.startsWith('maxInstances'),
  );
  expect(told).toHaveLength(1);
});

test('an incident raises the maximum once, however long it lasts and however often it is seen', async () => {
  const errors = {
    name: 'errors',
    targetPercent: 99.9,
    indicator: {
      ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
    },
  };
  const stage = new Stage({
    rps: 100,
    spec: { objectives: [errors], tuning: { mode: 'ServiceLevel', connections: [] } },
    seeded: { scaling: { maxInstances: 40 } },
  });
  stage.start();
  await stage.until(({ phase }) => phase === 'Steady', 5);
  stage.world.deploy('api');
  await stage.until(({ phase }) => phase === 'Ramping', 5);
  await stage.run(2);
  stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 20 });
  await stage.run(90);
  expect(stage.status.hold).toMatchObject({ reason: 'SharedOutage' });
  expect(maximaOf(stage)).toEqual([60]);
  expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
});
