import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('services that nobody has looked at are better off tuned, and no ceiling is exceeded', async () => {
  const args = ['test/bench/main.ts', 'tuning', '--json', '--quick'];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((missed) => missed);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line: string) => JSON.parse(line));
  const { bench, rows, ok } = lines.pop();
  expect(bench).toBe('tuning');
  expect(lines[0]).toMatchObject({ service: expect.any(String), controller: 'untuned', revisions: 0, harmed: false });
  for (const row of rows) expect(row).toMatchObject({ ok: true });
  expect(ok).toBe(true);
});
