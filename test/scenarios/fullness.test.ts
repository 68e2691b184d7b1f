/** What the fullness of instances says of a candidate: it convicts nobody. And what is not known of it moves nothing. */
import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../../src/facts/answer.ts';
import type { OutOfMemory, SaturationMinute } from '../../src/facts/saturation.ts';
import type { Logs } from '../../src/ports/logs.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { oneIn } from '../whole.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, Stage, type StageOptions } from './stage.ts';
import { atMaximum, crowded, sharesOf } from './tuned.ts';

const stable = 'api-00001-aaa';

/** Of everything but the stable revision, something else is told. */
const telling =
  (change: () => Partial<SaturationMinute> | null) =>
  (real: Metrics): Metrics =>
    replacing(real, {
      async saturation(question) {
        const answer = await real.saturation(question);
        const told = change();
        if (answer.kind !== 'Known' || told === null) return answer;
        return known(
          Object.fromEntries(
            Object.entries(answer.value).map(([revision, list]) => [
              revision,
              revision === stable ? list : list.map((minute) => ({ ...minute, ...told })),
            ]),
          ),
        );
      },
    });

const dark = (is: () => boolean) => (real: Metrics) =>
  replacing<Metrics>(real, {
    saturation: async (question) => (is() ? unknown('ProviderError', 'it answered 503') : real.saturation(question)),
  });

describe('a candidate whose instances are killed for want of memory', () => {
  const cases: readonly (readonly [kills: number, instances: number | null, ofControl: number, withdrawn: boolean])[] =
    [
      [3, 1, 0, true],
      [3, 6, 0, true],
      [3, 7, 0, false],
      [4, 8, 0, true],
      [4, 9, 0, false],
      [2, 1, 0, false],
      [2, 4, 0, false],
      [0, 4, 0, false],
      [30, 4, 1, false],
      [3, 4, 9, false],
      [30, null, 0, false],
    ];

  test.each(oneIn(5, cases))(
    '%i times, of %s instances, the control %i times: withdrawn %s',
    async (kills, instances, ofControl, isWithdrawn) => {
      let candidate = '';
      const logs: Logs = {
        outOfMemory: async () =>
          known({ ...(candidate && kills && { [candidate]: kills }), ...(ofControl && { [stable]: ofControl }) }),
      };
      const { stage, candidate: made } = await ramping({
        rps: 50,
        logs,
        metrics: telling(() => ({ activeInstances: instances })),
      });
      candidate = made;
      await stage.run(12);
      expect(stage.status.rejected).toBeUndefined();
      if (isWithdrawn) {
        expect(stage.traffic).toBe(`${stable}=100`);
        expect(stage.status).toMatchObject({
          withdrawn: { revision: made, reason: 'OutOfMemory' },
          hold: { reason: 'OutOfMemory' },
        });
        expect(stage.policies.events.find(({ reason }) => reason === 'OutOfMemory')?.type).toBe('Warning');
      } else {
        expect(stage.status.withdrawn).toBeUndefined();
        expect(stage.status.rollout?.candidate ?? stage.status.stable?.revision).toBe(made);
      }
    },
  );

  test('is not known of where the logs may not be read, which is said, and its rollout goes on', {
    timeout: 60_000,
  }, async () => {
    const { stage } = await adopted({ rps: 50 });
    stage.event({ at: '0s', for: '9h', on: 'Logs', outage: true });
    const candidate = stage.world.deploy('api');
    await stage.until(({ rollout }) => rollout?.candidate === candidate, 3);
    await stage.run(5);
    const found = stage.status.conditions?.find(({ type }) => type === 'LogsReadable');
    expect(found).toMatchObject({ status: 'False' });
    expect(found!.message).toContain('roles/logging.viewer');
    await stage.until((status) => status.stable?.revision === candidate, 80);
  });

  test('what could not be read for a while is read again, and nothing is said of it any more', async () => {
    let denied = true;
    const logs: Logs = { outOfMemory: async () => (denied ? unknown('NotGranted', 'denied') : known({})) };
    const { stage } = await ramping({ rps: 50, logs });
    await stage.run(3);
    expect(stage.status.conditions?.some(({ type }) => type === 'LogsReadable')).toBe(true);
    denied = false;
    await stage.run(3);
    expect(stage.status.conditions?.some(({ type }) => type === 'LogsReadable')).toBe(false);
  });
});

describe('the logs are asked', () => {
  const listening = () => {
    const at: number[] = [];
    const holder: { stage?: Stage } = {};
    const logs: Logs = {
      async outOfMemory(): Promise<Answer<OutOfMemory>> {
        at.push(holder.stage!.clock.nowMs());
        return known({});
      },
    };
    const begin = (options: StageOptions) => {
      holder.stage = new Stage({ ...options, logs });
      holder.stage.start();
      return holder.stage;
    };
    return { at, begin };
  };
  const closest = (at: readonly number[]) => Math.min(...at.slice(1).map((one, i) => one - at[i]!));
  const tight = { LAB_MEMORY_MIB: '470/1' };

  test('once a minute at most, however a rollout and full memory meet', { timeout: 60_000 }, async () => {
    const { at, begin } = listening();
    const stage = begin({ rps: 50, spec: { tuning: { mode: 'Auto', connections: [] } }, seeded: { env: tight } });
    await stage.run(10);
    for (let deploys = 0; deploys < 3; deploys++) {
      stage.world.deploy('api', { env: tight });
      await stage.run(20);
      await stage.clock.advance(17_000);
    }
    expect(at.length).toBeGreaterThan(40);
    expect(closest(at)).toBeGreaterThanOrEqual(60_000);
  });

  test('never while memory has room and nothing is rolled out', async () => {
    const { at, begin } = listening();
    const stage = begin({ rps: 50, spec: { tuning: { mode: 'ServiceLevel', connections: [] } } });
    await stage.run(10);
    at.length = 0;
    await stage.run(120);
    expect(at).toEqual([]);
  });

  test('every ten minutes while nothing is known of memory', async () => {
    const { at, begin } = listening();
    const stage = begin({
      rps: 50,
      metrics: dark(() => true),
      spec: { tuning: { mode: 'ServiceLevel', connections: [] } },
    });
    await stage.run(120);
    expect(at.length).toBeGreaterThan(10);
    expect(at.length).toBeLessThanOrEqual(13);
  });

  test('never in Off', async () => {
    const { at, begin } = listening();
    const stage = begin({ rps: 50, spec: { tuning: { mode: 'Off' } }, seeded: { env: tight } });
    await stage.run(10);
    stage.world.deploy('api', { env: tight });
    await stage.run(60);
    expect(at).toEqual([]);
  });
});

describe('a candidate that alone is too full', () => {
  const held = async () => {
    const of = { full: true, dark: false };
    const metrics = (real: Metrics) =>
      dark(() => of.dark)(telling(() => (of.full ? { cpu: 0.95 } : { cpu: 0.2 }))(real));
    const { stage, candidate } = await ramping({ rps: 50, metrics });
    await stage.until(({ hold }) => hold?.reason === 'CandidateSaturated', 60);
    return { stage, candidate, of };
  };

  test('gets no more traffic, is convicted of nothing, pages once, and goes on when it is not any more', {
    timeout: 60_000,
  }, async () => {
    const { stage, candidate, of } = await held();
    const share = stage.traffic;
    await stage.run(90);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ stable: { revision: stable }, hold: { reason: 'CandidateSaturated' } });
    expect([stage.status.rejected, stage.status.withdrawn]).toEqual([undefined, undefined]);
    expect(stage.reasons().filter((reason) => reason === 'HeldTooLong')).toHaveLength(1);
    of.full = false;
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });

  test('is not held for what nobody sees any more', { timeout: 60_000 }, async () => {
    const { stage, candidate, of } = await held();
    of.dark = true;
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });

  test('is not held once nobody wants to know', { timeout: 60_000 }, async () => {
    const { stage, candidate } = await held();
    stage.policies.respec(stage.key, { tuning: { mode: 'Off' } });
    await stage.until((status) => status.stable?.revision === candidate, 60);
  });
});

const modes = ['Recommend', 'ServiceLevel', 'Auto'] as const;

describe.each(modes)('without metrics of saturation, in %s', (mode) => {
  const full = [
    ['at its maximum', atMaximum({}, { mode })],
    ['whose concurrency is full', crowded({}, { mode })],
  ] as const;
  test.each(oneIn(3, full, modes.indexOf(mode)))(
    'a service %s is left as it is, and a rollout goes on as without it',
    { timeout: 60_000 },
    async (_, options) => {
      const stage = new Stage({ ...options, metrics: dark(() => true) });
      stage.start();
      await stage.run(120);
      expect(stage.writes.filter(({ kind }) => kind !== 'traffic')).toEqual([]);
      expect(stage.status.hold).toBeUndefined();
      const candidate = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '500/900/1200' } });
      await stage.until((status) => status.stable?.revision === candidate, 90);
      expect(sharesOf(stage, candidate).at(-1)).toBe(100);
      expect(stage.writes.filter(({ kind, by }) => by === 'operator' && kind !== 'traffic')).toEqual([]);
    },
  );

  test('that stop coming, what was seen before moves nothing', { timeout: 60_000 }, async () => {
    let isDark = false;
    const stage = new Stage({ ...crowded({}, { mode }), metrics: dark(() => isDark) });
    stage.start();
    await stage.run(15);
    isDark = true;
    const before = stage.writes.length;
    await stage.run(180);
    expect(stage.writes).toHaveLength(before);
  });
});
