import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PolicyEvent } from '../../src/facts/event.ts';
import { EventRecorder, type Regarding } from '../../src/kubernetes/policies/events.ts';
import { TestCluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

const about: Regarding = { key: { namespace: 'default', name: 'api' }, uid: 'uid-of-api' };
const other: Regarding = { key: { namespace: 'default', name: 'web' }, uid: 'uid-of-web' };
const promoted: PolicyEvent = {
  type: 'Normal',
  reason: 'PromotedByRequest',
  action: 'Promote',
  message: 'api-2 has it all.',
};
const rolledBack: PolicyEvent = {
  type: 'Warning',
  reason: 'RolledBack',
  action: 'RollBack',
  message: 'Too many errors.',
};
const numbered = (event: PolicyEvent, number: number): PolicyEvent => ({
  ...event,
  message: `${event.message} (api-${number})`,
});

let cluster: TestCluster;
let clock: VirtualClock;
let recorder: EventRecorder;
let failures: string[];

beforeEach(async () => {
  cluster = await TestCluster.start();
  clock = new VirtualClock();
  failures = [];
  recorder = new EventRecorder({
    config: cluster.config(),
    instance: 'steadyrun-0',
    clock,
    wallMs: () => Date.UTC(2026, 0, 1) + clock.nowMs(),
    onFailure: (message) => failures.push(message),
  });
});
afterEach(() => cluster.stop());

describe('an event', () => {
  test('is told beside the policy, with everything the API asks for', async () => {
    expect(await recorder.record(about, promoted)).toBe(true);
    expect(cluster.door.events()).toMatchObject([
      {
        apiVersion: 'events.k8s.io/v1',
        metadata: { namespace: 'default', name: expect.stringMatching(/^api\.[0-9a-f]{16}$/) },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'steadyrun.dev/steadyrun',
        reportingInstance: 'steadyrun-0',
        type: 'Normal',
        reason: 'PromotedByRequest',
        action: 'Promote',
        note: 'api-2 has it all.',
        regarding: {
          apiVersion: 'steadyrun.dev/v1alpha1',
          kind: 'SLOPolicy',
          namespace: 'default',
          name: 'api',
          uid: 'uid-of-api',
        },
      },
    ]);
  });

  test('has a note of 1024 characters at most', async () => {
    await recorder.record(about, { ...promoted, message: 'x'.repeat(5_000) });
    expect(String(cluster.door.events()[0]?.note)).toHaveLength(1_024);
  });

  test('that is repeated within ten minutes becomes a series', async () => {
    for (let i = 0; i < 4; i++) {
      await recorder.record(about, promoted);
      await clock.advance(9 * 60_000);
    }
    const events = cluster.door.events();
    expect(events).toHaveLength(1);
    expect(events[0]?.series).toEqual({ count: 4, lastObservedTime: '2026-01-01T00:27:00.000000Z' });
  });

  test.each<[string, Regarding, PolicyEvent, number]>([
    ['another policy', other, promoted, 0],
    ['another reason', about, { ...promoted, reason: 'Adopted' }, 0],
    ['another action', about, { ...promoted, action: 'Adopt' }, 0],
    ['another note', about, { ...promoted, message: 'api-3 has it all.' }, 0],
    ['the same, ten minutes later', about, promoted, 10 * 60_000 + 1],
  ])('is one of its own for %s', async (_name, who, event, laterMs) => {
    await recorder.record(about, promoted);
    await clock.advance(laterMs);
    await recorder.record(who, event);
    expect(cluster.door.events()).toHaveLength(2);
  });

  test('is told anew when the server has forgotten the series', async () => {
    await recorder.record(about, promoted);
    const name = cluster.door.events()[0]?.metadata.name;
    await fetch(`${cluster.url}/apis/events.k8s.io/v1/namespaces/default/events/${name}`, { method: 'DELETE' });
    await clock.advance(1_000);
    expect(await recorder.record(about, promoted)).toBe(true);
    expect(cluster.door.events()).toHaveLength(1);
    expect(cluster.door.events()[0]?.metadata.name).not.toBe(name);
  });
});

describe('what happens but once', () => {
  const once: PolicyEvent = { ...rolledBack, once: 'api-2 went back' };

  test('is there once, whoever tells it again and in what words', async () => {
    expect(await recorder.record(about, once)).toBe(true);
    expect(await recorder.record(about, { ...once, message: 'Too many errors: 5 %.' })).toBe(true);
    const another = new EventRecorder({
      config: cluster.config(),
      instance: 'steadyrun-1',
      clock,
      wallMs: () => Date.UTC(2026, 0, 1) + clock.nowMs(),
      onFailure: (message) => failures.push(message),
    });
    expect(await another.record(about, { ...once, message: 'Too many errors: 6 %.' })).toBe(true);
    expect(cluster.door.events()).toMatchObject([{ note: 'Too many errors.' }]);
    expect(failures).toEqual([]);
  });

  test.each([
    ['another of the same policy', about, { ...once, once: 'api-3 went back' }],
    ['the same of another policy', other, once],
  ])('does not keep back %s', async (_, regarding, event) => {
    await recorder.record(about, once);
    await recorder.record(regarding, event);
    expect(cluster.door.events()).toHaveLength(2);
  });
});

test.each([
  [
    'api-1 gets 50 % of the traffic after 3 of 1,200 requests',
    'api-1 gets 33 % of the traffic after 14 of 1,900 requests',
    1,
  ],
  ['odds 20:1, at 12.5 min', 'odds 4,000:1, at 13 min', 1],
  ['api-00001-aaa is burning', 'api-00002-aaa is burning', 2],
  ['api-1 is burning', 'api-2 is burning', 2],
])('a text whose only news is a number is the same event: "%s" and "%s"', async (first, second, events) => {
  await recorder.record(about, { ...rolledBack, message: first });
  await recorder.record(about, { ...rolledBack, message: second });
  expect(cluster.door.events()).toHaveLength(events);
});

describe('the budget of a policy', () => {
  test('is 25 events, and one more every five minutes', async () => {
    for (let i = 0; i < 40; i++) await recorder.record(about, numbered(promoted, i));
    expect(cluster.door.events()).toHaveLength(25);
    await clock.advance(5 * 60_000);
    expect(await recorder.record(about, numbered(promoted, 100))).toBe(true);
    expect(await recorder.record(about, numbered(promoted, 101))).toBe(false);
  });

  test('is another for warnings, and another for each policy', async () => {
    for (let i = 0; i < 40; i++) await recorder.record(about, numbered(promoted, i));
    expect(await recorder.record(about, rolledBack)).toBe(true);
    expect(await recorder.record(other, promoted)).toBe(true);
  });

  test('counts repetitions that it does not tell', async () => {
    await recorder.record(about, promoted);
    for (let i = 0; i < 30; i++) await recorder.record(about, promoted);
    expect(cluster.door.events()[0]?.series).toMatchObject({ count: 25 });
    await clock.advance(5 * 60_000);
    await recorder.record(about, promoted);
    expect(cluster.door.events()[0]?.series).toMatchObject({ count: 32 });
  });
});

describe('a failure to tell', () => {
  test.each([403, 500])('is said and not thrown: %i', async (code) => {
    cluster.fault = () => ({ kind: 'Answer', code, reason: 'Whatever' });
    expect(await recorder.record(about, promoted)).toBe(false);
    expect(failures).toEqual([
      expect.stringContaining(`event PromotedByRequest was not recorded: Kubernetes answered ${code}`),
    ]);
  });

  test('does not tell twice what may have arrived', async () => {
    cluster.fault = () => ({ kind: 'Reset' });
    await recorder.record(about, promoted);
    cluster.fault = () => undefined;
    await recorder.record(about, promoted);
    expect(cluster.door.events()).toHaveLength(1);
  });
});
