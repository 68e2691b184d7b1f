import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timers } from '../../src/loop/timers.ts';

/** Everyone who is due by then. */
function taken(timers: Timers, nowMs: number): string[] {
  const keys: string[] = [];
  for (let key = timers.takeDue(nowMs); key !== undefined; key = timers.takeDue(nowMs)) keys.push(key);
  return keys;
}

describe('timers', () => {
  test('give a key when it is due and not a moment earlier', () => {
    const timers = new Timers();
    timers.set('a', 10);
    expect([timers.takeDue(9), timers.takeDue(10), timers.takeDue(11)]).toEqual([undefined, 'a', undefined]);
  });

  test('give those that are due in the order of their times, and at the same time in the order in which they came', () => {
    const timers = new Timers();
    for (const [key, dueMs] of [
      ['late', 30],
      ['one', 20],
      ['early', 10],
      ['other', 20],
      ['third', 20],
    ] as const) {
      timers.set(key, dueMs);
    }
    expect(timers.nextMs).toBe(10);
    expect(taken(timers, 29)).toEqual(['early', 'one', 'other', 'third']);
    expect(timers.nextMs).toBe(30);
  });

  test('hold a key once, at its earliest time, however often it is set', () => {
    const timers = new Timers();
    timers.set('b', 7);
    for (const dueMs of [9, 5, 8, 5, 6]) timers.set('a', dueMs);
    expect([timers.size, timers.nextMs]).toEqual([2, 5]);
    expect(taken(timers, 100)).toEqual(['a', 'b']);
    expect([timers.size, timers.nextMs]).toEqual([0, undefined]);
  });

  test('forget everyone when they are cleared', () => {
    const timers = new Timers();
    timers.set('a', 5);
    timers.clear();
    expect([timers.size, timers.nextMs, timers.takeDue(100)]).toEqual([0, undefined, undefined]);
    timers.set('a', 8);
    expect(taken(timers, 8)).toEqual(['a']);
  });
});

/** The same, by looking at all that wait. */
class Naive {
  #waiting: { key: string; dueMs: number }[] = [];

  set(key: string, dueMs: number): void {
    const known = this.#waiting.find((one) => one.key === key);
    if (known) known.dueMs = Math.min(known.dueMs, dueMs);
    else this.#waiting.push({ key, dueMs });
  }

  get nextMs(): number | undefined {
    return this.#waiting.length === 0 ? undefined : Math.min(...this.#waiting.map(({ dueMs }) => dueMs));
  }

  get size(): number {
    return this.#waiting.length;
  }

  takeDue(nowMs: number): string | undefined {
    const next = this.#waiting.find(({ dueMs }) => dueMs === this.nextMs && dueMs <= nowMs);
    this.#waiting = this.#waiting.filter((one) => one !== next);
    return next?.key;
  }

  clear(): void {
    this.#waiting = [];
  }
}

test('timers are those that look at all that wait', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ set: fc.nat(30), dueMs: fc.nat(40) }) },
    { weight: 4, arbitrary: fc.record({ takeAtMs: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const timers = new Timers();
      const naive = new Naive();
      for (const one of steps) {
        if ('set' in one) for (const each of [timers, naive]) each.set(`key-${one.set}`, one.dueMs);
        else if ('takeAtMs' in one) expect(timers.takeDue(one.takeAtMs)).toBe(naive.takeDue(one.takeAtMs));
        else for (const each of [timers, naive]) each.clear();
        expect([timers.size, timers.nextMs]).toEqual([naive.size, naive.nextMs]);
      }
      expect(taken(timers, 40)).toHaveLength(naive.size);
    }),
  );
});
