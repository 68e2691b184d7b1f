/** Every hold has a deadline, and one that comes and goes has one. */
import { describe, expect, test } from 'vitest';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, minutes, ramping, type Stage, type StageOptions } from './stage.ts';

const pages = (stage: Stage) => stage.policies.events.filter(({ reason }) => reason === 'HeldTooLong');
const soonOver = { rollout: { maxBake: '30m' } };

describe('a hold that comes and goes', () => {
  test.each([
    { what: 'an outage of the metrics', reason: 'MetricsOutage', event: { on: 'Metrics', outage: true } },
    { what: 'an outage of both revisions', reason: 'SharedOutage', event: { on: 'Both', errorPercent: 20 } },
  ] as const)('$what: is one, and pages once', async ({ reason, event }) => {
    const { stage } = await ramping({ rps: 100, spec: soonOver });
    await stage.run(2);
    for (let round = 0; round < 6; round++) {
      stage.event({ at: '0s', for: '9m', ...event });
      await stage.run(12);
    }
    const told = stage.policies.events.filter((one) => one.reason === reason);
    expect(told.length).toBeLessThanOrEqual(2);
    expect(pages(stage)).toHaveLength(1);
    expect(pages(stage)[0]!.message).toContain(reason);
  });

  test('the next candidate has a hold of its own', async () => {
    const { stage } = await ramping({ rps: 100, spec: soonOver });
    stage.event({ at: '0s', for: '20m', on: 'Both', errorPercent: 20 });
    await stage.until((status) => status.hold?.reason === 'SharedOutage', 20);
    const { since } = stage.status.hold!;
    const next = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === next && status.hold?.reason === 'SharedOutage', 20);
    expect(Date.parse(stage.status.hold!.since)).toBeGreaterThan(Date.parse(since));
  });

  test('a pause after a pause is another', async () => {
    const { stage } = await ramping({ spec: soonOver });
    stage.annotate('paused', 'for lunch');
    await stage.run(20);
    stage.annotate('paused', null);
    await stage.run(1);
    stage.annotate('paused', 'for tea');
    await stage.run(20);
    expect(pages(stage)).toEqual([]);
  });
});

describe('Cloud Run that never finishes with a change', () => {
  const unsettled = () => {
    let isStuck = false;
    const services = (real: Services): Services =>
      replacing(real, {
        async read(ref) {
          const service = await real.read(ref);
          return service && isStuck ? { ...service, settled: false } : service;
        },
      });
    return {
      services,
      stick: (on: boolean) => {
        isStuck = on;
      },
    };
  };

  test('pages when it has lasted as long as a bake may, and not before', async () => {
    const { services, stick } = unsettled();
    const { stage } = await adopted({ services, spec: soonOver });
    stick(true);
    stage.world.deploy('api');
    await stage.run(10);
    expect(stage.status).toMatchObject({ phase: 'Steady', hold: { reason: 'Settling' }, decision: { action: 'None' } });
    expect(stage.policies.events.filter(({ type }) => type === 'Warning')).toEqual([]);
    await stage.run(25);
    expect(pages(stage)).toHaveLength(1);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'Settling', paged: true } });
    stick(false);
    await stage.until((status) => status.phase === 'Ramping', 3);
  });
});

describe('a guard window that cannot be read', () => {
  const promotedOn = async (options: StageOptions = {}) => {
    const { stage, candidate } = await ramping({ rps: 50, spec: soonOver, ...options });
    await stage.until((status) => status.stable?.revision === candidate, 70);
    return { stage, candidate };
  };

  test('because its queries fail is said, pages, and ends with the outage', async () => {
    let isAway = false;
    const metrics = (real: Metrics): Metrics =>
      replacing(real, {
        freshness: async (...args) =>
          isAway ? { kind: 'Unknown', reason: 'ProviderError', message: 'it answered 503' } : real.freshness(...args),
      });
    const { stage, candidate } = await promotedOn({ metrics });
    isAway = true;
    await stage.run(15);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsOutage' } });
    expect(stage.status.hold!.message).toContain(`${candidate} is not watched`);
    expect(stage.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'MetricsAvailable', status: 'False' }),
    );
    await stage.run(40);
    expect(pages(stage)).toHaveLength(1);
    expect(stage.traffic).toBe(`${candidate}=100`);
    isAway = false;
    await stage.run(5);
    expect(stage.status.phase).toBe('Steady');
  });

  test('because nothing comes pages once however many nights it has, and holds up no deploy', async () => {
    const { stage, candidate } = await promotedOn();
    for (let night = 0; night < 3; night++) {
      stage.event({ at: '0s', for: '90m', on: 'Traffic', rps: 0 });
      await stage.run(80);
      expect(stage.status.phase).toBe('Steady');
      await stage.run(60);
    }
    expect(pages(stage)).toHaveLength(1);
    expect(pages(stage)[0]!.message).toContain(`${candidate} is not watched`);
    stage.event({ at: '0s', for: '3h', on: 'Traffic', rps: 0 });
    await stage.run(60);
    const next = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === next, 15);
  });
});

test.each(['rollout', 'guard'] as const)('a %s judged until next year is judged from now', async (judging) => {
  const { stage, stable, candidate } = await ramping({ rps: 100 });
  if (judging === 'guard') await stage.until((status) => status.stable?.revision === candidate, 70);
  stage.kill();
  const stored = JSON.parse(JSON.stringify(stage.policies.stored(stage.key)));
  for (const entry of stored[judging].evidence) entry.judgedUntil = '2027-01-05T08:00:00Z';
  stage.policies.restatus(stage.key, stored);
  stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 50 });
  stage.start();
  await stage.until((status) => status.rejected?.[0]?.revision === candidate, 25);
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(stage.clock.nowMs()).toBeLessThan(Date.parse('2026-01-06T00:00:00Z') + minutes(0));
});
