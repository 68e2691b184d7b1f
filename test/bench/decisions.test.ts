import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

test('the quick bench of decisions meets its bars, and prints a line a cell and a table of all rules', {
  timeout: 600_000,
}, async () => {
  const { code, out, err } = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      ['test/bench/main.ts', 'decisions', '--quick', '--json', '--seed', '3'],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const last = lines.pop();
  expect(last.rows.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
  expect(last).toMatchObject({ bench: 'decisions', seed: 3, ok: true });
  expect(code).toBe(0);
  for (const rule of ['steadyrun', 'flagger-slo', 'cloud-run-release-manager', 'mann-whitney', 'flagger, best-tuned']) {
    expect(err).toContain(`\n${rule} `);
    expect(lines.some((line) => line.rule === rule && line.runs > 0)).toBe(true);
  }
});
