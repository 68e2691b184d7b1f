/** A second decision and a second kind of write fit in without a touch to the first. */
import { describe, expect, test } from 'vitest';
import { type Stage, type StageOptions, Stage as Theatre } from '../scenarios/stage.ts';
import { ceilingStage, timesRaised } from './ceiling.ts';

const wanted = 100;

function playing(options: StageOptions = {}): Stage {
  const stage: Stage = new Theatre({ ...ceilingStage(wanted, () => stage.world), rps: 10, ...options });
  stage.start();
  return stage;
}

const ceilings = (stage: Stage): unknown[] =>
  stage.writes.flatMap(({ body }) => ('scaling' in (body as object) ? [(body as { scaling: unknown }).scaling] : []));

describe('a concern beside the traffic', () => {
  test('writes once, confirms what it wrote, tells of it and remembers it', async () => {
    const stage = playing();
    await stage.until((status) => timesRaised(status) > 0, 5);
    await stage.run(10);
    expect(ceilings(stage)).toEqual([{ maxInstanceCount: wanted }]);
    expect(stage.status).toMatchObject({ phase: 'Steady', decision: { action: 'Raise', reason: 'Steady' } });
    expect(stage.status.intent).toBeUndefined();
    expect(stage.policies.events.filter(({ action }) => action === 'Raise')).toHaveLength(1);
  });

  test('persists what it is about to write beside the intent of a split, and reads it again', async () => {
    const stage = new Theatre({ ...ceilingStage(wanted, () => stage.world), rps: 10 }) as Stage;
    let stored: unknown;
    stage.start((call) => {
      if (call !== 'services.write' || stage.status.intent?.purpose !== ('Raise' as never)) return 'go';
      stored = stage.policies.stored(stage.key);
      return 'dieAfter';
    });
    while (stage.alive) await stage.clock.advance(10_000);
    expect(stored).toMatchObject({ change: { purpose: 'Raise', kind: 'Ceiling', to: { maxInstances: wanted } } });
    expect(stored).not.toHaveProperty('intent');
    stage.start();
    await stage.run(2);
    expect(timesRaised(stage.status)).toBe(1);
    expect(ceilings(stage)).toHaveLength(1);
    expect(stage.policies.stored(stage.key)).not.toHaveProperty('change');
  });

  test('waits for a rollout, which goes its way as ever', async () => {
    const stage = playing();
    await stage.until((status) => timesRaised(status) > 0, 5);
    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.phase === 'Ramping', 5);
    const { spec, etag } = stage.world.service('api');
    const scaling = { ...spec.scaling, maxInstances: 90 };
    stage.world
      .service('api')
      .update({ ...spec, scaling }, etag, { by: 'somebody', body: {}, atMs: stage.clock.nowMs() });
    await stage.until((status) => status.phase === 'Watching', 60);
    expect(ceilings(stage)).toHaveLength(1);
    await stage.until((status) => status.stable?.revision === candidate, 40);
    await stage.run(5);
    expect(ceilings(stage)).toHaveLength(2);
    expect(timesRaised(stage.status)).toBe(2);
  });

  test('has nothing to do with a way back', async () => {
    const stage = playing();
    await stage.until((status) => timesRaised(status) > 0, 5);
    const stable = stage.status.stable!.revision;
    const candidate = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(timesRaised(stage.status)).toBe(1);
  });
});
