/** Every kind of promise in one policy, as deploy/examples/catalogue.yaml has them: each convicts, or does not, for its own reason. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { adopted, ramping, type Stage, type StageOptions } from './stage.ts';

const example = readFileSync(new URL('../../deploy/examples/catalogue.yaml', import.meta.url), 'utf8');
const { spec } = parse(example.replaceAll(/\bshop\b/g, 'api')) as {
  spec: Record<string, unknown> & { objectives: readonly { readonly name: string }[] };
};

/** Messages within 200 ms, and nothing that is too full. */
const healthy = { LAB_MESSAGE_LATENCY_MS: '40/120/180' };
const service: StageOptions = {
  rps: 100,
  websockets: true,
  spec,
  seeded: { database: true, env: healthy },
};
const candidateOf = (env: Record<string, string> = {}, options: Partial<StageOptions> = {}) =>
  ramping({ ...service, ...options }, { ...healthy, ...env });

const verdicts = (stage: Stage): string[] => stage.status.objectives!.map(({ name, verdict }) => `${name} ${verdict}`);

const judged = ['availability', 'errors', 'latency-p95', 'latency-p99', 'messages', 'disconnects', 'database'];
const watched = ['cpu', 'memory', 'concurrency'];

describe('A policy with every kind of promise', () => {
  test('promotes a revision that keeps them all', { timeout: 60_000 }, async () => {
    const { stage, candidate } = await candidateOf();
    await stage.until((status) => status.stable?.revision === candidate, 60);
    expect(verdicts(stage)).toEqual([...judged, ...watched].map((name) => `${name} Healthy`));
    expect(stage.status.rejected).toBeUndefined();
  });

  test.each([
    ['availability', 'ErrorRateRegression', { LAB_ERROR_PERCENT: '5' }, ['availability', 'errors']],
    ['latency-p95', 'LatencyRegression', { LAB_LATENCY_MS: '250/600/700' }, ['latency-p95']],
    ['latency-p99', 'LatencyRegression', { LAB_LATENCY_MS: '110/280/1500' }, ['latency-p99']],
    ['messages', 'LatencyRegression', { LAB_MESSAGE_LATENCY_MS: '60/420/900' }, ['messages']],
    ['disconnects', 'EventRateRegression', { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' }, ['disconnects']],
    ['database', 'EventRateRegression', { LAB_DATABASE_ERROR_PERCENT: '6' }, ['database']],
  ])('rolls back what breaks %s, for %s', { timeout: 60_000 }, async (_, reason, env, by) => {
    const { stage, stable, candidate } = await candidateOf(env);
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
    expect(stage.status.rejected![0]!.reason).toBe(reason);
    expect(stage.traffic).toBe(`${stable}=100`);
    const { message } = stage.status.decision!;
    expect(by.some((name) => message.includes(`${name}: `))).toBe(true);
    for (const other of judged.filter((name) => !by.includes(name))) expect(message).not.toContain(`${other}: `);
  });
});

describe('What all revisions share', () => {
  const failing = { ...healthy, LAB_DATABASE_ERROR_PERCENT: '6' };

  test('convicts nobody: a database that fails for both is nobody’s', { timeout: 60_000 }, async () => {
    const { stage, candidate } = await candidateOf(failing, { seeded: { database: true, env: failing } });
    await stage.run(40);
    expect(stage.status.rejected).toBeUndefined();
    expect([stage.status.candidate?.revision, stage.status.stable?.revision]).toContain(candidate);
  });

  test('holds nobody either: by it alone nothing is even looked at', { timeout: 60_000 }, async () => {
    const objectives = spec.objectives.filter(({ name }) => name !== 'database');
    const options = { spec: { ...spec, objectives }, seeded: { database: true, env: failing } };
    const { stage, candidate } = await candidateOf(failing, options);
    await stage.until((status) => status.stable?.revision === candidate, 60);
    expect(stage.status.objectives!.map(({ name }) => name)).not.toContain('cloudsql');
  });
});

describe('A query of what is shared', () => {
  const shared = (total: string, bad = `${total}{status!="success"}`) => ({
    name: 'cloudsql',
    targetPercent: 99.5,
    indicator: { shared: { bad, total } },
  });
  const of = 'cloudsql_googleapis_com:client_connector_closed_connection_count';
  const with_ = (one: object): StageOptions => ({ ...service, spec: { objectives: [spec.objectives[2]!, one] } });
  const available = (stage: Stage) => stage.status.conditions?.find(({ type }) => type === 'DataAvailable');

  test('that counts is fine, although nothing of it names a revision', async () => {
    const { stage } = await adopted(with_(shared(of)));
    expect(available(stage)).toMatchObject({ status: 'True' });
  });

  test.each([
    ['a metric that is not there', shared('cloudsql_googleapis_com:no_such_count'), 'NoSeries', 'no_such_count'],
    ['a label that is not there', shared(of, `${of}{state="error"}`), 'NeverMatches', 'state'],
  ])('that asks for %s is told, and holds nothing', { timeout: 60_000 }, async (_, one, reason, words) => {
    const { stage } = await adopted(with_(one));
    await stage.run(1);
    expect(available(stage)).toMatchObject({ status: 'False', reason, message: expect.stringContaining(words) });
    expect(available(stage)?.message).toMatch(/^cloudsql: /);
    const candidate = stage.world.deploy('api', { env: healthy });
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });
});

/** Checks of every revision's health, one a second: many, beside a candidate's first requests. They come with the scrapes. */
class HealthChecks {
  readonly #store: SeriesStore;
  readonly #slow: string;
  readonly #startMs: number;

  constructor({ world, clock }: Stage, slow: string) {
    this.#store = world.store;
    this.#slow = slow;
    this.#startMs = clock.nowMs();
  }

  scraped(revision_name: string, atMs: number): void {
    for (const le of ['0.2', '0.25', '0.3', '0.4', '0.5', '0.75', '1', '+Inf']) {
      const labels = { job: 'api', instance: `${revision_name}-checked`, revision_name, route: '/healthz', le };
      const count = le !== '+Inf' && revision_name === this.#slow ? 0 : (atMs - this.#startMs) / 1000;
      this.#store.series('http_server_duration_seconds_bucket', labels).append(atMs, count);
    }
  }
}

describe('Paths that are left out', () => {
  const play = async (excluded: boolean) => {
    const objectives = excluded
      ? spec.objectives
      : JSON.parse(JSON.stringify(spec.objectives).replaceAll(',"excludePaths":["/healthz"]', ''));
    const { stage, stable } = await adopted({ ...service, spec: { ...spec, objectives } });
    const candidate = stage.world.deploy('api', { env: healthy });
    const checks = new HealthChecks(stage, candidate);
    const isOver = ({ status }: Stage) => status.stable?.revision === candidate || status.rejected !== undefined;
    for (let scrapes = 0; scrapes < 240 && !isOver(stage); scrapes++) {
      await stage.clock.advance(15_000);
      for (const revision of [stable, candidate]) checks.scraped(revision, stage.clock.nowMs());
    }
    return { stage, candidate };
  };

  test('convict nobody, however slow they are', { timeout: 60_000 }, async () => {
    const { stage, candidate } = await play(true);
    expect(stage.status.stable?.revision).toBe(candidate);
  });

  test('would have, had they counted', { timeout: 60_000 }, async () => {
    const { stage, candidate } = await play(false);
    expect(stage.status.rejected?.[0]?.revision).toBe(candidate);
    expect(stage.status.decision?.message).toMatch(/^latency-p9[59]: /);
  });
});

describe('What is too full', () => {
  test('holds a candidate that alone is, and convicts nobody', { timeout: 60_000 }, async () => {
    const { stage, stable } = await candidateOf({ LAB_MEMORY_MIB: '460/0.2' });
    await stage.until(({ hold }) => hold?.reason === 'CandidateSaturated', 60);
    await stage.run(20);
    expect(stage.status.rejected).toBeUndefined();
    expect(stage.status.stable?.revision).toBe(stable);
  });

  test('is taken back where it kills for want of memory', { timeout: 60_000 }, async () => {
    const { stage, stable, candidate } = await candidateOf({ LAB_MEMORY_MIB: '505/2' });
    await stage.until(({ withdrawn }) => withdrawn?.reason === 'OutOfMemory', 20);
    expect(stage.status.withdrawn?.revision).toBe(candidate);
    expect(stage.traffic).toBe(`${stable}=100`);
  });
});
