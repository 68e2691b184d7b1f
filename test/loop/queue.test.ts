import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkQueue } from '../../src/loop/queue.ts';
import { settle, VirtualClock } from '../kubernetes/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  const queue = new WorkQueue({ clock });
  /** Takes everything that is ready, without giving it back. */
  const takeReady = async (): Promise<string[]> => {
    const keys: string[] = [];
    while (queue.state().depth > 0) {
      const key = await queue.take();
      if (key !== undefined) keys.push(key);
    }
    return keys;
  };
  return { clock, queue, takeReady };
}

describe('a work queue', () => {
  test('hands keys out in the order they were added', async () => {
    const { queue, takeReady } = setUp();
    for (const key of ['c', 'a', 'b']) queue.add(key);
    expect(await takeReady()).toEqual(['c', 'a', 'b']);
  });

  test('hands a key out once however often it is added before it is taken', async () => {
    const { queue, takeReady } = setUp();
    for (let i = 0; i < 5; i++) queue.add('a');
    expect(await takeReady()).toEqual(['a']);
    expect(queue.state().adds).toBe(1);
  });

  test('runs a key once more when it is added any number of times while it is processed, and not before it is done', async () => {
    const { queue, takeReady } = setUp();
    queue.add('a');
    await takeReady();
    for (let i = 0; i < 3; i++) queue.add('a');
    expect(queue.state()).toMatchObject({ depth: 0, processing: 1 });
    queue.done('a');
    expect(await takeReady()).toEqual(['a']);
    queue.done('a');
    expect(queue.state()).toMatchObject({ depth: 0, processing: 0 });
  });

  test('gives a key to a worker that was already waiting', async () => {
    const { queue } = setUp();
    const waiting = queue.take();
    queue.add('a');
    expect(await waiting).toBe('a');
  });

  test('adds a delayed key when its time has come and not a moment earlier', async () => {
    const { clock, queue, takeReady } = setUp();
    queue.addAfter('a', 1_000);
    await clock.advance(999);
    expect(await takeReady()).toEqual([]);
    await clock.advance(1);
    expect(await takeReady()).toEqual(['a']);
  });

  test.each([
    { delays: [1_000, 5_000], first: 1_000 },
    { delays: [5_000, 1_000], first: 1_000 },
    { delays: [3_000, 3_000], first: 3_000 },
    { delays: [5_000, 0], first: 0 },
  ])('keeps the earliest of a key’s delays: $delays', async ({ delays, first }) => {
    const { clock, queue, takeReady } = setUp();
    for (const delay of delays) queue.addAfter('a', delay);
    await clock.advance(first - 1);
    if (first > 0) expect(await takeReady()).toEqual([]);
    await clock.advance(1);
    expect(await takeReady()).toEqual(['a']);
  });

  test('wakes every delayed key at its own time although one alarm serves all', async () => {
    const { clock, queue, takeReady } = setUp();
    queue.addAfter('late', 3_000);
    queue.addAfter('early', 1_000);
    queue.addAfter('middle', 2_000);
    await clock.advance(1_000);
    expect(await takeReady()).toEqual(['early']);
    await clock.advance(1_000);
    expect(await takeReady()).toEqual(['middle']);
    await clock.advance(1_000);
    expect(await takeReady()).toEqual(['late']);
  });

  test('doubles a key’s retry delay from 5 ms to 5 minutes, and starts afresh once it is forgotten', async () => {
    const { clock, queue, takeReady } = setUp();
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      queue.addRateLimited('a');
      delays.push(clock.nextInMs() ?? -1);
      await clock.advance(300_000);
      await takeReady();
      queue.done('a');
    }
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.slice(-3)).toEqual([300_000, 300_000, 300_000]);
    queue.forget('a');
    queue.addRateLimited('a');
    expect(clock.nextInMs()).toBe(5);
  });

  test('counts retries for each key apart', () => {
    const { queue } = setUp();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    queue.addRateLimited('b');
    expect([queue.failures('a'), queue.failures('b'), queue.state().retries]).toEqual([2, 1, 3]);
  });

  test('says how long the longest-running key has been in a worker’s hands', async () => {
    const { clock, queue, takeReady } = setUp();
    queue.add('a');
    await takeReady();
    await clock.advance(7_000);
    expect(queue.state().longestRunningMs).toBe(7_000);
  });
});

describe('a queue that is shut down', () => {
  test('hands out what is ready, then says that there is nothing more', async () => {
    const { queue } = setUp();
    queue.add('a');
    void queue.shutdown();
    queue.add('b');
    expect(await queue.take()).toBe('a');
    queue.done('a');
    expect(await queue.take()).toBeUndefined();
  });

  test('drops what waits for its time', async () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 1_000);
    void queue.shutdown();
    await clock.advance(2_000);
    expect(queue.state()).toMatchObject({ depth: 0, delayed: 0 });
    expect(clock.nextInMs()).toBeUndefined();
  });

  test('is drained only when the last key is done', async () => {
    const { queue, takeReady } = setUp();
    queue.add('a');
    await takeReady();
    let drained = false;
    void queue.shutdown().then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    queue.done('a');
    await settle();
    expect(drained).toBe(true);
  });

  test('still runs a key that became dirty while it was processed', async () => {
    const { queue, takeReady } = setUp();
    queue.add('a');
    await takeReady();
    queue.add('a');
    void queue.shutdown();
    const next = queue.take();
    queue.done('a');
    expect(await next).toBe('a');
  });
});

test('a thousand keys that come again and again hold one place each', async () => {
  const { clock, queue, takeReady } = setUp();
  for (let i = 0; i < 1_000; i++) queue.addAfter(`policy-${i}`, 1 + i);
  for (let i = 0; i < 1_000; i++) queue.addAfter(`policy-${i}`, 1 + (i % 7));
  expect(queue.state()).toMatchObject({ depth: 0, delayed: 1_000 });
  await clock.advance(1);
  expect(queue.state()).toMatchObject({ depth: 143, delayed: 857 });
  expect((await takeReady()).slice(0, 3)).toEqual(['policy-0', 'policy-7', 'policy-14']);
});

type Step = {
  readonly do: 'add' | 'addAfter' | 'take' | 'done' | 'advance';
  readonly key: string;
  readonly ms: number;
};
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('add', 'addAfter', 'take', 'done', 'advance'),
  key: fc.constantFrom('a', 'b', 'c'),
  ms: fc.integer({ min: 0, max: 50 }),
});

test('no key is ever in two hands at once, and none that was added is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, queue } = setUp();
      const held = new Set<string>();
      const owed = new Set<string>();
      const take = async (): Promise<void> => {
        if (queue.state().depth === 0) return;
        const key = await queue.take();
        if (key === undefined) return;
        expect(held.has(key)).toBe(false);
        held.add(key);
        owed.delete(key);
      };
      for (const { do: what, key, ms } of steps) {
        if (what === 'add' || what === 'addAfter') owed.add(key);
        if (what === 'add') queue.add(key);
        else if (what === 'addAfter') queue.addAfter(key, ms);
        else if (what === 'take') await take();
        else if (what === 'advance') await clock.advance(ms);
        else if (held.delete(key)) queue.done(key);
      }
      await clock.advance(100);
      for (const key of held) queue.done(key);
      held.clear();
      while (queue.state().depth > 0) await take();
      expect([...owed]).toEqual([]);
    }),
  );
});
