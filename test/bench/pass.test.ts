import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Half a minute where nobody else computes. */
const timeout = 600_000;

/** Its times are for a bench to hold against their bars: here only what no busy machine changes. */
test('a look costs the same however many policies there are', { timeout }, async () => {
  const args = ['test/bench/main.ts', 'pass', '--json', '--quick'];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((missed) => missed);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line: string) => JSON.parse(line));
  const { bench, rows } = lines.pop();
  const [how, ...cells] = lines;
  expect(bench).toBe('pass');
  expect(how).toMatchObject({ cell: 'how', text: expect.stringContaining('the median of 5 runs') });
  expect(cells.map(({ cell, visited }: Record<string, unknown>) => [cell, visited])).toEqual([
    [10, 1],
    [100, 1],
    [1_000, 1],
  ]);
  const untimed = rows.filter(({ what }: { what: string }) => !what.endsWith(': time'));
  expect(untimed).toHaveLength(6);
  for (const row of untimed) expect(row).toMatchObject({ ok: true });
});
