/** Queries of which a part is missing, upside down or no count, through the lab's HTTP doors; a minute of the world takes half a second. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/status/status.ts';
import { type Doors, endAll, Guarded, startLab, steadyrun } from './doors.ts';

const requests = (job: string, matcher = '') => `sum(rate(http_requests_total{job="${job}"${matcher}}[5m]))`;
const fast = (job: string) =>
  `1 - sum(rate(http_server_duration_seconds_bucket{job="${job}",le="0.3"}[5m])) / sum(rate(http_server_duration_seconds_count{job="${job}"}[5m]))`;
const average = (job: string) =>
  `sum(rate(http_server_duration_seconds_sum{job="${job}"}[5m])) / sum(rate(http_server_duration_seconds_count{job="${job}"}[5m]))`;

const ratio = (query: string, targetPercent = 99.9) => [
  { name: 'own', targetPercent, indicator: { ratio: { query } } },
];
const objectives = {
  spelled: ratio(fast('spelled'), 95),
  'no-bucket': ratio(fast('no-bucket'), 95),
  'no-bucket-fine': ratio(fast('no-bucket-fine'), 95),
  'no-label': ratio(`${requests('no-label', ',code=~"5.."')} / ${requests('no-label')}`),
  'good-bad': ratio(`${requests('good-bad', ',status!~"5.."')} / ${requests('good-bad')}`),
  'good-fine': ratio(`100 - 100 * (1 - ${requests('good-fine', ',status=~"2.."')} / ${requests('good-fine')})`),
  average: ratio(average('average')),
  'no-series': ratio(`${requests('nobody', ',status=~"5.."')} / ${requests('nobody')}`),
} as const;
type Name = keyof typeof objectives;

let folder: string;
let lab: Doors;
let services: Record<Name, Guarded>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  const file = join(folder, 'services.yaml');
  const line = (name: string) => `- {project: acme, region: europe-west1, name: ${name}, rps: 100}`;
  await writeFile(file, Object.keys(objectives).map(line).join('\n'));
  lab = await startLab('--speed', '120', '--seed', '7', '--services', file);
  const named = Object.keys(objectives).map((name) => [name, new Guarded(lab, name)]);
  services = Object.fromEntries(named) as typeof services;
  for (const [name, service] of Object.entries(services)) await service.guard(objectives[name as Name]);
  steadyrun('run', '--lab', lab.url);
});

afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true });
});

const failing = { LAB_ERROR_PERCENT: '8', LAB_LATENCY_MS: '200/700/1200' };
const conditionOf = ({ conditions = [] }: Status, type: string) => conditions.find((one) => one.type === type);
const worldMinutes = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 500));

describe.concurrent('over HTTP', { timeout: 600_000 }, () => {
  test('a boundary that a new revision writes otherwise is the same boundary', async () => {
    const service = services.spelled;
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy({ LAB_APP_BOUNDARIES: '0.1/0.25/0.30/0.5/1' });
    await service.until(({ stable }) => stable?.revision === candidate);
  });

  test.each<[Name, Record<string, string>]>([
    ['no-bucket', failing],
    ['no-bucket-fine', {}],
  ])('a bucket that only the candidate lacks holds it, whatever it is like: %s', async (name, env) => {
    const service = services[name];
    const stable = (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
    const candidate = await service.deploy({ ...env, LAB_APP_BOUNDARIES: '0.1/0.25/0.5/1' });
    const held = await service.until(({ hold }) => hold?.reason === 'MetricsOutage');
    expect(held.hold!.message).toContain(
      `Nothing of ${candidate} matches http_server_duration_seconds_bucket{job="${name}",le="0.3"}`,
    );
    await worldMinutes(20);
    const status = await service.status();
    expect(status.stable?.revision).toBe(stable);
    expect(status.rejected ?? []).toEqual([]);
    expect(await service.traffic()).toMatch(new RegExp(`^${stable}=9`));
  });

  test.each<[Name, string, RegExp]>([
    ['no-label', 'NeverMatches', /No series of http_requests_total\{job="no-label"\} has the label code/],
    ['no-series', 'NoSeries', /Nothing matches http_requests_total\{job="nobody"\}.*Cloud Run counted \d+ requests/],
  ])(
    'what is not there is told before a rollout depends on it, and starts none: %s',
    async (name, reason, sentence) => {
      const service = services[name];
      const status = await service.until((one) => conditionOf(one, 'Ready')?.reason === reason);
      expect(conditionOf(status, 'DataAvailable')).toMatchObject({
        status: 'False',
        message: expect.stringMatching(sentence),
      });
      expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'False', reason });
      const stable = status.stable!.revision;
      const candidate = await service.deploy(failing);
      const held = await service.until(({ hold }) => hold?.reason === reason);
      expect(held.hold!.message).toContain(`${candidate} waits at 0 %`);
      await worldMinutes(15);
      expect(await service.traffic()).toBe(`${stable}=100`);
    },
  );

  test('a success ratio is turned round: a bad revision goes back', async () => {
    const service = services['good-bad'];
    const { stable, ...status } = await service.until(({ phase }) => phase === 'Steady');
    expect(conditionOf(status, 'QueriesTurned')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('status!~"5.." leaves out what failed'),
    });
    const candidate = await service.deploy(failing);
    await service.until(({ rejected }) => rejected?.[0]?.revision === candidate);
    expect(await service.traffic()).toBe(`${stable!.revision}=100`);
  });

  test('a success ratio is turned round: a good revision is promoted', async () => {
    const service = services['good-fine'];
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy({});
    await service.until(({ stable }) => stable?.revision === candidate);
  });

  test('an average is refused with what to write instead, and moves nothing', async () => {
    const service = services.average;
    const status = await service.until((one) => conditionOf(one, 'Stalled')?.status === 'True');
    expect(conditionOf(status, 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('this is an average'),
    });
    await service.deploy(failing);
    await worldMinutes(5);
    expect((await service.truth()).writes.filter(({ by }) => by === 'operator')).toEqual([]);
  });
});
