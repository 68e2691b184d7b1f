/** What people ask for by annotation, where it meets a crash or a candidate that is going back. */
import { describe, expect, test } from 'vitest';
import type { Revision } from '../../src/facts/revision.ts';
import type { Service } from '../../src/facts/service.ts';
import { Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, type Boundary, ramping, type Stage } from './stage.ts';

const requestsOf = (stage: Stage) => {
  const { spec } = stage.policies.get(stage.key)!;
  return spec.ok && spec.policy.requests;
};
const none = { paused: null, promote: null, abort: null, retry: null };

const once = (call: string, fate: 'dieBefore' | 'dieAfter'): Boundary => {
  let armed = true;
  return (name) => {
    if (!armed || name !== call) return 'go';
    armed = false;
    return fate;
  };
};

describe('the process is killed while a request is being obeyed', () => {
  test.each([
    { verb: 'abort', fate: 'dieAfter', call: 'services.write' },
    { verb: 'abort', fate: 'dieBefore', call: 'policies.removeAnnotations' },
    { verb: 'promote', fate: 'dieAfter', call: 'services.write' },
    { verb: 'promote', fate: 'dieBefore', call: 'policies.removeAnnotations' },
    { verb: 'retry', fate: 'dieBefore', call: 'policies.removeAnnotations' },
  ] as const)('$verb: $fate at $call', async ({ verb, fate, call }) => {
    const { stage, stable, candidate } = await ramping({ rps: 20 });
    if (verb === 'retry') {
      stage.annotate('abort', candidate);
      await stage.until((status) => status.rejected !== undefined, 2);
    }
    stage.kill();
    stage.start(once(call, fate));
    stage.annotate(verb, candidate);
    await stage.run(1);
    expect(stage.alive).toBe(false);
    stage.start();
    await stage.run(2);
    expect(stage.reasons()).not.toContain('NothingToObey');
    expect(requestsOf(stage)).toEqual(none);
    const { rejected, rollout } = stage.status;
    if (verb === 'abort') expect(rejected).toMatchObject([{ revision: candidate, reason: 'Aborted' }]);
    if (verb === 'abort') expect(stage.traffic).toBe(`${stable}=100`);
    if (verb === 'promote') expect(stage.traffic).toBe(`${candidate}=100`);
    if (verb === 'retry') expect(rollout?.candidate).toBe(candidate);
  });
});

test.each([
  ['lunch', 'Paused: lunch'],
  ['', 'Paused, with no reason given: write it as the value of steadyrun.dev/paused'],
  [' ', 'Paused, with no reason given: write it as the value of steadyrun.dev/paused'],
])('a pause by %j says its reason, or that it gives none', async (value, says) => {
  const { stage } = await ramping();
  stage.annotate('paused', value);
  await stage.run(1);
  expect(stage.status.hold).toMatchObject({ reason: 'Paused', message: expect.stringContaining(says) });
});

test.each(['promote', 'abort', 'retry'])('%s of no revision holds up nothing, and is in a condition', async (verb) => {
  const { stage } = await ramping();
  stage.annotate(verb, '');
  await stage.run(1);
  expect(stage.status.hold).toBeUndefined();
  expect(stage.status.conditions!.find(({ type }) => type === 'AnnotationsKnown')).toMatchObject({
    status: 'False',
    message: `Nothing comes of steadyrun.dev/${verb} (write the name of a revision as its value, or remove it).`,
  });
});

test('abort of what was rejected for its errors is no trouble, and the errors stay the reason', async () => {
  const { stage, candidate } = await ramping({}, { LAB_ERROR_PERCENT: '50' });
  await stage.until((status) => status.rejected !== undefined, 20);
  const before = stage.status.rejected;
  stage.annotate('abort', candidate);
  await stage.run(1);
  expect(stage.reasons()).not.toContain('NothingToObey');
  expect(stage.status.rejected).toEqual(before);
  expect(requestsOf(stage)).toEqual(none);
});

describe('a promotion that is asked for', () => {
  interface Trouble {
    readonly service?: Partial<Service>;
    readonly revision?: (name: string) => Partial<Revision>;
    readonly refusing?: boolean;
  }
  const troubled = async (env: Record<string, string> = {}) => {
    let trouble: Trouble = {};
    const changed = (service: Service | null) => service && { ...service, ...trouble.service };
    const services = (real: Services): Services =>
      replacing(real, {
        glance: async (ref) => changed(await real.glance(ref)),
        read: async (ref) => changed(await real.read(ref)),
        revision: async (ref, name) => {
          const revision = await real.revision(ref, name);
          return revision && { ...revision, ...trouble.revision?.(name) };
        },
        write: async (...args) => {
          if (trouble.refusing) throw new Unavailable('Cloud Run answered 503');
          return real.write(...args);
        },
      });
    const become = (next: Trouble) => {
      trouble = next;
    };
    return { ...(await ramping({ services }, env)), become };
  };

  test('does not stand before the way back of a candidate that is convicted, and is answered after it', async () => {
    const { stage, stable, candidate, become } = await troubled({ LAB_ERROR_PERCENT: '100' });
    become({ refusing: true });
    await stage.until((status) => status.phase === 'RollingBack', 20);
    stage.annotate('promote', candidate);
    await stage.run(1);
    become({});
    await stage.run(3);
    expect(stage.splits.filter((split) => split.includes(`${candidate}=100`))).toEqual([]);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(requestsOf(stage)).toEqual(none);
    const answer = stage.policies.events.find(({ reason }) => reason === 'NothingToObey');
    expect(answer!.message).toContain(`${candidate} was rolled back (`);
  });

  test('of a candidate that is not ready is answered, and the candidate withdrawn', async () => {
    const { stage, stable, candidate, become } = await troubled();
    become({ revision: (name) => (name === candidate ? { ready: 'False', message: 'it ran out of memory' } : {}) });
    stage.annotate('promote', candidate);
    await stage.run(2);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.withdrawn).toMatchObject({ revision: candidate, reason: 'CandidateNotReady' });
    expect(requestsOf(stage)).toEqual(none);
    const answer = stage.policies.events.find(({ reason }) => reason === 'NotCarriedOut');
    expect(answer).toMatchObject({ type: 'Warning', action: 'Promote' });
    expect(answer!.message).toContain(`${candidate} is not ready (it ran out of memory)`);
  });

  test('waits until Cloud Run has settled, and the candidate is judged meanwhile', async () => {
    const { stage, stable, candidate, become } = await troubled();
    become({ service: { settled: false } });
    stage.annotate('promote', candidate);
    stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 10);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(requestsOf(stage)).toEqual(none);
  });

  test('of a candidate that nothing speaks against is obeyed as soon as Cloud Run has settled', async () => {
    const { stage, candidate, become } = await troubled();
    become({ service: { settled: false } });
    stage.annotate('promote', candidate);
    await stage.run(2);
    expect(requestsOf(stage)).toEqual({ ...none, promote: candidate });
    become({});
    await stage.run(1);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(requestsOf(stage)).toEqual(none);
  });
});

test('a retry ends no outage of the metrics: what waits for them goes on waiting, since when it did, and is told once', async () => {
  const { stage, stable } = await adopted({ spec: { rollout: { maxBake: '15m' } } });
  stage.event({ at: '0s', for: '3h', on: 'Metrics', outage: true });
  await stage.run(10);
  const waiting = stage.world.deploy('api');
  await stage.until((status) => status.hold?.reason === 'MetricsOutage', 10);
  const { since } = stage.status.hold!;
  await stage.run(60);
  stage.annotate('retry', waiting);
  await stage.run(20);
  expect(stage.reasons()).toContain('RetryGranted');
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(stage.status.hold).toMatchObject({ reason: 'MetricsOutage', since, paged: true });
  expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
});
