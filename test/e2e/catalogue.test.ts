/** The policy with every kind of promise through the lab's HTTP doors; a minute of the world takes a second. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Doors, endAll, Guarded, startLab, steadyrun } from './doors.ts';

const healthy = { LAB_MESSAGE_LATENCY_MS: '40/120/180' };

const worse = [
  ['failing', { LAB_ERROR_PERCENT: '5' }, 'ErrorRateRegression', /^(availability|errors): /],
  ['slow', { LAB_LATENCY_MS: '200/600/900' }, 'LatencyRegression', /^latency-p95: /],
  ['tailing', { LAB_LATENCY_MS: '110/280/1500' }, 'LatencyRegression', /^latency-p99: /],
  ['mumbling', { LAB_MESSAGE_LATENCY_MS: '60/420/900' }, 'LatencyRegression', /^messages: /],
  ['dropping', { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' }, 'EventRateRegression', /^disconnects: /],
  ['unconnected', { LAB_DATABASE_ERROR_PERCENT: '6' }, 'EventRateRegression', /^database: /],
] as const;

const names = ['fine', ...worse.map(([name]) => name)];

let folder: string;
let lab: Doors;
let services: Readonly<Record<string, Guarded>>;

beforeAll(async () => {
  const example = await readFile(new URL('../../deploy/examples/catalogue.yaml', import.meta.url), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  const file = join(folder, 'services.yaml');
  const line = (name: string) =>
    `- {project: acme, region: europe-west1, name: ${name}, rps: 100, websockets: true, database: true, env: ${JSON.stringify(healthy)}}`;
  await writeFile(file, names.map(line).join('\n'));
  lab = await startLab('--speed', '60', '--seed', '5', '--services', file);
  services = Object.fromEntries(names.map((name) => [name, new Guarded(lab, name)]));
  for (const [name, service] of Object.entries(services)) {
    const { service: _, objectives, ...rest } = parse(example.replaceAll('="shop"', `="${name}"`)).spec;
    await service.guard(objectives, rest);
  }
  steadyrun('run', '--lab', lab.url);
});

afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true });
});

describe.concurrent('over HTTP, by every kind of promise', { timeout: 600_000 }, () => {
  test('a good revision is promoted', async () => {
    const service = services.fine!;
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy(healthy);
    const { objectives } = await service.until(({ stable }) => stable?.revision === candidate);
    expect(objectives!.filter(({ verdict }) => verdict !== 'Healthy')).toEqual([]);
    expect(await service.traffic()).toBe(`${candidate}=100`);
  });

  test.each(worse)('one that is worse is rolled back for the right reason: %s', async (name, env, reason, sentence) => {
    const service = services[name]!;
    const stable = (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
    const candidate = await service.deploy({ ...healthy, ...env });
    const status = await service.until(({ rejected }) => rejected?.[0]?.revision === candidate);
    // What was fine at first and fails twice is told as that.
    expect([reason, 'SecondStrike']).toContain(status.rejected![0]!.reason);
    expect(status.decision!.message).toMatch(sentence);
    expect(await service.traffic()).toBe(`${stable}=100`);
  });
});
