/** After promotion: what a control settles, what it does not, and whose traffic it is meanwhile. */
import { describe, expect, test } from 'vitest';
import { availability, latency } from '../policy/valid.ts';
import { replacing } from './replacing.ts';
import { ramping, type Stage } from './stage.ts';

const fast = { objectives: [availability], rollout: { profile: 'Fast' } };

/** Promoted, and from then on the promoted revision fails so often. */
async function burning(errorPercent: number, rps = 20) {
  const { stage, stable, candidate } = await ramping({ rps, spec: fast });
  await stage.until((status) => status.stable?.revision === candidate, 120);
  stage.event({ at: '1m', for: '40h', on: 'Candidate', errorPercent });
  return { stage, stable, candidate };
}

const gaps: Record<string, (stage: Stage) => Promise<void>> = {
  'the operator is away': async (stage) => {
    stage.kill();
    await stage.run(15);
    stage.start();
  },
  'a person pauses': async (stage) => {
    stage.annotate('paused', 'lunch');
    await stage.run(15);
    stage.annotate('paused', null);
  },
  'there are no metrics': async (stage) => {
    stage.event({ at: '0s', for: '15m', on: 'Metrics', outage: true });
    await stage.run(15);
  },
};

describe('a control after promotion', () => {
  test.each(Object.keys(gaps))('is not given back unsettled because %s for a quarter of an hour', async (what) => {
    const { stage, stable, candidate } = await burning(1);
    await stage.until((status) => status.guard?.controlSince !== undefined, 40);
    await gaps[what]!(stage);
    await stage.until((status) => status.guard?.controlSince === undefined, 40);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: 'WorseThanLastGood' });
  });

  test('stays for as long as little traffic needs, and rolls back in the end', async () => {
    const { stage, stable, candidate } = await burning(20, 0.1);
    await stage.until((status) => status.guard?.controlSince !== undefined, 600);
    await stage.until((status) => status.guard?.controlSince === undefined, 360);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: 'WorseThanLastGood' });
    expect(stage.reasons()).not.toContain('NotToBlame');
  });

  test('settles nothing while the objective that burns cannot be read', async () => {
    let blind = false;
    const { stage, stable, candidate } = await ramping({
      rps: 20,
      spec: { objectives: [availability, latency], rollout: { profile: 'Fast' } },
      metrics: (real) =>
        replacing(real, {
          counts: async (question) =>
            blind && question.objective.name === 'availability'
              ? { kind: 'Unknown', objective: 'availability', reason: 'ProviderError', message: '503' }
              : await real.counts(question),
        }),
    });
    await stage.until((status) => status.stable?.revision === candidate, 60);
    stage.event({ at: '1m', for: '9h', on: 'Candidate', errorPercent: 5 });
    await stage.until((status) => status.guard?.controlSince !== undefined, 40);
    blind = true;
    await stage.run(60);
    expect(stage.traffic).toBe(`${stable}=50 ${candidate}=50`);
    blind = false;
    await stage.until((status) => status.guard?.controlSince === undefined, 20);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});

describe('while the promoted revision burns', () => {
  test('a split that a person sets is left alone, although the first look at it finds total failure', async () => {
    const errors = {
      name: 'errors',
      targetPercent: 99.9,
      indicator: {
        ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
      },
    };
    const { stage, stable, candidate } = await ramping({ rps: 20, spec: { ...fast, objectives: [errors] } });
    await stage.until((status) => status.stable?.revision === candidate, 60);
    await stage.run(5);
    stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
    await stage.clock.advance(20_000);
    stage.world.setTraffic('api', [
      { revision: candidate, percent: 20 },
      { revision: stable, percent: 80 },
    ]);
    await stage.run(30);
    expect(stage.traffic).toBe(`${stable}=80 ${candidate}=20`);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'SplitByHand' } });
  });

  test('a person who gives it everything while a control is open has the last word', async () => {
    const { stage, candidate } = await burning(1);
    await stage.until((status) => status.guard?.controlSince !== undefined, 40);
    stage.world.setTraffic('api', [{ revision: candidate, percent: 100 }]);
    await stage.run(1);
    expect(stage.traffic).toBe(`${candidate}=100`);
    expect(stage.status.guard?.controlSince).toBeUndefined();
    expect(stage.status.phase).toBe('Steady');
  });

  test('a person who goes back past a running rollout to the last good revision is obeyed, and both newer ones rejected', async () => {
    const { stage, stable, candidate } = await ramping({ rps: 20, spec: fast });
    await stage.until((status) => status.stable?.revision === candidate, 60);
    const newer = stage.world.deploy('api');
    await stage.until((status) => status.candidate?.revision === newer, 5);
    stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    await stage.run(10);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status).toMatchObject({
      phase: 'Steady',
      stable: { revision: stable },
      lastGood: { revision: stable },
    });
    expect(stage.status.rejected?.map(({ revision }) => revision).sort()).toEqual([candidate, newer].sort());
  });
});

test('an outage of both that only the slower of two objectives sees is one for the faster one, too', async () => {
  const own = 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))';
  const { stage, candidate } = await ramping({
    rps: 40,
    spec: {
      objectives: [availability, { name: 'latency', indicator: { latency: { threshold: '300ms', query: own } } }],
    },
  });
  await stage.run(4);
  stage.event({ at: '0s', for: '2h', on: 'Both', errorPercent: 20 });
  await stage.run(5);
  const share = stage.traffic;
  await stage.run(80);
  expect(stage.traffic).toBe(share);
  expect(share).toContain(candidate);
  expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'SharedOutage', paged: true } });
});
