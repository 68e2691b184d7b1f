import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../src/loop/fifo.ts';

test('what came first goes first, whatever comes and goes in between', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('push', 'shift'), { maxLength: 200 }), (steps) => {
      const fifo = new Fifo<number>();
      const plain: number[] = [];
      for (const [i, step] of steps.entries()) {
        if (step === 'shift') expect(fifo.shift()).toBe(plain.shift());
        else {
          fifo.push(i);
          plain.push(i);
        }
        expect(fifo.size).toBe(plain.length);
      }
    }),
  );
});
