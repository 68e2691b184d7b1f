/** Whatever is asked of a policy is obeyed, or answered in its status: over the grid of requests and situations. */
import { describe, expect, test } from 'vitest';
import { Refused } from '../../src/ports/errors.ts';
import { story } from '../../src/report/story.ts';
import { isWhole, oneIn } from '../whole.ts';
import { refusing } from './refusing.ts';
import { adopted, ramping, Stage, type StageOptions } from './stage.ts';

interface Scene {
  readonly stage: Stage;
  /** The newest revision, and the one before it. */
  readonly stable: string;
  readonly candidate: string;
}

const denied = new Refused('Google refused: run.services.update is missing.');

const situations: Readonly<Record<string, () => Promise<Scene>>> = {
  'nothing going on': async () => {
    const { stage, stable } = await adopted();
    return { stage, stable, candidate: 'api-00002-none' };
  },
  'a rollout running': () => ramping(),
  'the candidate rejected': async () => {
    const scene = await ramping({}, { LAB_ERROR_PERCENT: '100' });
    await scene.stage.until((status) => status.rejected !== undefined, 20);
    return scene;
  },
  'the candidate promoted': async () => {
    const scene = await ramping();
    await scene.stage.until((status) => status.stable?.revision === scene.candidate, 70);
    return scene;
  },
  'the traffic split by hand': async () => {
    const scene = await ramping();
    scene.stage.world.setTraffic('api', [
      { revision: scene.stable, percent: 61 },
      { revision: scene.candidate, percent: 39 },
    ]);
    await scene.stage.until((status) => status.hold?.reason === 'SplitByHand', 3);
    return scene;
  },
  'a pause': async () => {
    const scene = await ramping();
    scene.stage.annotate('paused', 'for lunch');
    await scene.stage.run(1);
    return scene;
  },
  'mode Observe': async () => {
    const { stage, stable } = await adopted({ spec: { mode: 'Observe' } });
    return { stage, stable, candidate: stage.world.deploy('api') };
  },
  'mode Observe, and a rollout by hand': async () => {
    const { stage, stable } = await adopted({ spec: { mode: 'Observe' } });
    const candidate = stage.world.deploy('api');
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.run(2);
    stage.world.setTraffic('api', [
      { revision: stable, percent: 90 },
      { revision: candidate, percent: 10 },
    ]);
    await stage.until((status) => status.rollout?.candidate === candidate, 10);
    return { stage, stable, candidate };
  },
  'LATEST left to another tool': async () => {
    const { stage, stable } = await adopted();
    for (let i = 0; i < 2; i++) {
      stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
      await stage.run(10);
    }
    return { stage, stable, candidate: stage.world.deploy('api') };
  },
  'no such service': async () => {
    const stage = new Stage({ spec: { service: { project: 'acme', region: 'europe-west1', name: 'none' } } });
    stage.start();
    await stage.run(1);
    return { stage, stable: 'none-00001', candidate: 'none-00002' };
  },
  'an edit that cannot be obeyed': async () => {
    const scene = await ramping();
    scene.stage.policies.respec(scene.stage.key, { objectives: [] });
    await scene.stage.run(1);
    return scene;
  },
  'Cloud Run refusing every write': async () => {
    const { services, refuse } = refusing(denied);
    const scene = await ramping({ services } satisfies StageOptions);
    refuse(true);
    return scene;
  },
};

const verbs = ['promote', 'abort', 'retry'] as const;
const revisions = {
  candidate: 'the candidate',
  stable: 'the stable revision',
  nobody: 'a revision that does not exist',
};

const notYet = /waits \(|not obeyed in Observe|could not be carried out/;
const saysWhy = new RegExp(
  [
    'nothing to act on',
    'could not be carried out',
    'it is the stable revision',
    'it is rejected and has no traffic',
    'was aborted by request before it got any traffic',
    'may be tried again',
  ].join('|'),
);

describe.each(Object.entries(situations))('with %s', (situation, set) => {
  describe.each(verbs)('%s', (verb) => {
    const first = Object.keys(situations).indexOf(situation) + verbs.indexOf(verb);
    test.each(oneIn(3, Object.entries(revisions), first))('of %s is obeyed or answered', async (which) => {
      const { stage, stable, candidate } = await set();
      const revision = which === 'candidate' ? candidate : which === 'stable' ? stable : 'api-00099-zzz';
      const before = JSON.stringify([stage.traffic, stage.status.rejected?.length ?? 0]);
      stage.annotate(verb, revision);
      await stage.run(2);
      const { answer } = stage.status;
      const asked = stage.policies.get(stage.key)!.spec;
      const requests = asked.ok ? asked.policy.requests : asked.readable!.requests;
      const waits = requests[verb] !== null;
      const isDone = JSON.stringify([stage.traffic, stage.status.rejected?.length ?? 0]) !== before;
      const { reason } = stage.status.decision!;
      if (answer) {
        expect(answer).toMatchObject({ request: `steadyrun.dev/${verb}`, revision });
        const told = { name: 'api', status: stage.status };
        expect(story(told, stage.clock.nowMs()).join('\n')).toContain(`asked  steadyrun.dev/${verb}: ${revision}`);
        expect(answer.message).toMatch(waits ? notYet : saysWhy);
      } else {
        // Obeyed: it was done, or it is so already.
        expect(waits, `${situation}: nothing is said of it`).toBe(false);
        expect(isDone, `${situation}: ${reason}`).toBe(true);
      }
    });
  });
});

test('an answer stays for whoever reads it later, and goes with the next request that is obeyed', async () => {
  const { stage, candidate } = await ramping();
  stage.annotate('promote', 'api-00099-zzz');
  await stage.run(30);
  expect(stage.status.answer).toMatchObject({ revision: 'api-00099-zzz' });
  stage.annotate('abort', candidate);
  await stage.run(1);
  expect(stage.status.answer).toBeUndefined();
});

test.runIf(isWhole)('an answer is not kept for ever', async () => {
  const { stage } = await adopted();
  stage.annotate('promote', 'api-00099-zzz');
  await stage.run(1);
  await stage.run(25 * 60);
  expect(stage.status.answer).toBeUndefined();
});

test('an annotation that nobody knows is told once, and seen as long as it is there', async () => {
  const { stage } = await adopted();
  stage.annotate('pause', 'for lunch');
  await stage.run(30);
  const told = stage.policies.events.filter(({ reason }) => reason === 'UnknownAnnotation');
  expect(told).toMatchObject([{ type: 'Warning', message: expect.stringContaining('steadyrun.dev/paused') }]);
  expect(stage.status.trouble).toBe('UnknownAnnotation');
  stage.annotate('pause', null);
  await stage.run(15);
  expect(stage.status.trouble).toBeUndefined();
});
