/**
 * What is told is what happened: one operator over HTTP, with services in trouble side by side, and what its writes, its
 * events, `status`, `why`, the overview and the columns of kubectl say of each. A minute of the world takes half a second.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubeconfigFor } from '../../src/lab/doors/kubernetes.ts';
import type { Status } from '../../src/status/status.ts';
import { type Doors, endAll, Guarded, startLab, steadyrun } from './doors.ts';
import { type Asked, startProxy } from './proxy.ts';
import { type Event, Reader } from './seen.ts';

const names = [
  'away',
  'conflicted',
  'bereft',
  'latest',
  'invalid',
  'again',
  'observed',
  'asked',
  'twice',
  'burning',
] as const;
type Name = (typeof names)[number];

const availability = [{ name: 'availability', targetPercent: 99.9 }];
const failing = { LAB_ERROR_PERCENT: '100' };

let folder: string;
let lab: Doors;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let kubeconfig: string;
let reader: Reader;
let services: Record<Name, Guarded>;

/** From its first rollback on, the status of these cannot be written for eight seconds. */
const unsavedForMs = 8_000;
const codes: Readonly<Record<string, number>> = { away: 503, conflicted: 409 };
const since = new Map<string, number>();

function answers({ method, path, body }: Asked): number | null {
  const name = Object.keys(codes).find((one) => path.includes(`/slopolicies/${one}/status`));
  if (method !== 'PATCH' || name === undefined) return null;
  if (body.includes('"action":"RollBack"') && !since.has(name)) since.set(name, Date.now());
  return Date.now() - (since.get(name) ?? 0) < unsavedForMs ? codes[name]! : null;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  const file = join(folder, 'services.yaml');
  await writeFile(
    file,
    names.map((name) => `- {project: acme, region: europe-west1, name: ${name}, rps: 100}`).join('\n'),
  );
  lab = await startLab('--speed', '120', '--seed', '7', '--services', file);
  proxy = await startProxy(lab.kubernetes, answers);
  kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(proxy.url));
  reader = new Reader(lab, '--kubeconfig', kubeconfig);
  services = Object.fromEntries(names.map((name) => [name, new Guarded(lab, name)])) as typeof services;
  for (const [name, service] of Object.entries(services)) {
    await service.guard(availability, name === 'observed' ? { mode: 'Observe' } : {});
  }
  steadyrun('run', '--lab', lab.url, '--kubeconfig', kubeconfig);
});

afterAll(async () => {
  await endAll();
  proxy.close();
  await rm(folder, { recursive: true });
});

const seen = (name: string) => reader.seen(name);

/** Once what is under way has been told. */
async function eventsOf(name: string): Promise<Event[]> {
  await worldMinutes(2);
  return reader.events(name);
}

const steadily = async (service: Guarded) => (await service.until(({ phase }) => phase === 'Steady')).stable!.revision;
const conditionOf = ({ conditions = [] }: Status, type: string) => conditions.find((one) => one.type === type);
const worldMinutes = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 500));

async function promoted(service: Guarded) {
  const stable = await steadily(service);
  const candidate = await service.deploy({});
  await service.until((status) => status.stable?.revision === candidate);
  // A change of the traffic is felt by all of it a minute later.
  await worldMinutes(3);
  return { stable, candidate };
}

describe.concurrent('over HTTP', { timeout: 200_000 }, () => {
  test.each(['away', 'conflicted'] as const)('a rollback whose status cannot be saved: %s', async (name) => {
    const service = services[name];
    const stable = await steadily(service);
    const candidate = await service.deploy(failing);
    const status = await service.until(({ rejected }) => rejected !== undefined);
    expect(Date.now() - since.get(name)!).toBeGreaterThanOrEqual(unsavedForMs);
    expect(status.rejected).toMatchObject([{ revision: candidate, reason: 'TotalFailure' }]);
    expect(status.decision).toMatchObject({ action: 'RollBack', reason: 'TotalFailure' });
    expect(await service.traffic()).toBe(`${stable}=100`);
    await worldMinutes(5);
    const warnings = (await eventsOf(name)).filter(({ type, action }) => type === 'Warning' && action === 'RollBack');
    expect(warnings).toMatchObject([{ reason: 'TotalFailure', note: expect.stringMatching(/100 % of [\d,]+ bad/) }]);
    const { writes } = await service.truth();
    const back = writes.filter(({ by, body }) => by === 'operator' && body.traffic?.[0]?.percent === 100);
    expect(back.slice(1)).toHaveLength(1);
    const { why } = await seen(name);
    expect(why).toMatch(/100 % of [\d,]+ bad/);
    expect(why).toContain('did RollBack (TotalFailure)');
  });

  test('a promoted revision that burns when its last good one is gone', async () => {
    const service = services.bereft;
    const { stable, candidate } = await promoted(service);
    await service.deleteRevision(stable);
    await service.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 20 });
    await service.until(({ hold }) => hold?.reason === 'LastGoodDeleted');
    await worldMinutes(40);
    // On a machine that is too busy the lab's world stays behind its clock, and nothing is seen for a while.
    const warnings = (await eventsOf('bereft'))
      .filter(({ type, reason }) => type === 'Warning' && reason !== 'NoTraffic')
      .map(({ reason }) => reason);
    expect(warnings.sort()).toEqual(['LastGoodDeleted', 'NotCarriedOut']);
    expect(await service.traffic()).toBe(`${candidate}=100`);
    const { status, why, overview, columns } = await seen('bereft');
    for (const text of [status, why]) {
      expect(text).toContain(`its last good revision ${stable} does not exist any more`);
      expect(text).not.toContain('gets 50 %');
    }
    expect(overview).toMatch(/bereft bereft Held .*LastGoodDeleted/);
    expect(columns).toMatch(/Held.*Breaching.*LastGoodDeleted/);
  });

  test('LATEST that serves a rejected revision', async () => {
    const service = services.latest;
    const stable = await steadily(service);
    const candidate = await service.deploy(failing);
    await service.until(({ rejected }) => rejected !== undefined);
    await service.followLatest();
    await service.until(({ adoption }) => adoption?.takenBackAt !== undefined);
    expect(await service.traffic()).toBe(`${stable}=100`);
    expect((await service.status()).rejected).toMatchObject([{ revision: candidate }]);
    const [warning] = (await eventsOf('latest')).filter(({ reason }) => reason === 'RejectedOnLatest');
    expect(warning).toMatchObject({ type: 'Warning', note: expect.stringContaining('last changed by') });
    await service.followLatest();
    await service.until(({ adoption }) => adoption?.externallyManaged === true);
    expect((await service.status()).rejected).toMatchObject([{ revision: candidate }]);
    const { status, overview, columns } = await seen('latest');
    expect(status).toContain(`${candidate}, which was rolled back (TotalFailure), serves all of it`);
    expect(overview).toMatch(/latest latest .*ExternallyManaged/);
    expect(columns).toContain('ExternallyManaged');
  });

  test('an edit that cannot be obeyed in mid-rollout', async () => {
    const service = services.invalid;
    const stable = await steadily(service);
    const candidate = await service.deploy({ LAB_ERROR_PERCENT: '6' });
    await service.until(({ phase }) => phase === 'Ramping');
    await service.edit([{ name: 'errors', targetPercent: 99.9, indicator: { ratio: { query: 'sum(x) + 1' } } }]);
    await service.until(({ conditions }) => conditionOf({ conditions }, 'Stalled')?.reason === 'InvalidSpec');
    const { status, overview, columns } = await seen('invalid');
    expect(status).toContain('InvalidSpec: spec.objectives[0].indicator.ratio.query');
    for (const text of [overview, columns]) expect(text).toContain('InvalidSpec');
    await service.until(({ rejected }) => rejected !== undefined);
    expect(await service.traffic()).toBe(`${stable}=100`);
    const events = await eventsOf('invalid');
    // Whether it is one more strike or the sum that convicts depends on when the looks come.
    expect(events).toContainEqual(expect.objectContaining({ type: 'Warning', action: 'RollBack' }));
    const [invalid, ...more] = events.filter(({ reason }) => reason === 'InvalidSpec');
    expect(invalid!.note).toContain(`${candidate} goes on being judged`);
    expect(more).toEqual([]);
  });

  test('the next candidate after a rollback has figures of its own', async () => {
    const service = services.again;
    await steadily(service);
    await service.deploy(failing);
    await service.until(({ rejected }) => rejected !== undefined);
    const next = await service.deploy({});
    const status = await service.until((now) => now.candidate?.revision === next);
    expect(status.objectives).toBeUndefined();
    await service.until(({ objectives = [] }) => objectives.length > 0);
    const { why } = await seen('again');
    expect(why).toContain('BAD IN CANDIDATE');
    expect(why).not.toContain('100 % of');
    await service.until((now) => now.stable?.revision === next);
    const third = await service.deploy({});
    await service.until((now) => now.candidate?.revision === third && now.objectives !== undefined);
    expect((await seen('again')).why).toContain('BAD IN CANDIDATE');
  });

  test('Observe says what it would do on LATEST', async () => {
    const service = services.observed;
    await service.until(({ stable }) => stable !== undefined);
    const { status, why, overview, columns } = await seen('observed');
    for (const text of [status, why]) expect(text).toContain('Would pin the traffic');
    for (const text of [overview, columns]) expect(text).toContain('FollowsLatest');
    expect((await service.truth()).writes.filter(({ by }) => by === 'operator')).toEqual([]);
  });

  test('a request that cannot be obeyed, and an annotation that nobody knows', async () => {
    const service = services.asked;
    await steadily(service);
    await service.annotate('steadyrun.dev/promote', 'asked-00099-zzz');
    await service.annotate('steadyrun.dev/pause', 'for lunch');
    await service.until(({ answer, trouble }) => answer !== undefined && trouble !== undefined);
    const { status, why, overview, columns } = await seen('asked');
    for (const text of [status, why]) {
      expect(text).toContain('asked steadyrun.dev/promote: asked-00099-zzz');
      expect(text).toContain('did you mean steadyrun.dev/paused?');
    }
    for (const text of [overview, columns]) expect(text).toContain('UnknownAnnotation');
  });

  test('two policies of one service', async () => {
    await steadily(services.twice);
    await services.twice.guard(availability, {}, 'twin');
    const twin = new Guarded(lab, 'twin');
    await twin.until(({ trouble }) => trouble === 'Conflict');
    const { status, why, overview, columns } = await seen('twin');
    for (const text of [status, why]) expect(text).toContain('default/twice is older and guards the same service');
    for (const text of [overview, columns]) expect(text).toContain('Conflict');
    expect(await eventsOf('twin')).toMatchObject([{ type: 'Warning', reason: 'Conflict' }]);
  });
});
