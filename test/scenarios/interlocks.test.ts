/**
 * What tuning may do, and when: a raise of the maximum in every phase but where nobody may touch the service; anything else
 * once the traffic is steady. Each situation is played on the stage; there each lever has every reason to move, in each mode.
 */
import { describe, expect, test } from 'vitest';
import { type Repertoire, repertoire } from '../../src/decide/repertoire.ts';
import { traffic } from '../../src/decide/traffic/traffic.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Status } from '../../src/status/status.ts';
import { oneIn } from '../whole.ts';
import { comesOf, type Moment, modes, putsBack, type Want, wants } from './interlocked.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, Stage, type StageOptions } from './stage.ts';

const errors = {
  name: 'errors',
  targetPercent: 99.9,
  indicator: {
    ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
  },
};
const own = { objectives: [errors] };
const seeded = { scaling: { maxInstances: 50 } };

interface Situation {
  readonly what: string;
  /** Plays up to it. */
  readonly play: (options: StageOptions) => Promise<Stage>;
  readonly isIt: (status: Status) => boolean;
  /** What keeps a raise from being written, and the rest; null: nothing does. */
  readonly raise: string | null;
  readonly rest: string | null;
  /** Of the template alone. */
  readonly template?: string;
  /** Nor is a template that came to nothing put back. */
  readonly isLeft?: boolean;
  readonly repertoire?: Repertoire;
}

const held = (reason: string) => (status: Status) => status.hold?.reason === reason;
const steady = (status: Status) => status.phase === 'Steady' && status.hold === undefined;

async function promoted(options: StageOptions) {
  const { stage, candidate, stable } = await ramping({ rps: 20, spec: own, ...options });
  stage.annotate('promote', candidate);
  await stage.until((status) => status.stable?.revision === candidate, 3);
  await stage.run(3);
  return { stage, candidate, stable };
}

const freezing: Repertoire = {
  ...repertoire,
  concerns: repertoire.concerns.map((concern) => ({
    ...concern,
    judge: (at, others) => concern.judge(at, { ...others, frozen: true }),
  })),
};

const situations: readonly Situation[] = [
  {
    what: 'steady',
    play: async (options) => (await adopted(options)).stage,
    isIt: steady,
    raise: null,
    rest: null,
  },
  {
    what: 'a ramp',
    isLeft: true,
    play: async (options) => (await ramping({ ...options, spec: own })).stage,
    isIt: ({ phase, hold }) => phase === 'Ramping' && !hold,
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a watch',
    isLeft: true,
    async play(options) {
      const { stage } = await ramping({ rps: 10, spec: own, ...options });
      await stage.until((status) => status.phase === 'Watching', 60);
      return stage;
    },
    isIt: ({ phase, hold }) => phase === 'Watching' && !hold,
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a hold in a rollout, since both revisions fail',
    isLeft: true,
    async play(options) {
      const { stage } = await ramping({ rps: 100, spec: own, ...options });
      await stage.run(2);
      stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 20 });
      await stage.until(held('SharedOutage'), 20);
      return stage;
    },
    isIt: held('SharedOutage'),
    raise: null,
    rest: 'Incident',
  },
  {
    what: 'a hold in a rollout, since the metrics are away',
    isLeft: true,
    async play(options) {
      const { stage } = await ramping({ rps: 50, ...options });
      stage.event({ at: '0s', for: '9h', on: 'Metrics', outage: true });
      await stage.until(held('MetricsOutage'), 20);
      return stage;
    },
    isIt: held('MetricsOutage'),
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a hold in a rollout, since one objective cannot be read',
    isLeft: true,
    async play(options) {
      const metrics = (real: Metrics): Metrics =>
        replacing(real, {
          freshness: async (asked, nowMs) =>
            asked.objective.name === 'latency' && broken
              ? { kind: 'Unknown', reason: 'ProviderError', message: 'it answered 503' }
              : real.freshness(asked, nowMs),
        });
      let broken = false;
      const { stage } = await ramping({ rps: 50, metrics, ...options });
      broken = true;
      await stage.until((status) => status.hold !== undefined, 20);
      return stage;
    },
    isIt: ({ hold }) => hold?.reason === 'MetricsIncomplete' || hold?.reason === 'MetricsOutage',
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a hold in a rollout, since there is no traffic',
    isLeft: true,
    async play(options) {
      const { stage } = await ramping({ ...options, rps: 0 });
      await stage.until(held('NoTraffic'), 60);
      return stage;
    },
    isIt: held('NoTraffic'),
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a hold in a rollout that proves too little',
    isLeft: true,
    async play(options) {
      const rollout = { onInconclusive: 'Hold', maxBake: '20m' };
      const { stage } = await ramping({ rps: 2, spec: { rollout }, ...options });
      await stage.until(({ hold }) => hold?.reason === 'Inconclusive' || hold?.reason === 'InsufficientSamples', 120);
      return stage;
    },
    isIt: ({ hold }) => hold?.reason === 'Inconclusive' || hold?.reason === 'InsufficientSamples',
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: "somebody's split",
    isLeft: true,
    async play(options) {
      const { stage, stable, candidate } = await ramping(options);
      stage.world.setTraffic('api', [
        { revision: stable, percent: 61 },
        { revision: candidate, percent: 39 },
      ]);
      await stage.until(held('SplitByHand'), 3);
      return stage;
    },
    isIt: held('SplitByHand'),
    raise: null,
    rest: 'RolloutInProgress',
  },
  {
    what: 'a candidate that was withdrawn',
    async play(options) {
      const { stage } = await ramping({ rps: 100, ...options }, { LAB_ERROR_PERCENT: '0' });
      const { candidate } = stage.status.rollout!;
      stage.world.service('api').revisions.get(candidate)!.state = 'Failed';
      await stage.until((status) => status.withdrawn !== undefined, 5);
      await stage.run(2);
      return stage;
    },
    isIt: ({ withdrawn, rollout }) => withdrawn !== undefined && !rollout,
    raise: null,
    rest: 'Held',
  },
  {
    what: 'a stable revision that was deleted',
    async play(options) {
      const services: StageOptions['services'] = (real) =>
        replacing(real, { revision: async (ref, name) => (gone === name ? null : real.revision(ref, name)) });
      let gone = '';
      const { stage, stable } = await adopted({ services, ...options });
      gone = stable;
      stage.world.deploy('api');
      await stage.until(held('StableDeleted'), 5);
      return stage;
    },
    isIt: held('StableDeleted'),
    raise: null,
    rest: 'Held',
  },
  {
    what: 'freeze',
    play: async (options) => (await adopted(options)).stage,
    isIt: steady,
    repertoire: freezing,
    raise: null,
    rest: 'Budget',
  },
  {
    what: 'a promoted revision that burns, with a control',
    isLeft: true,
    async play(options) {
      const { stage } = await promoted(options);
      stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 20 });
      await stage.until((status) => status.guard?.controlSince !== undefined, 10);
      return stage;
    },
    isIt: ({ guard }) => guard?.controlSince !== undefined,
    raise: null,
    rest: 'Incident',
  },
  {
    what: 'a promoted revision that burns, and no control can be had',
    async play(options) {
      const services: StageOptions['services'] = (real) =>
        replacing(real, { revision: async (ref, name) => (gone === name ? null : real.revision(ref, name)) });
      let gone = '';
      const { stage, stable } = await promoted({ services, ...options });
      gone = stable;
      stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 100 });
      await stage.until(
        ({ hold, decision }) => hold?.reason === 'LastGoodDeleted' || decision?.reason === 'Burning',
        30,
      );
      await stage.run(1);
      return stage;
    },
    isIt: ({ hold, decision }) => hold?.reason === 'LastGoodDeleted' || decision?.reason === 'Burning',
    raise: null,
    rest: 'Incident',
  },
  {
    what: 'less than six hours after a rollback',
    async play(options) {
      const { stage, candidate } = await ramping({ spec: own, ...options }, { LAB_ERROR_PERCENT: '100' });
      await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
      await stage.run(5 * 60 + 50);
      return stage;
    },
    isIt: steady,
    raise: null,
    rest: 'AfterRollback',
  },
  {
    what: 'more than six hours after a rollback',
    async play(options) {
      const { stage, candidate } = await ramping({ spec: own, ...options }, { LAB_ERROR_PERCENT: '100' });
      await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
      await stage.run(6 * 60 + 5);
      return stage;
    },
    isIt: steady,
    raise: null,
    rest: null,
    template: 'NewerTemplate',
  },
  {
    what: 'a pause',
    isLeft: true,
    async play(options) {
      const { stage } = await adopted(options);
      stage.annotate('paused', 'for lunch');
      await stage.until(held('Paused'), 3);
      return stage;
    },
    isIt: held('Paused'),
    raise: 'Paused',
    rest: 'Paused',
  },
  {
    what: 'a pause in a ramp',
    isLeft: true,
    async play(options) {
      const { stage } = await ramping(options);
      stage.annotate('paused', 'for lunch');
      await stage.until(held('Paused'), 3);
      return stage;
    },
    isIt: held('Paused'),
    raise: 'Paused',
    rest: 'Paused',
  },
  {
    what: 'Observe',
    isLeft: true,
    async play({ spec, ...options }) {
      const stage = new Stage({ ...options, spec: { ...spec, mode: 'Observe' } });
      stage.world.setTraffic('api', [{ revision: 'api-00001-aaa', percent: 100 }]);
      stage.start();
      await stage.until((status) => status.stable !== undefined, 5);
      await stage.run(3);
      return stage;
    },
    isIt: steady,
    raise: 'Observing',
    rest: 'Observing',
  },
  {
    what: 'an edit that is not valid',
    isLeft: true,
    async play(options) {
      const { stage } = await adopted(options);
      stage.policies.respec(stage.key, { objectives: [{ name: 'errors', targetPercent: 200 }] });
      await stage.run(3);
      return stage;
    },
    isIt: ({ conditions }) => conditions?.some(({ type, status }) => type === 'Stalled' && status === 'True') ?? false,
    raise: 'InvalidSpec',
    rest: 'InvalidSpec',
  },
  {
    what: 'scaling by hand',
    async play(options) {
      const { stage } = await adopted(options);
      const { scaling } = stage.world.service('api').spec;
      stage.world.change('api', { scaling: { ...scaling, manualInstances: 5 } });
      await stage.run(3);
      return stage;
    },
    isIt: steady,
    raise: 'ManualScaling',
    rest: 'ManualScaling',
  },
  {
    what: 'less than a day after somebody set the maximum',
    async play(options) {
      const { stage } = await adopted(options);
      const { scaling } = stage.world.service('api').spec;
      stage.world.change('api', { scaling: { ...scaling, maxInstances: 40 } });
      await stage.run(23 * 60 + 50);
      return stage;
    },
    isIt: steady,
    raise: 'ScaledByHand',
    rest: 'ScaledByHand',
  },
  {
    what: 'more than a day after somebody set the maximum',
    async play(options) {
      const { stage } = await adopted(options);
      const { scaling } = stage.world.service('api').spec;
      stage.world.change('api', { scaling: { ...scaling, maxInstances: 40 } });
      await stage.run(24 * 60 + 5);
      return stage;
    },
    isIt: steady,
    raise: null,
    rest: null,
  },
  {
    what: 'LATEST, which another tool has set again and again',
    isLeft: true,
    async play(options) {
      const { stage } = await adopted(options);
      for (let times = 0; times < 2; times++) {
        stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
        await stage.run(5);
      }
      return stage;
    },
    isIt: ({ adoption }) => adoption?.externallyManaged === true,
    raise: null,
    rest: null,
    template: 'FollowsLatest',
  },
  {
    what: 'a newer revision that does not become ready',
    async play(options) {
      const { stage } = await adopted(options);
      stage.world.deploy('api', { env: { LAB_START_FAILS: '1' } });
      await stage.run(10);
      return stage;
    },
    isIt: ({ phase }) => phase === 'Steady',
    raise: null,
    rest: null,
    template: 'NewerTemplate',
  },
];

/** Plays up to the situation, and gives the newest look in it at which the traffic had nothing to write. */
async function momentOf({ what, play, isIt }: Situation): Promise<Moment> {
  let moment: Moment | undefined;
  const listening: Repertoire = {
    ...repertoire,
    concerns: repertoire.concerns.map((concern) =>
      concern !== traffic
        ? concern
        : {
            ...concern,
            judge(at, others) {
              const judgement = concern.judge(at, others);
              const { policy, seen, known, nowMs, service } = at;
              if (!judgement.proposal?.write && service.settled) moment = { policy, seen, known, nowMs };
              return judgement;
            },
          },
    ),
  };
  const stage = await play({ repertoire: listening, seeded });
  moment = undefined;
  for (let i = 0; i < 40 && moment === undefined; i++) await stage.clock.advance(15_000);
  expect(isIt(stage.status), `${what}: ${JSON.stringify(stage.status)}`).toBe(true);
  if (moment === undefined) throw new Error(`${what}: nobody looked`);
  return moment;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

describe.each(oneIn(3, situations))('$what', (situation) => {
  const come = once(() => momentOf(situation));

  test('what is done of each lever in each mode, and what keeps the rest', { timeout: 120_000 }, async () => {
    const moment = await come();
    const { raise, rest, template } = situation;
    for (const mode of modes) {
      for (const want of Object.keys(wants) as Want[]) {
        const where = `${situation.what}, ${mode}: ${want}`;
        const { write, blockedBy } = comesOf(moment, mode, want, situation.repertoire);
        if (mode === 'Off') {
          expect({ write, blockedBy }, where).toEqual({ write: null, blockedBy: null });
          continue;
        }
        const isTemplate = wants[want] === 'Tune';
        const byMode = mode === 'Recommend' || (mode === 'ServiceLevel' && isTemplate) ? 'Mode' : null;
        const bySituation = want === 'raise' ? raise : (rest ?? (isTemplate ? (template ?? null) : null));
        const kept = [byMode, bySituation].filter((word) => word !== null);
        expect(write, where).toBe(kept.length > 0 ? null : wants[want]);
        // A template is not weighed while there are two revisions to tell apart.
        if (blockedBy === null && isTemplate && moment.known.rollout) continue;
        if (blockedBy === null && isTemplate && moment.known.guard?.controlSince) continue;
        expect(blockedBy, where).toEqual(expect.arrayContaining(kept));
        if (kept.length === 0) expect(blockedBy, where).toEqual([]);
      }
    }
  });

  test('whether a template is put back', { timeout: 120_000 }, async () => {
    const moment = await come();
    for (const mode of modes) {
      const put = putsBack(moment, mode, situation.repertoire);
      expect(put, `${situation.what}, ${mode}`).toBe(mode === 'Auto' && !situation.isLeft);
    }
  });
});
