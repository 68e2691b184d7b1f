/** What the tuner, and what it watches, must not do in corners: each of these fails as long as the fault is there. */
import { describe, expect, test } from 'vitest';
import { known } from '../../src/facts/answer.ts';
import type { SaturationMinute } from '../../src/facts/saturation.ts';
import { saturatedOrNot } from '../../src/loop/saturated.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { replacing } from './replacing.ts';
import { Stage } from './stage.ts';
import { crowded, leverOf, maximaOf, templatesOf, tuning } from './tuned.ts';

const objectives = [{ name: 'availability', targetPercent: 99.9 }];

const reading =
  (of: (minute: SaturationMinute, revision: string) => Partial<SaturationMinute> | null) =>
  (real: Metrics): Metrics =>
    replacing(real, {
      async saturation(question) {
        const answer = await real.saturation(question);
        if (answer.kind !== 'Known') return answer;
        const seen = Object.entries(answer.value).map(([revision, minutes]) => [
          revision,
          minutes.flatMap((minute) => {
            const other = of(minute, revision);
            return other ? [{ ...minute, ...other }] : [];
          }),
        ]);
        return known(Object.fromEntries(seen));
      },
    });

describe('a revision of a team that takes fewer requests at once', () => {
  test.each([4, 10])('%i instead of 80, and as healthy, is promoted', { timeout: 60_000 }, async (concurrency) => {
    const env = { LAB_LATENCY_MS: '500/900/1200' };
    const stage = new Stage({ rps: 50, spec: { objectives }, seeded: { env } });
    stage.start();
    await stage.until(({ phase }) => phase === 'Steady', 5);
    await stage.run(30);
    const candidate = stage.world.deploy('api', { concurrency, env });
    await stage.run(180);
    expect(stage.traffic).toBe(`${candidate}=100`);
  });
});

test('a target that is no whole percent is remembered like any other', async () => {
  const stage = new Stage({ spec: { objectives, tuning: { mode: 'Recommend' } } });
  const { template } = stage.world.service('api').spec;
  stage.world.change('api', { template: { ...template, scaling: { cpuUtilization: 0.625 } } });
  stage.start();
  await stage.run(180);
  expect(stage.status.tuner?.serving?.revision).toBe(stage.status.stable!.revision);
});

test('one instance that has next to nothing to do is not made two', async () => {
  const stage = new Stage({
    rps: 1,
    spec: { objectives, tuning: { mode: 'ServiceLevel', connections: [] } },
    seeded: { scaling: { maxInstances: 1 } },
  });
  stage.start();
  await stage.run(60);
  expect(maximaOf(stage)).toEqual([]);
});

test('what is stuck at a ceiling is told a few times a day, and never that it is enough', {
  timeout: 60_000,
}, async () => {
  const connections = [{ name: 'db', max: 110, reserve: 0, perInstance: 10 }];
  const stage = new Stage({
    rps: 20,
    seeded: { scaling: { maxInstances: 10 } },
    spec: { objectives, tuning: { mode: 'ServiceLevel', connections } },
    metrics: reading(({ endMs }) => ({ activeInstances: endMs % 1_800_000 < 300_000 ? 10 : 6 })),
  });
  stage.start();
  await stage.run(24 * 60);
  expect(leverOf(stage.status, 'maxInstances')!.reason).not.toBe('Fits');
  expect(stage.reasons().filter((reason) => reason === 'TuningRecommended').length).toBeLessThan(5);
});

test('a service that sleeps is not said to be too full now', async () => {
  const stage = new Stage({
    rps: 20,
    spec: { objectives, tuning: { mode: 'Recommend' } },
    metrics: reading(({ endMs }) => (endMs < Date.parse('2026-01-05T10:00:00Z') ? { memory: 0.95 } : null)),
  });
  stage.start();
  await stage.run(12 * 60);
  const found = saturatedOrNot(stage.status, null).find(({ type }) => type === 'SaturationWithinTarget');
  expect(found?.is).not.toBe(false);
});

test('memory that leaks is cut for twice, and then said to leak', { timeout: 60_000 }, async () => {
  const born: Record<string, number> = {};
  const stage = new Stage({
    rps: 20,
    spec: { objectives, tuning: { mode: 'Auto', connections: [] } },
    logs: { outOfMemory: async () => known({}) },
    metrics: reading(({ endMs }, revision) => {
      born[revision] ??= endMs;
      return { memory: 0.4 + 0.55 * (((endMs - born[revision]) % 18_000_000) / 18_000_000) };
    }),
  });
  stage.start();
  await stage.run(20 * 60);
  expect(templatesOf(stage).length).toBeLessThanOrEqual(2);
});

describe('the mode is changed while a tuning revision is tried', () => {
  test.each(['Off', 'Recommend'])('to %s: it is promoted no more', { timeout: 60_000 }, async (mode) => {
    const { stage, stable } = await tuning();
    stage.policies.respec(stage.key, { tuning: { mode, connections: [] } });
    await stage.run(180);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});

test('where only the bounds keep a target, nobody is told that more instances are not to be had', async () => {
  const stage = new Stage(crowded({}, { scalingTargets: { min: 60, max: 90 } }));
  stage.start();
  await stage.run(60);
  const said = (stage.status.tuning?.levers ?? []).map(({ message }) => message).join(' ');
  expect(said).not.toContain('more instances are not to be had');
});
