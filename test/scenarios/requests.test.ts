/** What people ask for by annotation, where it meets a crash: it is obeyed once, and not complained about afterwards. */
import { describe, expect, test } from 'vitest';
import { type Boundary, ramping, type Stage } from './stage.ts';

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
    { verb: 'abort', fate: 'dieAfter', call: 'services.setTraffic' },
    { verb: 'abort', fate: 'dieBefore', call: 'policies.removeAnnotations' },
    { verb: 'promote', fate: 'dieAfter', call: 'services.setTraffic' },
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
