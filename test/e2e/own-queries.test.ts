/** The three queries that teams paste, word for word, through the lab's HTTP doors; a minute of the world takes a second. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownQueries } from '../own-queries.ts';
import { type Doors, endAll, Guarded, startLab, steadyrun } from './doors.ts';

const names = ['bytspot-api', 'drops', 'slow'] as const;

let folder: string;
let lab: Doors;
let services: Record<(typeof names)[number], Guarded>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  const file = join(folder, 'services.yaml');
  const line = (name: string) => `- {project: acme, region: europe-west1, name: ${name}, rps: 100, websockets: true}`;
  await writeFile(file, names.map(line).join('\n'));
  lab = await startLab('--speed', '60', '--seed', '5', '--services', file);
  services = Object.fromEntries(names.map((name) => [name, new Guarded(lab, name)])) as typeof services;
  for (const [name, service] of Object.entries(services)) await service.guard(ownQueries(name));
  steadyrun('run', '--lab', lab.url);
});

afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true });
});

describe.concurrent('over HTTP, by the queries of the team', { timeout: 600_000 }, () => {
  test('a good revision is promoted', async () => {
    const service = services['bytspot-api'];
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy({});
    const status = await service.until(({ stable }) => stable?.revision === candidate);
    expect(await service.traffic()).toBe(`${candidate}=100`);
    const conditions = Object.fromEntries(status.conditions!.map(({ type, status }) => [type, status]));
    expect(conditions).toMatchObject({ Ready: 'True', DataAvailable: 'True' });
  });

  test.each([
    ['drops', { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' }, 'EventRateRegression', /\bdisconnects: /],
    ['slow', { LAB_LATENCY_MS: '200/700/1200' }, 'LatencyRegression', /\blatency: /],
  ] as const)('one that is worse is rolled back for the right reason: %s', async (name, env, reason, sentence) => {
    const service = services[name];
    const stable = (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
    const candidate = await service.deploy(env);
    const status = await service.until(({ rejected }) => rejected?.[0]?.revision === candidate);
    // Where the machine is too busy, what the lab made up for is one large tick, which may be certain by itself.
    expect([reason, 'TotalFailure']).toContain(status.rejected![0]!.reason);
    expect(status.decision!.message).toMatch(sentence);
    expect(await service.traffic()).toBe(`${stable}=100`);
  });
});
