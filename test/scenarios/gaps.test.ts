/** Time that passes while nothing is judged proves nothing: clocks of a rollout count data, not the wall. */
import { describe, expect, test } from 'vitest';
import { availability } from '../policy/valid.ts';
import { adopted, ramping, type Stage } from './stage.ts';

const gaps: Record<string, (stage: Stage) => Promise<void>> = {
  'the operator was away': async (stage) => {
    stage.kill();
    await stage.run(50);
    stage.start();
  },
  'a person paused': async (stage) => {
    stage.annotate('paused', 'lunch');
    await stage.run(50);
    stage.annotate('paused', null);
  },
  'there were no metrics': async (stage) => {
    stage.event({ at: '0s', for: '50m', on: 'Metrics', outage: true });
    await stage.run(50);
  },
  'both revisions failed': async (stage) => {
    stage.event({ at: '0s', for: '50m', on: 'Both', errorPercent: 20 });
    await stage.run(50);
  },
};

const percentIn = (split: string, revision: string): number =>
  Number(new RegExp(`${revision}=(\\d+)`).exec(split)?.[1] ?? 0);

test.each(Object.keys(gaps))(
  'after 50 min in which %s the ramp goes on in steps of its own, and is not over as inconclusive',
  async (what) => {
    const { stage, candidate } = await ramping({ rps: 20, spec: { objectives: [availability] } });
    await stage.run(3);
    await gaps[what]!(stage);
    const shares = [percentIn(stage.traffic, candidate)];
    const from = stage.splits.length;
    await stage.run(3);
    shares.push(...stage.splits.slice(from).map((split) => percentIn(split, candidate)));
    for (const [i, share] of shares.slice(1).entries()) expect(share).toBeLessThanOrEqual(5 * shares[i]!);
    await stage.until((status) => status.stable?.revision === candidate, 120);
    expect(stage.reasons()).not.toContain('Inconclusive');
  },
);

test('a watch in which the operator was away is not passed: what came in meanwhile is judged', async () => {
  const own = 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))';
  const { stage, stable, candidate } = await ramping({
    rps: 40,
    spec: {
      objectives: [{ name: 'latency', indicator: { latency: { threshold: '300ms', query: own } } }],
      rollout: { profile: 'Fast' },
    },
  });
  await stage.until((status) => status.phase === 'Watching', 60);
  stage.event({ at: '30s', for: '9h', on: 'Candidate', latencyFactor: 2 });
  stage.kill();
  await stage.run(20);
  stage.start();
  await stage.until((status) => status.phase === 'Steady', 40);
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: 'LatencyRegression' });
});

describe('after one suspicion', () => {
  test('an outage of both that does not end is a hold, and one page', async () => {
    const { stage, stable } = await ramping({ rps: 40, spec: { objectives: [availability] } });
    await stage.run(4);
    stage.event({ at: '0s', for: '1m', on: 'Candidate', errorPercent: 12 });
    await stage.until(({ rollout }) => rollout?.retreat !== undefined, 5);
    stage.event({ at: '0s', for: '5h', on: 'Both', errorPercent: 20 });
    await stage.run(120);
    expect(stage.traffic).toContain(stable);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'SharedOutage', paged: true } });
    expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
  });

  test('a candidate that cures what ails the stable is still helped on', async () => {
    const { stage, candidate } = await ramping({ rps: 40, spec: { objectives: [availability] } });
    await stage.run(4);
    stage.event({ at: '0s', for: '1m', on: 'Candidate', errorPercent: 12 });
    await stage.until(({ rollout }) => rollout?.retreat !== undefined, 5);
    stage.event({ at: '1m', for: '5h', on: 'Stable', errorPercent: 20 });
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });
});

const appErrors = {
  name: 'errors',
  targetPercent: 99.9,
  indicator: {
    ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
  },
};

test.each([
  { whose: 'Cloud Run’s own', objective: availability },
  { whose: 'the app’s', objective: appErrors },
])('a revision deployed in an outage of $whose metrics waits at 0 % for as long as it lasts', async ({ objective }) => {
  const { stage } = await adopted({ rps: 50, spec: { objectives: [objective] } });
  await stage.run(30);
  const before = stage.traffic;
  stage.event({ at: '0s', for: '3h', on: 'Metrics', outage: true });
  await stage.run(10);
  const candidate = stage.world.deploy('api');
  await stage.run(160);
  expect(stage.traffic).toBe(before);
  expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'MetricsOutage', paged: true } });
  await stage.until((status) => status.candidate?.revision === candidate, 30);
});
