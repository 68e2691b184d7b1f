import { describe, expect, test } from 'vitest';
import { PacedClock, VirtualClock } from '../../src/lab/clock.ts';

describe('VirtualClock', () => {
  test('wakes sleepers in the order of their times, and those of one time in the order in which they lay down', async () => {
    const clock = new VirtualClock(1000);
    const woken: string[] = [];
    const sleeper = async (name: string, lengthMs: number) => {
      await clock.sleep(lengthMs);
      woken.push(`${name}@${clock.nowMs()}`);
    };
    void Promise.all([sleeper('late', 30), sleeper('early', 10), sleeper('first', 20), sleeper('second', 20)]);
    await clock.advance(25);
    expect(woken).toEqual(['early@1010', 'first@1020', 'second@1020']);
    expect(clock.nowMs()).toBe(1025);
    await clock.advance(5);
    expect(woken.at(-1)).toBe('late@1030');
  });

  test('lets the work that a waking starts end before time moves on, and wakes those who lay down meanwhile', async () => {
    const clock = new VirtualClock(0);
    const ticks: number[] = [];
    void (async () => {
      for (;;) {
        await clock.sleep(10);
        for (let i = 0; i < 50; i++) await Promise.resolve();
        await new Promise((resolve) => setImmediate(resolve));
        ticks.push(clock.nowMs());
      }
    })();
    await clock.runUntil(35);
    expect(ticks).toEqual([10, 20, 30]);
  });

  test('stands still for work outside of the process and for all that follows from it, whether or not it succeeds', async () => {
    const clock = new VirtualClock(0);
    const outside = (fails: boolean) =>
      new Promise<void>((resolve, reject) => setTimeout(() => (fails ? reject(new Error('no')) : resolve()), 5));
    const answered: number[] = [];
    void (async () => {
      for (const fails of [false, true, false]) {
        await clock.sleep(10);
        await clock.standFor(outside(fails)).catch(() => undefined);
        await clock.standFor(outside(false));
        answered.push(clock.nowMs());
      }
    })();
    await clock.runUntil(100);
    expect(answered).toEqual([10, 20, 30]);
  });

  test('moves the world before it wakes anyone, and to the very end', async () => {
    const seen: number[] = [];
    const clock = new VirtualClock(0, (nowMs) => seen.push(nowMs));
    let atWaking = Number.NaN;
    void clock.sleep(10).then(() => {
      atWaking = seen.at(-1)!;
    });
    await clock.runUntil(15);
    expect(atWaking).toBe(10);
    expect(seen).toEqual([10, 15]);
  });

  test("a sleeper that is aborted gets the signal's reason, and is not waited for", async () => {
    const moves: number[] = [];
    const clock = new VirtualClock(0, (nowMs) => moves.push(nowMs));
    const stop = new AbortController();
    const asleep = clock.sleep(10, stop.signal);
    stop.abort(new Error('enough'));
    await expect(asleep).rejects.toThrow('enough');
    await expect(clock.sleep(10, stop.signal)).rejects.toThrow('enough');
    await clock.advance(20);
    expect(moves).toEqual([20]);
  });
});

describe('PacedClock', () => {
  test("runs so many times as fast as the wall's", () => {
    const clock = new PacedClock(5_000_000, 60, Date.now() - 1000);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(5_060_000);
    expect(clock.nowMs()).toBeLessThan(5_120_000);
  });

  test('sleeps that much less, and not at all when aborted', async () => {
    const clock = new PacedClock(0, 1_000_000);
    await clock.sleep(1_000_000);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(1_000_000);
    const slow = new PacedClock(0, 1);
    const stop = new AbortController();
    const asleep = slow.sleep(3_600_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(asleep).rejects.toThrow('enough');
  });
});
