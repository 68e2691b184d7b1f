/** What cannot be measured is said before a rollout depends on it, starts none, and certifies nothing that runs. */
import { describe, expect, test } from 'vitest';
import { labPromql } from '../../src/lab/promql-client.ts';
import { type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import { oneIn } from '../whole.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, type Stage, type StageOptions } from './stage.ts';

const sum = (selector: string): string => `sum(rate(${selector}[5m]))`;
const requests = sum('http_requests_total{job="api"}');
const errors = sum('http_requests_total{job="api",status=~"5.."}');
const spec = (ratio: Record<string, string>, targetPercent = 99.9) => ({
  objectives: [{ name: 'own', targetPercent, indicator: { ratio } }],
});
const query = (text: string, more: StageOptions = {}): StageOptions => ({
  rps: 100,
  spec: spec({ query: text }),
  ...more,
});

const condition = ({ status: { conditions = [] } }: Stage, type: string) => conditions.find((one) => one.type === type);

const cannot: readonly [string, string, string, RegExp][] = [
  [
    'a label that is not there',
    `${sum('http_requests_total{job="api",code=~"5.."}')} / ${requests}`,
    'NeverMatches',
    /has the label code/,
  ],
  [
    'a label that is not there, excluded',
    `${sum('http_requests_total{job="api",code!~"5.."}')} / ${requests}`,
    'NeverMatches',
    /has the label code/,
  ],
  [
    'a word that its label never says',
    `${sum('http_requests_total{job="api",status="5xx"}')} / ${requests}`,
    'NeverMatches',
    /matches nothing that status/,
  ],
  [
    'a metric that is not there',
    `${sum('http_errors_total{job="api"}')} / ${requests}`,
    'NoSeries',
    /Nothing matches http_errors_total/,
  ],
  ['another job', `${sum('http_requests_total{job="apii",status=~"5.."}')} / ${requests}`, 'NoSeries', /job="apii"/],
  [
    'nothing at all',
    `${sum('nothing_total{code="500"}')} / ${sum('nothing_total')}`,
    'NoSeries',
    /Cloud Run counted \d+ requests/,
  ],
  [
    'a bucket that is not there',
    `1 - ${sum('http_server_duration_seconds_bucket{job="api",le="0.35"}')} / ${sum('http_server_duration_seconds_count{job="api"}')}`,
    'NoBoundary',
    /its boundaries are 0\.005, 0\.01/,
  ],
  [
    'good events that nothing proves to be good',
    `${sum('http_requests_total{job="api",status!="404"}')} / ${requests}`,
    'UpsideDown',
    /ratio: \{good, total\}/,
  ],
];

describe('A policy that cannot be measured', () => {
  test.each(oneIn(27, cannot))(
    '%s: is told with what is meant, is not Ready, and starts no rollout',
    async (_, text, reason, sentence) => {
      const { stage, stable } = await adopted(query(text));
      await stage.run(1);
      expect(condition(stage, 'DataAvailable')).toMatchObject({
        status: 'False',
        reason,
        message: expect.stringMatching(sentence),
      });
      expect(condition(stage, 'Ready')).toMatchObject({ status: 'False', reason });
      stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '8' } });
      await stage.run(60);
      expect(stage.traffic).toBe(`${stable}=100`);
      expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason, message: expect.stringMatching(sentence) } });
      // Held for as long as that lasts, and paged once.
      expect(stage.reasons().filter((one) => one === 'HeldTooLong')).toHaveLength(1);
    },
  );

  test('goes on as soon as it is put right', async () => {
    const { stage } = await adopted(query(cannot[0]![1]));
    const candidate = stage.world.deploy('api');
    await stage.run(5);
    expect(stage.status.phase).toBe('Held');
    edit(stage, { query: `${errors} / ${requests}` });
    await stage.until(({ stable }) => stable?.revision === candidate, 60);
    expect(condition(stage, 'Ready')).toMatchObject({ status: 'True' });
  });

  test.each(oneIn(27, cannot, 2))(
    '%s: is promoted by nothing when an edit brings it into a rollout that runs',
    async (_, text) => {
      const { stage, candidate } = await ramping(query(`${errors} / ${requests}`));
      await stage.run(3);
      edit(stage, { query: text });
      await stage.run(90);
      expect(stage.status.stable?.revision).not.toBe(candidate);
      expect(stage.status.rejected ?? []).toEqual([]);
    },
  );

  test('an objective that does not gate is told, and holds nothing', async () => {
    const [own] = spec({ query: cannot[0]![1] }).objectives;
    const { stage } = await adopted({
      rps: 100,
      spec: {
        objectives: [
          { name: 'availability', targetPercent: 99.9 },
          { ...own, gate: false },
        ],
      },
    });
    await stage.run(1);
    expect(condition(stage, 'DataAvailable')).toMatchObject({ status: 'False', reason: 'NeverMatches' });
    expect(condition(stage, 'Ready')).toMatchObject({ status: 'True' });
    const candidate = stage.world.deploy('api');
    await stage.until(({ stable }) => stable?.revision === candidate, 90);
  });

  test('beside one that can be measured, the other still convicts', async () => {
    const { stage, stable, candidate } = await ramping(
      {
        rps: 100,
        spec: {
          objectives: [
            ...spec({ query: `${errors} / ${requests}` }).objectives,
            { name: 'availability', targetPercent: 99.9 },
          ],
        },
      },
      { LAB_ERROR_PERCENT: '8' },
    );
    edit(stage, { query: cannot[0]![1] }, [{ name: 'availability', targetPercent: 99.9 }]);
    await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 15);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});

describe('A part that only the candidate lacks', () => {
  const buckets = `1 - ${sum('http_server_duration_seconds_bucket{job="api",le="0.3"}')} / ${sum('http_server_duration_seconds_count{job="api"}')}`;
  const lacking = { LAB_APP_BOUNDARIES: '0.1/0.25/0.5/1' };

  test.each([{}, { LAB_LATENCY_MS: '110/420/900' }])('holds it, whether it is healthy or not: %j', async (env) => {
    const { stage, candidate } = await ramping(
      { rps: 100, spec: spec({ query: buckets }, 95) },
      { ...lacking, ...env },
    );
    await stage.run(90);
    expect(stage.status.stable?.revision).not.toBe(candidate);
    expect(stage.status.rejected ?? []).toEqual([]);
    expect(stage.status.hold).toMatchObject({
      message: expect.stringContaining(
        `Nothing of ${candidate} matches http_server_duration_seconds_bucket{job="api",le="0.3"}`,
      ),
    });
  });

  test('is told by Ready, too, for as long as it holds', async () => {
    const { stage, candidate } = await ramping({ rps: 100, spec: spec({ query: buckets }, 95) }, lacking);
    await stage.run(5);
    expect(condition(stage, 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining(`Nothing of ${candidate} matches`),
    });
    expect(condition(stage, 'MetricsAvailable')).toMatchObject({ status: 'False' });
    stage.annotate('abort', candidate);
    await stage.run(2);
    expect(condition(stage, 'Ready')).toMatchObject({ status: 'True' });
  });

  test('is the same part by another spelling', async () => {
    const { stage, candidate } = await ramping(
      { rps: 100, spec: spec({ query: buckets }, 95) },
      { LAB_APP_BOUNDARIES: '0.1/0.25/0.30/0.5/1' },
    );
    await stage.until(({ stable }) => stable?.revision === candidate, 60);
  });
});

describe('A success ratio', () => {
  const good = sum('http_requests_total{job="api",status!~"5.."}');
  const ways: readonly [string, Record<string, string>][] = [
    ['proven by its form', { query: `${good} / ${requests}` }],
    ['as a complement', { query: `1 - ${errors} / ${requests}` }],
    ['declared', { good: 'http_requests_total{job="api",status!~"5.."}', total: 'http_requests_total{job="api"}' }],
    [
      'declared where nothing proves it',
      { good: 'http_requests_total{job="api",status!="500"}', total: 'http_requests_total{job="api"}' },
    ],
  ];

  test.each(oneIn(17, ways))('%s: promotes what is healthy', async (_, ratio) => {
    const { stage, candidate } = await ramping({ rps: 100, spec: spec(ratio) });
    await stage.until(({ stable }) => stable?.revision === candidate, 60);
  });

  test.each(oneIn(17, ways, 1))('%s: sends back what fails', async (_, ratio) => {
    const { stage, candidate } = await ramping({ rps: 100, spec: spec(ratio) }, { LAB_ERROR_PERCENT: '8' });
    await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 15);
    expect(stage.status.rejected![0]!.reason).toBe('ErrorRateRegression');
  });

  test('that was turned round is told in a condition', async () => {
    const { stage } = await adopted({ rps: 100, spec: spec(ways[0]![1]) });
    expect(condition(stage, 'QueriesTurned')).toMatchObject({
      status: 'True',
      reason: 'TurnedRound',
      message: expect.stringMatching(
        /^own: The query answers with the good share \(status!~"5\.\." leaves out what failed\): it is turned round/,
      ),
    });
  });
});

describe('Silence', () => {
  const quiet = (client: (real: PromqlClient) => PromqlClient): StageOptions => ({
    rps: 0,
    spec: spec({ query: `${errors} / ${requests}` }),
    promql: (store) => client(labPromql(store)),
  });

  test('is no absence: a service that nobody asks anything rolls out', async () => {
    const { stage } = await adopted(quiet((real) => real));
    await stage.run(1);
    expect(condition(stage, 'DataAvailable')).toMatchObject({ status: 'False', reason: 'NoTraffic' });
    expect(condition(stage, 'Ready')).toMatchObject({ status: 'True' });
    stage.world.deploy('api');
    await stage.until(({ candidate }) => (candidate?.percent ?? 0) > 0, 10);
  });

  test('that cannot be told from absence starts nothing, and says why', async () => {
    const refused = (real: PromqlClient): PromqlClient => ({
      ...real,
      instant: async (source, text, atMs) => {
        if (text.startsWith('sum(increase(run_googleapis_com')) {
          throw new PromqlFailure('ProviderError', 'Permission denied.', { isPassing: false });
        }
        return real.instant(source, text, atMs);
      },
    });
    const { stage, stable } = await adopted(quiet(refused));
    stage.world.deploy('api');
    await stage.run(20);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.hold).toMatchObject({
      reason: 'NoSeries',
      message: expect.stringContaining('Permission denied'),
    });
  });
});

test('a query that could not be tried starts nothing until it has been', async () => {
  let away = true;
  const { stage, stable } = await adopted({
    rps: 100,
    spec: spec({ query: `${errors} / ${requests}` }),
    metrics: (real) =>
      replacing(real, {
        inspect: async (...args) =>
          away ? { kind: 'Unknown', reason: 'ProviderError', message: 'Not now.' } : real.inspect(...args),
      }),
  });
  await stage.run(1);
  expect(condition(stage, 'Ready')).toMatchObject({ status: 'False', reason: 'Untried' });
  const candidate = stage.world.deploy('api');
  await stage.run(10);
  expect(stage.traffic).toBe(`${stable}=100`);
  away = false;
  await stage.until((status) => status.stable?.revision === candidate, 60);
});

function edit(stage: Stage, ratio: Record<string, string>, more: readonly Record<string, unknown>[] = []): void {
  stage.policies.respec(stage.key, { objectives: [...spec(ratio).objectives, ...more] });
}
