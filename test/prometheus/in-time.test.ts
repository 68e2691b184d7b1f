/** A look is not held up by what only looks. */
import { expect, test } from 'vitest';
import { inTime } from '../../src/prometheus/in-time.ts';
import { PromqlFailure } from '../../src/prometheus/promql.ts';

test('what is answered in time is the answer', async () => {
  expect(await inTime(Promise.resolve(7))).toBe(7);
  await expect(inTime(Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('what is not is none, and says so; what comes of it later disturbs nobody', async () => {
  const late = Promise.withResolvers<number>();
  const failure = await inTime(late.promise, 1).catch((error) => error);
  expect(failure).toBeInstanceOf(PromqlFailure);
  expect(failure.message).toMatch(/not answered within .* s, and the look went on without it/);
  late.reject(new Error('much later'));
});
