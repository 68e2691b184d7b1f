/**
 * An operator of this commit and one of d659d5f take turns on the same policies, killed and swapped in every phase of a
 * rollout, with the old CRD installed and with the new, on the lab's API server and on a real one: the outcome is the same as
 * of one operator, nothing is lost, judged twice or written twice.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { crd } from '../../src/policy/crd.ts';
import { Guarded } from '../e2e/doors.ts';
import { call } from '../kubernetes/contract/helpers.ts';
import { startApiServer } from '../real/apiserver.ts';
import { buildOldOperator, hasHistory, type OldOperator, oldCommit } from './old-operator.ts';
import { type Moment, openDoor, type StoredStatus, TurnsWorld, type Version, type WorldOptions } from './world.ts';

const speed = 100;
const isThere = await hasHistory();
if (!isThere) console.warn(`This clone has no ${oldCommit}, so no old operator takes turns: fetch the whole history.`);

let old: OldOperator;
const closes: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  if (!isThere) return;
  old = await buildOldOperator();
  closes.push(old.close);
}, 120_000);
afterAll(async () => {
  for (const close of closes.toReversed()) await close();
});

/** What can be seen of a rollout at which the operators are swapped, the first time that it is seen. */
const swapped: Readonly<Record<string, (status: StoredStatus) => boolean>> = {
  Ramping: ({ phase, rollout }) => phase === 'Ramping' && (rollout?.evidence[0]?.ticks ?? 0) > 0,
  Retreated: ({ rollout }) => rollout?.retreat !== undefined,
  Watching: ({ rollout }) => rollout?.stage === 'Watch',
  Guarded: ({ phase, guard }) => phase === 'Steady' && (guard?.evidence[0]?.ticks ?? 0) > 0,
  Controlled: ({ guard }) => guard?.controlSince !== undefined,
};

type Journey = 'healthy' | 'failing' | 'burning';

/** Plays until every journey is at its end; says at which moments the operators were swapped. */
async function played(world: TurnsWorld, journeys: readonly Journey[], first: Version) {
  const services = Object.fromEntries(journeys.map((name) => [name, new Guarded(world.doors, name)]));
  for (const name of journeys) await world.guard(name);
  await world.swap(first);
  const stable = {} as Record<Journey, string>;
  const candidate = {} as Record<Journey, string>;
  for (const name of journeys) {
    const status = await services[name]!.until(({ phase }) => phase === 'Steady', 60);
    stable[name] = status.stable!.revision;
    candidate[name] = await services[name]!.deploy(name === 'failing' ? { LAB_ERROR_PERCENT: '0.8' } : {});
  }
  const moments = new Set<string>();
  const last = new Map<string, Moment>();
  const isOver = (name: Journey) => {
    const status = last.get(name)?.status;
    if (name === 'healthy') return status?.stable?.revision === candidate[name] && moments.has('healthy Guarded');
    return status?.rejected?.[0]?.revision === candidate[name] && !status.rollout && !status.guard;
  };
  const deadline = Date.now() + 400_000;
  while (!journeys.every(isOver)) {
    if (Date.now() > deadline) {
      throw new Error(
        `not over: ${JSON.stringify([...moments, ...world.turns, [...last].map(([name, { status }]) => [name, status])])}`,
      );
    }
    for (const name of journeys) {
      const seen = await world.seen(name);
      plausible(name, last.get(name), seen, candidate[name]);
      last.set(name, seen);
      const fresh = Object.keys(swapped).filter(
        (what) => swapped[what]!(seen.status) && !moments.has(`${name} ${what}`),
      );
      if (fresh.length === 0) continue;
      for (const what of fresh) moments.add(`${name} ${what}`);
      await world.swap();
      if (name === 'burning' && fresh.includes('Guarded')) {
        await services[name]!.event({ at: '0s', for: '40h', on: 'Candidate', errorPercent: 3 });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { moments, last, stable, candidate, services };
}

/** What must hold at every moment. */
function plausible(name: string, before: Moment | undefined, { status, truth }: Moment, candidate: string): void {
  const memory = status.conditions?.find(({ type }) => type === 'MemoryIntact');
  expect(memory, `${name}: ${memory?.message}`).toBeUndefined();
  expect(status.conditions?.find(({ type }) => type === 'Stalled')).toBeUndefined();
  const entry = judging(status)?.evidence[0];
  const earlier = before && judging(before.status)?.evidence[0];
  if (!entry) return;
  const at = Date.parse(entry.judgedUntil);
  if (earlier) expect(at, `${name} was judged before`).toBeGreaterThanOrEqual(Date.parse(earlier.judgedUntil));
  expect(at).toBeLessThanOrEqual(Date.parse(truth.now));
  // What was counted was served.
  const served = truth.byRevision[candidate]?.requests ?? 0;
  expect(entry.candidate.total, `${name} of ${served}`).toBeLessThanOrEqual(1.02 * served + 5);
  const begunAt = Date.parse(status.rollout?.startedAt ?? status.guard!.controlSince ?? status.guard!.armedAt);
  expect(entry.ticks, name).toBeLessThanOrEqual((at - begunAt) / 12_000 + 2);
}

const judging = ({ rollout, guard }: StoredStatus) => rollout ?? guard;

async function judged(
  world: TurnsWorld,
  journeys: readonly Journey[],
  { last, stable, candidate, services }: Awaited<ReturnType<typeof played>>,
) {
  for (const name of journeys) {
    const { status, truth } = last.get(name)!;
    const good = name === 'healthy' ? candidate[name] : stable[name];
    expect(status.stable?.revision).toBe(good);
    expect(await services[name]!.traffic()).toBe(`${good}=100`);
    expect(status.lastGood?.revision).toBe(stable[name]);
    expect(status.adoption).toBeDefined();
    if (name === 'healthy') expect(status.rejected ?? []).toEqual([]);
    else expect(status.rejected!.map(({ revision }) => revision)).toEqual([candidate[name]]);
    if (name === 'failing')
      expect(status.rejected![0]!.reason).toMatch(/^(ErrorRateRegression|CameBack|SecondStrike)$/);
    if (name === 'burning') expect(status.rejected![0]!.reason).toMatch(/^(WorseThanLastGood|SecondStrike)$/);
    const splits = truth.writes.filter(({ by }) => by === 'operator').map(({ body }) => textOf(body.traffic!));
    expect(splits.length).toBeGreaterThan(1);
    expect(splits.filter((split, i) => split === splits[i - 1])).toEqual([]);
    for (const { body } of truth.writes.filter(({ by }) => by === 'operator')) {
      expect(body.traffic!.reduce((sum, { percent = 0 }) => sum + percent, 0)).toBe(100);
    }
  }
  expect(world.codes.filter((code) => code !== 0)).toEqual([]);
}

const textOf = (traffic: readonly { readonly revision?: string; readonly percent?: number }[]): string =>
  traffic
    .map(({ revision, percent }) => `${revision}=${percent}`)
    .sort()
    .join(' ');

/** What a conviction is when Cloud Run could not be reached. */
const convicted = (at: string) => ({ reason: 'ErrorRateRegression', message: 'It was decided before.', at });

/** What was decided and not carried out is carried out by the other operator. */
async function goesBack(world: TurnsWorld, service: Guarded, by: Version): Promise<void> {
  await service.deploy({});
  await service.until(({ phase, rollout }) => phase === 'Ramping' && (rollout?.evidence[0]?.ticks ?? 0) > 0, 60);
  await world.halt();
  const left = await world.status(service.name);
  const { rollout } = left;
  await world.restatus(service.name, {
    ...left,
    phase: 'RollingBack',
    rollout: { ...rollout, convicted: convicted(left.decision!.at) },
  });
  const writes = (await service.truth()).writes.length;
  await world.swap(by);
  const status = await service.until(({ rejected }) => rejected?.[0]?.revision === rollout!.candidate, 60);
  expect(status.rejected![0]!.reason).toBe('ErrorRateRegression');
  expect(await service.traffic()).toBe(`${rollout!.control}=100`);
  expect((await service.truth()).writes.length).toBe(writes + 1);
}

/** A word that only a newer operator knows: nothing moves, and then nothing but what was decided before. */
async function standsStill(world: TurnsWorld, service: Guarded): Promise<void> {
  await service.deploy({});
  await service.until(({ phase, rollout }) => phase === 'Ramping' && (rollout?.evidence[0]?.ticks ?? 0) > 0, 60);
  await world.halt();
  const { conditions: _, trouble: _told, observedGeneration: __, ...left } = await world.status(service.name);
  const { rollout } = left;
  const at = left.decision!.at;
  // What it was about to write when it was killed may be there: there is never a change beside it.
  const words = left.intent
    ? { intent: { ...left.intent, kind: 'RaiseMax' } }
    : {
        change: {
          purpose: 'Warm',
          kind: 'Warming',
          to: { minInstances: 2 },
          etag: 'e',
          reason: 'Busy',
          message: 'm',
          at,
        },
      };
  const newer = { ...left, ...words, memory: { format: 2, by: '9.9.9', more: { list: [1] } } };
  await world.restatus(service.name, newer);
  const [traffic, writes] = [await service.traffic(), (await service.truth()).writes.length];
  await world.swap('new');
  const stalled = (status: StoredStatus) => status.conditions?.find(({ type }) => type === 'Stalled')?.reason;
  await service.until((status) => stalled(status as StoredStatus) === 'NewerOperator', 60);
  await new Promise((resolve) => setTimeout(resolve, (10 * 60_000) / speed));
  expect(await service.traffic()).toBe(traffic);
  expect((await service.truth()).writes.length).toBe(writes);
  const kept = ({ conditions: _c, trouble: _t, observedGeneration: _o, ...rest }: StoredStatus) => rest;
  expect(kept(await world.status(service.name))).toEqual(newer);

  await world.halt();
  const decided = { ...newer, rollout: { ...rollout, convicted: convicted(at) } };
  await world.restatus(service.name, decided);
  await world.swap('new');
  await vi.waitUntil(async () => (await service.traffic()) === `${rollout!.control}=100`, 60_000);
  await new Promise((resolve) => setTimeout(resolve, (5 * 60_000) / speed));
  expect((await service.truth()).writes.length).toBe(writes + 1);
  expect(kept(await world.status(service.name))).toEqual(decided);
}

async function inWorld(options: Omit<WorldOptions, 'old' | 'speed'>, work: (world: TurnsWorld) => Promise<void>) {
  const world = await TurnsWorld.start({ ...options, old: old.file, speed });
  closes.push(() => world.close());
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

const everywhere = ['healthy Ramping', 'healthy Watching', 'healthy Guarded', 'burning Guarded', 'burning Controlled'];

describe.skipIf(!isThere).concurrent("on the lab's API server", { timeout: 600_000 }, () => {
  test.each([
    ['old', 'new'],
    ['new', 'old'],
  ] as const)('with the %s CRD', async (lab, first) => {
    const journeys = ['healthy', 'failing', 'burning'] as const;
    await inWorld({ lab, services: journeys, seed: 11 }, async (world) => {
      const outcome = await played(world, journeys, first);
      expect([...outcome.moments]).toEqual(expect.arrayContaining([...everywhere, 'failing Ramping']));
      await judged(world, journeys, outcome);
      await goesBack(world, outcome.services.healthy!, 'old');
      await goesBack(world, outcome.services.failing!, 'new');
      if (lab === 'new') await standsStill(world, outcome.services.burning!);
    });
  });
});

describe.skipIf(!isThere).concurrent('on a real API server', { timeout: 600_000 }, () => {
  test.each([
    ['old', 'old'],
    ['new', 'new'],
  ] as const)('with the %s CRD', async (installed, first) => {
    const server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
    const admin = loadKubeConfig({ kubeconfig: server.admin });
    const door = await openDoor(admin);
    closes.push(() => server.stop());
    try {
      await install(admin, installed === 'old' ? old.crd : crd);
      const journeys = ['healthy', 'failing'] as const;
      const cluster = { kubeconfig: server.admin, door: door.url };
      await inWorld({ lab: 'new', cluster, services: journeys, seed: 12 }, async (world) => {
        const outcome = await played(world, journeys, first);
        await judged(world, journeys, outcome);
        await goesBack(world, outcome.services.failing!, 'new');
        const { memory } = (await world.status('failing')) as { memory?: unknown };
        expect(memory).toEqual(installed === 'old' ? undefined : { format: 1, by: expect.any(String) });
        if (installed === 'new') await standsStill(world, outcome.services.healthy!);
      });
    } finally {
      await door.close();
      await admin.close();
      await server.stop();
    }
  });
});

async function install(admin: PooledKubeConfig, body: unknown): Promise<void> {
  const { code, body: answer } = await call(admin, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body,
  });
  if (code !== 201) throw new Error(`the CRD was not created: ${answer.message}`);
  await vi.waitFor(async () => {
    const { code } = await call(admin, 'GET', '/apis/steadyrun.dev/v1alpha1/slopolicies');
    if (code !== 200) throw new Error('the CRD is not served yet');
  }, 30_000);
}
