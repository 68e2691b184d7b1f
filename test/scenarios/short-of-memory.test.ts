/** A service whose instances hold too much memory, in Auto: when it is tuned, and what becomes of a tag that has moved. */
import { describe, expect, test } from 'vitest';
import type { PolicyEvent } from '../../src/facts/event.ts';
import { availability } from '../policy/valid.ts';
import { minutes, Stage, startMs } from './stage.ts';

const env = { LAB_LATENCY_MS: '3500/6000/8000', LAB_MEMORY_MIB: '300/1.9', LAB_CPU_MS_PER_REQUEST: '2' };
const image = 'registry.example/app:live';

function play() {
  const events: PolicyEvent[] = [];
  const stage = new Stage({
    rps: 120,
    spec: { objectives: [availability], tuning: { mode: 'Auto', connections: [] } },
    seeded: {
      image,
      env,
      template: { concurrency: 100, memory: '512Mi' },
      scaling: { maxInstances: 50 },
    },
    onPass: (pass) => events.push(...pass.events),
  });
  stage.start();
  return { stage, events };
}

const madeBy = (stage: Stage) => stage.status.tuner!.revisions;

const blockersIn = (stage: Stage) =>
  stage.status.tuning!.levers.find(({ lever }) => lever === 'concurrency')!.blockedBy;

test('it is tuned as soon as there are enough minutes to weigh', async () => {
  const { stage } = play();
  await stage.run(30);
  const [made] = madeBy(stage);
  expect(Date.parse(made!.at) - startMs).toBeLessThan(minutes(26));
});

describe('a tag that has moved', () => {
  test('is told once, with both digests', async () => {
    const { stage, events } = play();
    const digests = [stage.world.service('api').latestCreated.imageDigest, stage.world.moveTag(image)];
    await stage.run(60);
    const told = events.filter(({ reason }) => reason === 'ImageMoved');
    expect(told).toMatchObject([{ type: 'Warning' }]);
    for (const digest of digests) expect(told[0]!.message).toContain(digest.split('@').at(-1));
  });

  test('is in the way until another revision serves, and then not any more', async () => {
    const { stage } = play();
    stage.world.moveTag(image);
    await stage.run(65);
    expect(madeBy(stage).map(({ outcome }) => outcome)).toEqual(['PutBack', 'ImageMoved']);
    expect(blockersIn(stage)).toContain('ImageMoved');
    stage.world.deploy('api', { env });
    await stage.run(120);
    expect(stage.traffic).toMatch(/^api-\d{5}-[a-z]{3}=100$/);
    expect(blockersIn(stage)).toEqual(['AfterRollback']);
  });
});
