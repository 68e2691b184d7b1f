/** Policies that bring their own queries. */
import { describe, expect, test } from 'vitest';
import { known } from '../../src/facts/answer.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { ownQueries } from '../own-queries.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, type StageOptions } from './stage.ts';

const own = (change: (objectives: ReturnType<typeof ownQueries>) => unknown = (all) => all): StageOptions => ({
  rps: 100,
  websockets: true,
  spec: { objectives: change(ownQueries('api')) },
});
const latencyAt = (threshold: string) =>
  own(([errors, latency, disconnects]) => [
    errors,
    { ...latency, indicator: { latency: { ...latency!.indicator.latency, threshold } } },
    disconnects,
  ]);

describe("a team's own queries", () => {
  test('promote a revision that is as good as the one before', async () => {
    const { stage, candidate } = await ramping(own());
    await stage.until((status) => status.stable?.revision === candidate, 60);
    expect(stage.status.objectives?.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'errors Healthy',
      'latency Healthy',
      'disconnects Healthy',
    ]);
  });

  test.each([
    ['disconnects', 'EventRateRegression', { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' }],
    ['latency', 'LatencyRegression', { LAB_LATENCY_MS: '200/700/1200' }],
    ['errors', 'ErrorRateRegression', { LAB_ERROR_PERCENT: '5' }],
  ])('roll back what is worse in %s, within ten minutes and for that reason', async (objective, reason, env) => {
    const { stage, stable, candidate } = await ramping(own(), env);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 10);
    expect(stage.status.rejected![0]!.reason).toBe(reason);
    expect(stage.status.decision!.message).toContain(`${objective}: `);
    expect(stage.traffic).toBe(`${stable}=100`);
  });

  test('that drop more connections than were opened are judged too', async () => {
    const { stage, candidate } = await ramping(own(), { LAB_WEBSOCKET_DISCONNECT_PERCENT: '100' });
    stage.event({ at: '0s', for: '5h', on: 'Candidate', websocketDisconnectPercent: 100 });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 5);
  });

  test('a shared outage of all of them convicts nobody', async () => {
    const { stage, candidate } = await ramping(own());
    await stage.run(3);
    stage.event({
      at: '0s',
      for: '10m',
      on: 'Both',
      errorPercent: 20,
      latencyFactor: 3,
      websocketDisconnectPercent: 30,
    });
    await stage.run(12);
    expect(stage.status.rejected ?? []).toEqual([]);
    expect(stage.status.candidate?.revision).toBe(candidate);
  });

  test('beside Cloud Run’s own metrics keep their own pace: the fast one convicts as soon as instances are not new any more', async () => {
    const mixed = own(([, latency]) => [{ name: 'availability', targetPercent: 99.9 }, latency]);
    const { stage, candidate } = await ramping(mixed, { LAB_LATENCY_MS: '250/900/1500' });
    const taken = await stage.until((status) => status.rejected?.[0]?.revision === candidate, 8);
    expect(taken).toBeLessThan(7);
    expect(stage.status.rejected![0]!.reason).toBe('LatencyRegression');
  });

  test('that stop for one objective alone hold what the others cannot prove', async () => {
    let mute = false;
    const { stage, candidate } = await ramping({
      ...own(),
      metrics: (real): Metrics =>
        replacing(real, {
          freshness: async (asked, nowMs) =>
            mute && asked.objective.name === 'latency'
              ? known({ newestMs: null, intervalMs: 15_000 })
              : real.freshness(asked, nowMs),
        }),
    });
    await stage.run(2);
    mute = true;
    await stage.run(3);
    expect(stage.status.hold?.reason).toBe('MetricsIncomplete');
    expect(stage.status.decision?.message).toContain('latency: there are no recent samples');
    mute = false;
    await stage.until((status) => status.stable?.revision === candidate, 80);
  });
});

describe('a threshold between two boundaries of the histogram', () => {
  const condition = (stage: Awaited<ReturnType<typeof adopted>>['stage']) =>
    stage.status.conditions?.find(({ type }) => type === 'LatencyBucketAligned');

  test('is said, with the buckets to paste into the app', async () => {
    const { stage } = await adopted(latencyAt('350ms'));
    await stage.run(2);
    expect(condition(stage)).toMatchObject({
      status: 'False',
      message: expect.stringContaining('[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5,'),
    });
    const aligned = await adopted(latencyAt('300ms'));
    await aligned.stage.run(2);
    expect(condition(aligned.stage)).toBeUndefined();
  });

  test('convicts by the boundary above it, and promotes what is as good', async () => {
    const slow = await ramping(latencyAt('350ms'), { LAB_LATENCY_MS: '110/600/900' });
    await slow.stage.until((status) => status.rejected?.[0]?.revision === slow.candidate, 20);
    expect(slow.stage.status.rejected![0]!.reason).toBe('LatencyRegression');
    const good = await ramping(latencyAt('350ms'));
    await good.stage.until((status) => status.stable?.revision === good.candidate, 60);
  });
});

describe('a query that cannot work', () => {
  const broken = (query: string) => own(() => [{ name: 'errors', targetPercent: 99, indicator: { ratio: { query } } }]);

  test('is said at adoption with its place, and the candidate waits at 0 % instead of a rollout that hangs', async () => {
    // Only the source knows this one: RE2 has no look-ahead.
    const { stage, stable } = await adopted(
      broken('sum(rate(http_requests_total{status=~"(?=5)"}[5m])) / sum(rate(http_requests_total[5m]))'),
    );
    await stage.run(1);
    const conditions = Object.fromEntries(stage.status.conditions!.map(({ type, ...rest }) => [type, rest]));
    expect(conditions.DataAvailable).toMatchObject({ status: 'False', reason: 'InvalidQuery' });
    expect(conditions.DataAvailable!.message).toMatch(
      /^errors: The query for http_requests_total is refused\. .*regular expression/,
    );
    expect(conditions.Ready).toMatchObject({ status: 'False', reason: 'InvalidQuery' });
    const candidate = stage.world.deploy('api');
    await stage.run(5);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'InvalidQuery' } });
    expect(stage.status.hold!.message).toContain(candidate);
    stage.policies.respec(stage.key, { objectives: ownQueries('api') });
    await stage.until((status) => status.phase === 'Ramping', 8);
  });

  test('of series without a revision is said, too', async () => {
    const label = own();
    const { stage, stable } = await adopted({
      ...label,
      spec: { ...label.spec, metrics: { revisionLabel: 'version' } },
    });
    await stage.run(1);
    const data = stage.status.conditions!.find(({ type }) => type === 'DataAvailable');
    expect(data).toMatchObject({ status: 'False', reason: 'NoRevisionLabel' });
    expect(data!.message).toContain('metrics.revisionLabel');
    stage.world.deploy('api');
    await stage.run(5);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.hold?.reason).toBe('NoRevisionLabel');
  });

  test('of a metric that is not there is said, and never taken for healthy', async () => {
    const { stage, stable } = await adopted(broken('sum(rate(nowhere{s="5"}[5m])) / sum(rate(nowhere[5m]))'));
    await stage.run(1);
    expect(stage.status.conditions!.find(({ type }) => type === 'DataAvailable')).toMatchObject({
      status: 'False',
      reason: 'NoSeries',
    });
    stage.world.deploy('api');
    await stage.run(120);
    expect(stage.status.stable?.revision).toBe(stable);
  });
});
