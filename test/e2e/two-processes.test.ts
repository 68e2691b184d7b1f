/** The lab and the unmodified operator, two processes, driven only by HTTP; a minute of the world takes a second. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Doors, endAll, Guarded, startLab, steadyrun } from './doors.ts';

const names = ['worse', 'better', 'outage', 'byhand'] as const;
const objectives = [
  { name: 'availability', targetPercent: 99.9 },
  { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
];
const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

let lab: Doors;
let operator: ChildProcess;
let folder: string;
let services: Record<(typeof names)[number], Guarded>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  const file = join(folder, 'services.yaml');
  await writeFile(
    file,
    names.map((name) => `- {project: acme, region: europe-west1, name: ${name}, rps: 100}`).join('\n'),
  );
  lab = await startLab('--speed', '60', '--seed', '3', '--services', file);
  services = Object.fromEntries(names.map((name) => [name, new Guarded(lab, name)])) as typeof services;
  for (const service of Object.values(services)) await service.guard(objectives);
  operator = steadyrun('run', '--lab', lab.url);
});

afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true });
});

describe.concurrent('over HTTP', { timeout: 600_000 }, () => {
  test('a deploy with 3.3 % errors is rolled back to the old revision and stays rejected', async () => {
    const service = services.worse;
    const stable = (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
    const candidate = await service.deploy({ LAB_ERROR_PERCENT: '3.3' });
    const status = await service.until(({ rejected }) => rejected?.[0]?.revision === candidate);
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    await wait(20);
    expect(await service.traffic()).toBe(`${stable}=100`);
    // By which of the two depends on how the looks fall beside the ticks.
    expect((await service.status()).rejected?.[0]?.reason).toMatch(/^(ErrorRateRegression|SecondStrike)$/);
  });

  test('a deploy with better latency is promoted though the operator is killed twice on the way', async () => {
    const service = services.better;
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy({ LAB_LATENCY_MS: '80/180/250' });
    for (const phase of ['Ramping', 'Watching'] as const) {
      await service.until((status) => status.phase === phase);
      await wait(2);
      operator.kill('SIGKILL');
      await once(operator, 'exit');
      await wait(1);
      operator = steadyrun('run', '--lab', lab.url);
    }
    await service.until(({ stable }) => stable?.revision === candidate);
    expect(await service.traffic()).toBe(`${candidate}=100`);
  });

  test('an outage of both in mid-ramp convicts nobody', async () => {
    const service = services.outage;
    await service.until(({ phase }) => phase === 'Steady');
    const candidate = await service.deploy({});
    await service.until(({ phase }) => phase === 'Ramping');
    await service.event({ at: '5m', for: '10m', on: 'Both', errorPercent: 20 });
    await wait(20);
    const status = await service.status();
    expect(status.rejected ?? []).toEqual([]);
    expect(status.candidate?.revision).toBe(candidate);
    expect((await service.truth()).byRevision[candidate]!.errors).toBeGreaterThan(50);
  });

  test('a split made by hand stays', async () => {
    const service = services.byhand;
    const stable = (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
    const candidate = await service.deploy({});
    await service.until(({ phase }) => phase === 'Ramping');
    await service.moveByHand([
      { revision: stable, percent: 70 },
      { revision: candidate, percent: 30 },
    ]);
    await service.until(({ hold }) => hold?.reason === 'SplitByHand');
    await wait(30);
    expect(await service.traffic()).toBe([`${candidate}=30`, `${stable}=70`].sort().join(' '));
  });
});

test('every split that was written sums to 100 and names revisions', async () => {
  for (const service of Object.values(services)) {
    const { writes } = await service.truth();
    const ours = writes.filter(({ by }) => by === 'operator');
    expect(ours.length).toBeGreaterThan(0);
    for (const { body } of ours) {
      const targets = body.traffic!;
      expect(targets.reduce((sum, { percent = 0 }) => sum + percent, 0)).toBe(100);
      expect(targets.every(({ revision }) => revision !== undefined && revision !== '')).toBe(true);
    }
  }
});

test('the operator and the lab end on SIGTERM with exit code 0', async () => {
  const codes = await endAll();
  expect(codes.filter((code) => code !== 0 && code !== null)).toEqual([]);
});
