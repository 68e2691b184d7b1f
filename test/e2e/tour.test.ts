/** docs/tour.md, command by command: what it shows is what they print. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { play, shapeOf, stepsOf, written } from '../tour/play.ts';

const root = join(import.meta.dirname, '..', '..');
const document = await readFile(join(root, 'docs', 'tour.md'), 'utf8');
const steps = stepsOf(document);

test('every command prints what the tour shows', { timeout: 900_000 }, async ({ skip }) => {
  if (spawnSync('kubectl', ['version', '--client']).status !== 0)
    skip('kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/');
  const own = await mkdtemp(join(tmpdir(), 'steadyrun-tour-'));
  try {
    const printed = await play(steps, root, { ...process.env, TMPDIR: own, HOME: own, NO_COLOR: '1' });
    for (const [i, { commands, shown, varies }] of steps.entries()) {
      if (shown === null) continue;
      const [out, there] = [printed[i]!, shown].map((text) => shapeOf(varies ? text.split('\n')[0]! : text));
      expect(out, commands).toBe(there);
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
});

describe('the tour', () => {
  test('has a dozen steps, and shows what most of them print', () => {
    expect(steps.length).toBeGreaterThanOrEqual(11);
    expect(steps.filter(({ shown }) => shown !== null).length).toBeGreaterThanOrEqual(10);
  });

  test('is written again as it is where everything prints what it did', () => {
    expect(
      written(
        document,
        steps.map(({ shown }) => shown ?? ''),
      ),
    ).toBe(document);
  });

  test.each([
    ['looks again in 1 s', 'looks again any moment'],
    ['watched for another 23 h 58 min', 'watched for another 23 h'],
    ['0.0348 % of 63,217 on api-00003-rhb', '0 % of 7 on api-00003-xyz'],
    ['CPU  █████▊   54 %', 'CPU  █▏       9 %'],
    ['16m   Normal', '9m18s  Normal'],
  ])('takes %s and %s for the same', (one, other) => {
    expect(shapeOf(one)).toBe(shapeOf(other));
  });

  test.each([
    ['✔ Steady  api', '✖ RollingBack  api'],
    ['rejected: ErrorRateRegression', 'rejected: LatencyRegression'],
    ['api condition met', 'api unchanged'],
  ])('takes %s and %s for different', (one, other) => {
    expect(shapeOf(one)).not.toBe(shapeOf(other));
  });
});
