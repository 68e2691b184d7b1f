import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/http/objects.ts';
import { HttpListWatch, type WatchLine } from '../../src/kubernetes/watch/listwatch.ts';
import { Reflector } from '../../src/kubernetes/watch/reflector.ts';
import type { Fault, WatchEnd } from '../../src/lab/apiserver/faults.ts';
import { policy, TestCluster } from './cluster.ts';
import { settle, until, VirtualClock } from './virtual-clock.ts';

const COLLECTION = '/apis/steadyrun.dev/v1alpha1/slopolicies';

let cluster: TestCluster;
let clock: VirtualClock;
let reflector: Reflector<KubeObject>;
let keys: string[];

beforeEach(async () => {
  cluster = await TestCluster.start();
  clock = new VirtualClock(1_000_000);
  keys = [];
  reflector = new Reflector({
    source: new HttpListWatch(cluster.config(), COLLECTION),
    onChange: (key) => keys.push(key),
    clock,
    random: () => 0.5,
  });
});

afterEach(async () => {
  await reflector.stop();
  await cluster.stop();
});

const put = (name: string, change = {}) => cluster.door.policies.put(policy(name, change));
const names = (): string[] => reflector.list().map((object) => object.metadata.name);
const versionOf = (name: string): string | undefined => reflector.get(`default/${name}`)?.metadata.resourceVersion;
/** Started, listed, and with its watch open. */
async function started(): Promise<void> {
  reflector.start();
  await until(() => cluster.watches.length > 0 && reflector.state().problem === null && cluster.door.watchCount > 0);
}
/** The next watch breaks as given; those after it go well. */
function breakNextWatch(then: WatchEnd, afterLines = 0, times = 1): void {
  let left = times;
  cluster.fault = (question): Fault | undefined =>
    question.isWatch && left-- > 0 ? { kind: 'Watch', afterLines, then } : undefined;
}
/** Lets the present pause pass. */
async function waitOutPause(): Promise<number> {
  await until(() => clock.nextInMs() !== undefined && clock.nextInMs()! <= 30_000);
  const lengthMs = clock.nextInMs()!;
  await clock.advance(lengthMs);
  return lengthMs;
}

describe('a reflector in good times', () => {
  test('holds what was there before it and what changes after', async () => {
    put('a');
    await started();
    expect(names()).toEqual(['a']);
    put('b');
    await until(() => names().length === 2);
    const before = versionOf('a');
    put('a', { mode: 'Observe' });
    await until(() => versionOf('a') !== before);
    cluster.door.policies.delete('default', 'b');
    await until(() => names().length === 1);
    expect(keys).toEqual(['default/a', 'default/b', 'default/a', 'default/b']);
  });

  test('keeps nothing of what is gone', async () => {
    put('a');
    await started();
    cluster.door.policies.delete('default', 'a');
    await until(() => names().length === 0);
    expect(reflector.get('default/a')).toBeUndefined();
    expect(reflector.state().size).toBe(0);
  });

  test('lists in pages of 500', async () => {
    for (let i = 0; i < 501; i++) put(`p${i}`);
    await started();
    expect(reflector.state().size).toBe(501);
    expect(cluster.lists.map((list) => list.query.get('limit'))).toEqual(['500', '500']);
  });

  test('keeps no managed fields', async () => {
    put('a');
    await started();
    expect(cluster.door.policies.get('default', 'a')?.metadata.managedFields).toBeDefined();
    expect(reflector.get('default/a')?.metadata.managedFields).toBeUndefined();
    put('b');
    await until(() => names().length === 2);
    expect(reflector.get('default/b')?.metadata.managedFields).toBeUndefined();
  });

  test('asks for bookmarks and for an end, and says who it is', async () => {
    await started();
    const [watch] = cluster.watches;
    expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
    expect(Number(watch?.query.get('timeoutSeconds'))).toBe(360);
    expect(watch?.userAgent).toMatch(/^steadyrun\/\d/);
  });

  test('goes on from the last bookmark when a watch has ended', async () => {
    await started();
    cluster.door.policies.put(policy('elsewhere'));
    await until(() => names().length === 1);
    await cluster.writeEvent();
    cluster.door.bookmark();
    await until(() => clock.nextInMs() === 120_000);
    await clock.advance(10_000);
    cluster.door.close();
    await until(() => cluster.watches.length === 2);
    expect(cluster.watches[1]?.query.get('resourceVersion')).toBe(String(cluster.door.revision));
    expect(cluster.lists).toHaveLength(1);
  });

  test('lists everything again every ten minutes or so', async () => {
    await started();
    expect(reflector.state().relists).toMatchObject({ Initial: 1, Periodic: 0 });
    for (let i = 0; i < 4; i++) {
      await clock.advance(160_000);
      const watches = cluster.watches.length;
      cluster.door.close();
      await until(() => cluster.watches.length > watches);
    }
    expect(reflector.state().relists).toMatchObject({ Initial: 1, Periodic: 1 });
  });

  test('asks for no watch that would outlast the next list', async () => {
    await started();
    await clock.advance(380_000);
    cluster.door.close();
    await until(() => cluster.watches.length === 2);
    expect(Number(cluster.watches[1]?.query.get('timeoutSeconds'))).toBe(250);
  });
});

describe('a reflector in bad times', () => {
  test.each<WatchEnd>(['CutMidLine', 'Reset', 'Close', 'Expired', 'Error', 'Garbage'])(
    'misses nothing when a watch ends with %s',
    async (end) => {
      put('a');
      put('gone');
      breakNextWatch(end);
      reflector.start();
      await until(() => cluster.watches.length === 1);
      put('a', { mode: 'Observe' });
      put('b');
      cluster.door.policies.delete('default', 'gone');
      const pauseMs = await waitOutPause();
      expect(pauseMs).toBeGreaterThanOrEqual(800);
      await until(() => names().length === 2 && reflector.get('default/gone') === undefined);
      expect(versionOf('a')).toBe(cluster.door.policies.get('default', 'a')?.metadata.resourceVersion);
      expect(names()).toEqual(['a', 'b']);
    },
  );

  test.each<[WatchEnd, object]>([
    ['Close', { Ended: 1, Failed: 0, Expired: 0 }],
    ['CutMidLine', { Ended: 0, Failed: 1, Expired: 0 }],
    ['Garbage', { Ended: 0, Failed: 1, Expired: 0 }],
    ['Reset', { Ended: 0, Failed: 1, Expired: 0 }],
    ['Error', { Ended: 0, Failed: 1, Expired: 0 }],
    ['Expired', { Ended: 0, Failed: 0, Expired: 1 }],
  ])('tells a watch that ends with %s for what it is', async (end, restarts) => {
    put('a');
    breakNextWatch(end);
    reflector.start();
    await waitOutPause();
    expect(reflector.state().watchRestarts).toMatchObject(restarts);
  });

  test('lists again when the version it watches from is too old', async () => {
    await started();
    await clock.advance(10_000);
    put('a');
    await until(() => names().length === 1);
    cluster.fault = ({ isWatch }) => (isWatch ? { kind: 'Reset' } : undefined);
    cluster.door.close();
    await until(() => reflector.state().watchRestarts.Failed === 1);
    cluster.door.policies.delete('default', 'a');
    put('b');
    cluster.door.compact();
    keys.length = 0;
    cluster.fault = () => undefined;
    await waitOutPause();
    await until(() => reflector.state().watchRestarts.Expired === 1);
    await waitOutPause();
    await until(() => names().join() === 'b');
    expect(reflector.state().relists).toMatchObject({ Initial: 1, Expired: 1 });
    expect(keys.toSorted()).toEqual(['default/a', 'default/b']);
  });

  test('lists again when a bookmark shows that the server has gone back in time', async () => {
    const bookmark = (resourceVersion: string): WatchLine => ({
      type: 'BOOKMARK',
      object: { metadata: { name: '', namespace: '', uid: '', resourceVersion } },
    });
    let lists = 0;
    const restored = new Reflector<KubeObject>({
      source: {
        list: async () => ({ items: [], resourceVersion: lists++ === 0 ? '100' : '20' }),
        watch: async (_version, _seconds, signal) =>
          (async function* () {
            yield bookmark(lists === 1 ? '99' : '21');
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          })(),
      },
      onChange: () => undefined,
      clock,
      random: () => 0.5,
    });
    restored.start();
    await until(() => restored.state().watchRestarts.Expired === 1);
    await waitOutPause();
    await until(() => restored.state().relists.Expired === 1);
    await settle();
    expect(restored.state()).toMatchObject({ problem: null, watchRestarts: { Expired: 1 } });
    await restored.stop();
  });

  test('lists again after three watches in a row that were closed at once without a word', async () => {
    breakNextWatch('Close', 0, 3);
    reflector.start();
    for (let i = 0; i < 3; i++) await waitOutPause();
    await until(() => reflector.state().relists.Unproductive === 1);
    expect(cluster.lists).toHaveLength(2);
  });

  test('gives up a watch that goes silent two minutes after its last line, once it has seen a bookmark', async () => {
    await started();
    cluster.door.bookmark();
    await until(() => clock.nextInMs() === 120_000);
    await clock.advance(119_000);
    put('a');
    await until(() => names().length === 1);
    await clock.advance(119_999);
    expect(cluster.watches).toHaveLength(1);
    await clock.advance(1);
    await until(() => cluster.watches.length === 2);
    expect(reflector.state().watchRestarts).toMatchObject({ Stalled: 1, Failed: 0 });
  });

  test('lets a watch be silent that has never sent a bookmark, but not beyond its end', async () => {
    breakNextWatch('Silence');
    reflector.start();
    await until(() => cluster.watches.length === 1 && clock.nextInMs() !== undefined);
    await clock.advance(389_000);
    expect(cluster.watches).toHaveLength(1);
    await clock.advance(1_000);
    await until(() => cluster.watches.length === 2);
    expect(reflector.state().watchRestarts.Stalled).toBe(1);
  });

  test('waits as long as the server asks when it is throttled', async () => {
    let left = 1;
    cluster.fault = ({ isWatch }) =>
      isWatch && left-- > 0
        ? { kind: 'Answer', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 17 }
        : undefined;
    reflector.start();
    await until(() => reflector.state().watchRestarts.Throttled === 1);
    await until(() => clock.nextInMs() === 17_000);
  });

  test.each([
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
  ])('says what is wrong when it is refused with %i, and recovers when it no longer is', async (code, reason) => {
    cluster.fault = () => ({ kind: 'Answer', code, reason });
    reflector.start();
    await until(() => reflector.state().watchRestarts.Refused === 1);
    expect(reflector.state()).toMatchObject({ synced: false, lastEventAgeMs: null });
    expect(reflector.state().problem).toContain(String(code));
    cluster.fault = () => undefined;
    await waitOutPause();
    await until(() => reflector.state().synced && reflector.state().problem === null);
  });

  test('backs off further with each failure, never beyond 30 s, and starts afresh after two good minutes', async () => {
    cluster.fault = () => ({ kind: 'Reset' });
    reflector.start();
    const pauses: number[] = [];
    for (let i = 1; i <= 8; i++) {
      await until(() => reflector.state().watchRestarts.Failed === i);
      if (i === 8) cluster.fault = () => undefined;
      pauses.push(await waitOutPause());
    }
    expect(pauses.slice(0, 3)).toEqual([1_200, 2_000, 3_600]);
    expect(Math.max(...pauses)).toBe(15_400);
    await until(() => cluster.door.watchCount === 1);
    await clock.advance(120_000);
    cluster.fault = ({ isWatch }) => (isWatch ? { kind: 'Reset' } : undefined);
    cluster.door.close();
    await until(() => reflector.state().watchRestarts.Failed === 9);
    expect(await waitOutPause()).toBe(1_200);
  });

  test('goes on after a listener that throws, with the cache as it should be', async () => {
    const failing = new Reflector<KubeObject>({
      source: new HttpListWatch(cluster.config(), COLLECTION),
      onChange: () => {
        throw new Error('a listener must not do this');
      },
      clock,
      random: () => 0.5,
    });
    put('a');
    failing.start();
    await waitOutPause();
    await until(() => cluster.door.watchCount === 1);
    put('b');
    await until(() => failing.list().length === 2);
    await waitOutPause();
    await until(() => failing.state().problem === null);
    expect(failing.list()).toHaveLength(2);
    await failing.stop();
  });
});

describe('a reflector that is stopped', () => {
  test('opens no watch after it was stopped while it paused', async () => {
    cluster.fault = ({ isWatch }) => (isWatch ? { kind: 'Reset' } : undefined);
    reflector.start();
    await until(() => reflector.state().watchRestarts.Failed === 1);
    await reflector.stop();
    await reflector.stop();
    const before = cluster.requests.length;
    await clock.advance(60_000);
    reflector.start();
    await clock.advance(60_000);
    expect(cluster.requests).toHaveLength(before);
  });

  test('reports nothing any more, and its watch is closed', async () => {
    await started();
    await reflector.stop();
    await until(() => cluster.door.watchCount === 0);
    put('a');
    expect(keys).toEqual([]);
    expect(clock.nextInMs()).toBeUndefined();
  });

  test('runs once however often it is started', async () => {
    reflector.start();
    await started();
    reflector.start();
    expect(cluster.lists).toHaveLength(1);
    expect(cluster.watches).toHaveLength(1);
  });

  test('does not wait for a server that never answers', async () => {
    cluster.fault = () => ({ kind: 'Hang' });
    reflector.start();
    await until(() => cluster.requests.length === 1);
    await reflector.stop();
    expect(reflector.state().synced).toBe(false);
  });
});
