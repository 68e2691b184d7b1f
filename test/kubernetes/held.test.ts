/** Policies come and go for as long as the operator runs. */
import { expect, test } from 'vitest';
import { Cache } from '../../src/kubernetes/watch/cache.ts';
import { heldBytes } from '../collected.ts';

test.each<[string, (cache: Cache<never>, key: string) => void]>([
  ['were seen to be deleted', (cache, key) => cache.delete(key)],
  ['a list does not have any more', (cache) => cache.replace([])],
])('of a thousand policies that %s nothing is held', async (_, goes) => {
  const cache = new Cache<never>();
  const held = await heldBytes(async () => {
    for (let i = 0; i < 1_000; i++) {
      const metadata = { namespace: 'default', name: `p${i}`, uid: `u${i}`, resourceVersion: String(i) };
      cache.put({ metadata, status: Array.from({ length: 1_000 }, (_, j) => i + j) } as never);
      goes(cache, `default/p${i}`);
    }
  });
  expect(cache.size).toBe(0);
  expect(held).toBeLessThan(1e6);
});
