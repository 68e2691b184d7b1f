/**
 * Tuning over HTTP: one operator and services that are too full, side by side, and what its writes, its events, `status`, `why`
 * and the columns say of each.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longestBarMs } from '../../src/status/tuner.ts';
import { type Doors, endAll, Guarded, json, startLab, steadyrun, type Truth } from './doors.ts';
import { Reader } from './seen.ts';

const objectives = [{ name: 'availability', targetPercent: 99.9 }];
const auto = { rollout: { profile: 'Fast' }, tuning: { mode: 'Auto', connections: [] } };

/** Answers that take seconds: as many requests are in flight as an instance takes, and each holds memory. */
const shortOfMemory = {
  rps: 120,
  env: { LAB_LATENCY_MS: '3500/6000/8000', LAB_MEMORY_MIB: '300/1.9', LAB_CPU_MS_PER_REQUEST: 2 },
  template: { concurrency: 100, memory: '512Mi' },
  scaling: { maxInstances: 50 },
};
/** One or two instances of three are enough and leave room, until there is more traffic: then all are busy. */
const small = {
  rps: 10,
  env: { LAB_LATENCY_MS: '500/900/1200' },
  template: { concurrency: 10 },
  scaling: { maxInstances: 3 },
};
const moreTraffic = { at: '0s', for: '9h', on: 'Traffic', rps: 45 };
const moved = 'registry.example/moved:live';

/** A minute of the world takes half a second. */
const fast = {
  memory: { seed: shortOfMemory, spec: auto },
  worse: { seed: shortOfMemory, spec: auto },
  moved: { seed: { ...shortOfMemory, image: moved }, spec: auto },
};
/** A minute takes three: what has to happen within two of them is not the machine's to decide. */
const slow = {
  maximum: { seed: small, spec: { tuning: { connections: [] } } },
  ceiling: {
    seed: small,
    spec: { tuning: { connections: [{ name: 'cloudsql-main', max: 50, reserve: 10, perInstance: 10 }] } },
  },
};

interface Scene<Name extends string> {
  readonly lab: Doors;
  readonly reader: Reader;
  readonly services: Readonly<Record<Name, Guarded>>;
}

let folder: string;
let day: Scene<keyof typeof fast>;
let moment: Scene<keyof typeof slow>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-e2e-'));
  [day, moment] = await Promise.all([sceneOf(fast, 120), sceneOf(slow, 20)]);
});

afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true });
});

async function sceneOf<Name extends string>(
  inhabitants: Readonly<Record<Name, { readonly seed: object; readonly spec: object }>>,
  speed: number,
): Promise<Scene<Name>> {
  const names = Object.keys(inhabitants) as Name[];
  const place = { project: 'acme', region: 'europe-west1' };
  const file = join(folder, `${speed}.yaml`);
  await writeFile(file, JSON.stringify(names.map((name) => ({ ...place, name, ...inhabitants[name].seed }))));
  const lab = await startLab('--speed', `${speed}`, '--seed', '3', '--services', file);
  const services = Object.fromEntries(names.map((name) => [name, new Guarded(lab, name)])) as Record<Name, Guarded>;
  for (const name of names) await services[name].guard(objectives, inhabitants[name].spec);
  steadyrun('run', '--lab', lab.url);
  return { lab, reader: new Reader(lab), services };
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

const byOperator = ({ writes }: Truth, kind: string) =>
  writes.filter((write) => write.by === 'operator' && write.kind.split(',').includes(kind));

/** The tuning revision, once it has traffic or has been refused it. */
async function tuned(service: Guarded) {
  const status = await service.until(({ tuner }) => (tuner?.revisions.length ?? 0) > 0);
  return status.tuner!.revisions[0]!;
}

/** The template's writes once there are so many: a revision's name is remembered before it is made. */
async function templates(service: Guarded, count: number) {
  for (const deadline = Date.now() + 60_000; ; ) {
    const found = byOperator(await service.truth(), 'template');
    if (found.length >= count || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The reasons that were told for this, once there are any: events are told last, after the status that says the same. */
async function reasonsOf(reader: Reader, name: string, action: string) {
  for (const deadline = Date.now() + 60_000; ; ) {
    const found = (await reader.events(name)).filter((event) => event.action === action);
    if (found.length > 0 || Date.now() > deadline) return found.map(({ reason }) => reason);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const overInMemory = /memory █+\S? \d+ % of the p95 instance, over/;

/** What status says once it says so: what was set is just enough, and a minute at the limit is told as one. */
async function underLimit(reader: Reader, name: string) {
  for (const deadline = Date.now() + 60_000; ; ) {
    const { status } = await reader.seen(name);
    if (!overInMemory.test(status) || Date.now() > deadline) return status;
    await seconds(1);
  }
}

describe.concurrent('over HTTP', { timeout: 200_000 }, () => {
  test('a service short of memory is found, and brought under the limit by a revision that is tried first', async () => {
    const {
      reader,
      services: { memory: service },
    } = day;
    await service.until(({ saturation }) => saturation?.memory?.sustained === true);
    const before = await reader.seen('memory');
    expect(before.status).toMatch(/memory █+\S? \d\d % of the p95 instance, over the limit for 5 min or longer/);
    expect(before.columns).toMatch(/(mem|conc) \d+ %.*Saturated/);
    const { name, from, set } = await tuned(service);
    expect(from).toBe('memory-00001-aaa');
    expect(set.concurrency).toBeLessThan(100);
    const trial = await service.until(({ candidate }) => candidate?.revision === name);
    expect(trial.candidate).toMatchObject({ cause: 'Tuning' });
    expect(trial.candidate!.percent).toBeLessThan(50);
    await service.until(({ stable }) => stable?.revision === name);
    expect(await service.traffic()).toBe(`${name}=100`);
    const after = await service.until(
      ({ saturation }) => saturation?.memory?.sustained === false && saturation.memory.percent < 80,
    );
    expect(after.tuner!.revisions[0]).toMatchObject({ name, outcome: 'Promoted' });
    const truth = await service.truth();
    expect(byOperator(truth, 'template').map(({ body }) => body)).toMatchObject([
      { template: { revision: name, maxInstanceRequestConcurrency: set.concurrency } },
    ]);
    expect(JSON.stringify(byOperator(truth, 'template'))).not.toContain('image');
    expect(await reasonsOf(reader, 'memory', 'Tune')).toEqual(['Saturated']);
    expect(await underLimit(reader, 'memory')).not.toMatch(overInMemory);
  });

  test('one at its maximum is raised within two minutes of the metric', async () => {
    const {
      reader,
      services: { maximum: service },
    } = moment;
    await service.until(({ phase, saturation }) => phase === 'Steady' && saturation !== undefined);
    await service.event(moreTraffic);
    const { tuner } = await service.until((status) => status.tuner?.raisedAt !== undefined);
    const full = tuner!.recent.find((minute) => minute.full)!;
    const [raise, ...more] = byOperator(await service.truth(), 'scaling');
    const lateMs = Date.parse(raise!.at) - (full.endMs + 120_000);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    // And two seconds of a busy machine, which are forty of this lab.
    expect(lateMs).toBeLessThanOrEqual(120_000 + 40_000);
    expect(raise!.body).toMatchObject({ scaling: { maxInstanceCount: 6 } });
    expect(more).toEqual([]);
    expect(await reasonsOf(reader, 'maximum', 'RaiseMaximum')).toEqual(['AtMaximum']);
    expect(byOperator(await service.truth(), 'template')).toEqual([]);
  });

  test('one at its connection ceiling is not raised, and says what would help', async () => {
    const {
      reader,
      services: { ceiling: service },
    } = moment;
    await service.until(({ phase, saturation }) => phase === 'Steady' && saturation !== undefined);
    await service.event(moreTraffic);
    const { tuning } = await service.until(
      ({ tuning: now }) => now?.levers.some(({ blockedBy }) => blockedBy.includes('ConnectionCeiling')) ?? false,
    );
    expect(tuning!.levers[0]).toMatchObject({ lever: 'maxInstances', current: 3, blockedBy: ['ConnectionCeiling'] });
    const { status, why } = await reader.seen('ceiling');
    for (const text of [status, why]) {
      expect(text).toContain('cloudsql-main bears 3 instances with 10 connections each');
      expect(text).toContain('What helps: fewer connections an instance');
    }
    await seconds(15);
    expect(byOperator(await service.truth(), 'scaling')).toEqual([]);
  });

  test('a tuning revision that makes things worse is rolled back, undone, and not tried again for a week', async () => {
    const {
      reader,
      services: { worse: service },
    } = day;
    const { name } = await tuned(service);
    await service.until(({ candidate }) => candidate?.revision === name);
    await service.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 10 });
    const rolledBack = await service.until(({ rejected }) => rejected !== undefined);
    expect(rolledBack.rejected).toMatchObject([{ revision: name }]);
    const { tuner } = await service.until((status) => status.tuner!.revisions[0]!.outcome === 'PutBack');
    expect(await service.traffic()).toBe('worse-00001-aaa=100');
    const bar = tuner!.barred.find(({ lever }) => lever === 'concurrency')!;
    const sinceMs = Date.parse(bar.until) - Date.parse(rolledBack.rejected![0]!.at);
    expect(Math.abs(sinceMs - longestBarMs)).toBeLessThan(10 * 60_000);
    const undone = await templates(service, 2);
    expect(undone).toHaveLength(2);
    expect(undone[1]!.body).toMatchObject({ template: { maxInstanceRequestConcurrency: 100 } });
    await service.until(
      ({ tuning }) =>
        tuning?.levers.some((row) => row.lever === 'concurrency' && row.blockedBy.includes('Blacklisted')) ?? false,
    );
    expect((await reader.seen('worse')).why).toContain('it made things worse when it was last tried');
    expect(byOperator(await service.truth(), 'template')).toHaveLength(2);
    expect((await service.truth()).byRevision[tuner!.revisions[0]!.name]).toMatchObject({ percent: 0 });
  });

  test('a tuning revision that runs other code than what serves gets no traffic', async () => {
    const {
      lab,
      reader,
      services: { moved: service },
    } = day;
    await service.until(({ saturation }) => saturation?.memory !== undefined);
    await json(`${lab.url}/lab/v1/images`, 'POST', { image: moved });
    const { name } = await tuned(service);
    const { tuner, rejected } = await service.until((status) => status.tuner!.revisions[0]!.outcome === 'PutBack');
    expect(rejected).toMatchObject([{ revision: name, reason: 'ImageMoved' }]);
    expect(tuner!.barred).toEqual([]);
    const truth = await service.truth();
    expect(byOperator(truth, 'traffic').filter(({ body }) => JSON.stringify(body).includes(name))).toEqual([]);
    expect((await templates(service, 2))[1]!.body).toMatchObject({ template: { maxInstanceRequestConcurrency: 100 } });
    const told = await reader.eventOf('moved', 'ImageMoved');
    // Ten minutes are five seconds here: on a busy machine the digests may not have been read by then, which is no proof either.
    expect(told).toMatchObject({
      type: 'Warning',
      note: expect.stringMatching(/sha256:.* runs sha256:|cannot be read/),
    });
  });
});
