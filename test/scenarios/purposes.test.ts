/**
 * Every purpose of a write, one scene each: it is carried out, known again by whoever comes after a crash, and made up for
 * when Cloud Run fails; and what it changes of the memory is changed once it is seen in the traffic.
 */
import { describe, expect, test } from 'vitest';
import { type Purpose, purposes } from '../../src/facts/purpose.ts';
import type { Revision } from '../../src/facts/revision.ts';
import { iso } from '../../src/facts/time.ts';
import { OutcomeUnknown, Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import type { Status } from '../../src/status/status.ts';
import { replacing } from './replacing.ts';
import { Stage, type StageOptions } from './stage.ts';
import { atMaximum, crowded, maximaOf, templatesOf } from './tuned.ts';

const errors = {
  name: 'errors',
  targetPercent: 99.9,
  indicator: {
    ratio: { query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' },
  },
};
const own = { objectives: [errors] };

/** What may become of the one write that a scene is about. */
const fates = {
  'is carried out': null,
  'is known again after a crash right after it': 'dieAfter',
  'is done after a crash right before it': 'dieBefore',
  'is made up for when its check fails at first': 'checkFails',
  'is made up for when Cloud Run fails at first': 'writeFails',
  'is not done twice when its answer is lost': 'answerLost',
} as const;
type Fate = (typeof fates)[keyof typeof fates];

interface Played {
  readonly stage: Stage;
  readonly stable: string;
  readonly candidate: string;
  /** Right after the write, before anything of it was reported. */
}

interface Scene {
  readonly options?: StageOptions;
  /** Leads up to it; the write comes with what `happens`. */
  readonly before: (stage: Stage) => Promise<string>;
  readonly happens?: (played: Played, revisions: Record<string, Partial<Revision>>) => void;
  readonly traffic: (played: Played) => string;
  readonly remembers: (played: Played) => object;
  readonly forgets?: (status: Status) => readonly unknown[];
  /** It comes of what the ticks say, so that it takes the next tick to decide it again. Others are done at once. */
  readonly waitsForTick?: boolean;
  /** Of what is not in the traffic: how often it is in the service, which is once in the end. */
  readonly times?: (stage: Stage) => number;
}

const deployed = async (stage: Stage, env: Record<string, string> = {}): Promise<string> => {
  await stage.until((status) => status.phase === 'Steady', 5);
  return stage.world.deploy('api', { env });
};
const ramped = async (stage: Stage): Promise<string> => {
  const candidate = await deployed(stage);
  await stage.until((status) => status.phase === 'Ramping', 3);
  return candidate;
};
const promoted = async (stage: Stage, env: Record<string, string> = {}): Promise<string> => {
  const candidate = await deployed(stage, env);
  await stage.until((status) => status.phase === 'Ramping', 3);
  stage.annotate('promote', candidate);
  await stage.until((status) => status.stable?.revision === candidate, 3);
  await stage.run(3);
  return candidate;
};
/** It fails when it has all of the traffic, and not with half of it. */
const overloaded = (stage: Stage): Promise<string> => promoted(stage, { LAB_OVERLOAD: '15/50' });
const shareOf = (status: Status): number => status.rollout?.shares.at(-1)?.percent ?? 0;

const strayed = (candidate: string) => [
  { revision: 'api-00001-aaa', percent: 61 },
  { revision: candidate, percent: 39 },
];

const steady = async (stage: Stage): Promise<string> => {
  await stage.until((status) => status.phase === 'Steady', 5);
  return '';
};
const onStable = ({ stable }: Played) => `${stable}=100`;
const first = (status: Status) => status.tuner?.revisions[0];

const scenes: { readonly [P in Purpose]: Scene } = {
  Pin: {
    before: async () => 'api-00001-aaa',
    traffic: () => 'api-00001-aaa=100',
    remembers: () => ({
      stable: { revision: 'api-00001-aaa' },
      lastGood: { revision: 'api-00001-aaa' },
      split: [{ revision: 'api-00001-aaa', percent: 100 }],
      adoption: { followedLatest: true, externallyManaged: false },
    }),
  },
  Start: {
    before: (stage) => deployed(stage),
    traffic: ({ stable, candidate }) => `${stable}=99 ${candidate}=1`,
    remembers: ({ stable, candidate }) => ({
      rollout: { candidate, control: stable, stage: 'Ramp', shares: [{ percent: 1 }] },
      candidate: { revision: candidate, percent: 1 },
      stable: { revision: stable, percent: 99 },
      supersededInARow: 0,
    }),
  },
  Step: {
    options: { rps: 10, spec: { ...own, rollout: { stepsPercent: [5, 20] } } },
    before: ramped,
    traffic: ({ stable, candidate }) => `${stable}=80 ${candidate}=20`,
    remembers: ({ candidate }) => ({ rollout: { candidate, stage: 'Ramp' }, candidate: { percent: 20 } }),
    waitsForTick: true,
  },
  Retreat: {
    options: { rps: 100, spec: own },
    async before(stage) {
      const candidate = await ramped(stage);
      await stage.until((status) => shareOf(status) >= 15, 20);
      return candidate;
    },
    happens: ({ stage }) => stage.event({ at: '0s', for: '15s', on: 'Candidate', errorPercent: 12 }),
    traffic: ({ stable, candidate }) => `${stable}=99 ${candidate}=1`,
    remembers: ({ candidate }) => ({
      rollout: { candidate, retreat: { used: true, finished: false } },
      candidate: { percent: 1 },
    }),
  },
  TakeControl: {
    options: { rps: 10, spec: own },
    async before(stage) {
      const candidate = await ramped(stage);
      await stage.until((status) => status.phase === 'Watching', 60);
      return candidate;
    },
    happens: ({ stage }) => stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 1 }),
    traffic: ({ stable, candidate }) => `${stable}=50 ${candidate}=50`,
    remembers: ({ candidate }) => ({
      rollout: { candidate, stage: 'Ramp', controlsTaken: 1 },
      candidate: { percent: 50 },
    }),
  },
  Watch: {
    options: { rps: 10, spec: own },
    async before(stage) {
      const candidate = await ramped(stage);
      await stage.until((status) => shareOf(status) >= 50, 60);
      return candidate;
    },
    traffic: ({ stable, candidate }) => `${stable}=10 ${candidate}=90`,
    remembers: ({ candidate }) => ({ rollout: { candidate, stage: 'Watch' }, phase: 'Watching' }),
    waitsForTick: true,
  },
  Promote: {
    before: ramped,
    happens: ({ stage, candidate }) => stage.annotate('promote', candidate),
    traffic: ({ candidate }) => `${candidate}=100`,
    remembers: ({ stable, candidate }) => ({
      stable: { revision: candidate, percent: 100 },
      lastGood: { revision: stable },
      guard: { revision: candidate, control: stable, external: false, controlsTaken: 0 },
    }),
    forgets: ({ rollout }) => [rollout],
  },
  RollBack: {
    options: { spec: own },
    before: (stage) => deployed(stage, { LAB_ERROR_PERCENT: '100' }),
    traffic: ({ stable }) => `${stable}=100`,
    remembers: ({ stable, candidate }) => ({
      stable: { revision: stable, percent: 100 },
      // Cloud Run came first: after a crash the same data gives the same reason.
      rejected: [{ revision: candidate, reason: 'TotalFailure' }],
    }),
    forgets: ({ rollout }) => [rollout],
  },
  Withdraw: {
    before: ramped,
    // Not ready for one look: what was decided then is done all the same.
    happens({ candidate }, revisions) {
      revisions[candidate] = { ready: 'False', message: 'it ran out of memory' };
    },
    traffic: ({ stable }) => `${stable}=100`,
    remembers: ({ candidate }) => ({
      withdrawn: { revision: candidate, reason: 'CandidateNotReady' },
    }),
    forgets: ({ rollout, rejected }) => [rollout, rejected],
  },
  GuardControl: {
    options: { rps: 20, spec: own },
    before: promoted,
    happens: ({ stage }) => stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 100 }),
    traffic: ({ stable, candidate }) => `${stable}=50 ${candidate}=50`,
    remembers: ({ stable, candidate }) => ({
      guard: { revision: candidate, control: stable, controlsTaken: 1, controlSince: expect.any(String) },
      stable: { revision: candidate },
    }),
  },
  Trial: {
    options: { rps: 20, spec: own },
    async before(stage) {
      const candidate = await overloaded(stage);
      await stage.until(({ guard }) => guard?.controlSince !== undefined, 10);
      await stage.until(({ guard }) => guard?.controlSince === undefined, 20);
      return candidate;
    },
    traffic: ({ stable }) => `${stable}=100`,
    remembers: ({ stable, candidate }) => ({
      guard: { revision: candidate, control: stable, controlSince: expect.any(String), trial: { switches: 0 } },
      stable: { revision: candidate, percent: 0 },
      lastGood: { revision: stable },
      phase: 'Watching',
    }),
    forgets: ({ rejected }) => [rejected],
    waitsForTick: true,
  },
  Restore: {
    options: { rps: 20, spec: own },
    async before(stage) {
      const candidate = await promoted(stage);
      stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 20 });
      await stage.until((status) => status.guard?.controlSince !== undefined, 10);
      return candidate;
    },
    traffic: ({ candidate }) => `${candidate}=100`,
    remembers: ({ candidate }) => ({
      guard: { revision: candidate, controlsTaken: 1 },
      stable: { revision: candidate, percent: 100 },
    }),
    forgets: ({ guard }) => [guard?.controlSince],
  },
  PutRight: {
    options: { rps: 20, spec: own },
    async before(stage) {
      const candidate = await promoted(stage);
      const stored = stage.policies.stored(stage.key) as object;
      const late = [{ split: strayed(candidate), until: iso(stage.clock.nowMs() + 300_000) }];
      stage.policies.restatus(stage.key, { ...stored, late });
      return candidate;
    },
    happens: ({ stage, candidate }) => stage.world.setTraffic('api', strayed(candidate)),
    traffic: ({ candidate }) => `${candidate}=100`,
    // Nobody is rejected, nor guarded any less, for a write that came late.
    remembers: ({ stable, candidate }) => ({
      stable: { revision: candidate, percent: 100 },
      guard: { revision: candidate, control: stable },
    }),
    forgets: ({ rejected }) => [rejected],
  },
  RaiseMaximum: {
    options: atMaximum(),
    before: async () => '',
    traffic: onStable,
    times: (stage) => maximaOf(stage).length,
    remembers: () => ({
      tuner: { maximum: { value: 10, ours: true }, raisedAt: expect.any(String) },
    }),
    forgets: ({ tuner }) => [tuner?.scaledByHandAt],
  },
  LowerMaximum: {
    options: crowded({ rps: 2 }, { connections: [{ name: 'db', max: 40, perInstance: 10 }] }),
    before: async () => '',
    traffic: onStable,
    times: (stage) => maximaOf(stage).length,
    remembers: () => ({ tuner: { maximum: { value: 3, ours: true } } }),
    forgets: ({ tuner }) => [tuner?.scaledByHandAt, tuner?.raisedAt],
  },
  Tune: {
    options: crowded(),
    before: steady,
    traffic: onStable,
    times: (stage) => templatesOf(stage).length,
    remembers: ({ stage, stable }) => ({
      tuner: {
        revisions: [
          {
            name: stage.world.service('api').latestCreated.name,
            from: stable,
            outcome: 'Open',
            was: { concurrencyTargetPercent: 60 },
          },
        ],
      },
    }),
  },
  PutBack: {
    options: crowded(),
    async before(stage) {
      await stage.until(
        (status) => first(status) !== undefined && first(status)?.name === status.rollout?.candidate,
        60,
      );
      return first(stage.status)!.name;
    },
    happens: ({ stage }) => stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 }),
    traffic: onStable,
    // The first is the one that is put back.
    times: (stage) => templatesOf(stage).length - 1,
    remembers: ({ stage, candidate }) => ({
      tuner: {
        revisions: [
          {
            name: stage.world.service('api').latestCreated.name,
            from: candidate,
            outcome: 'PutBack',
            set: { concurrencyTargetPercent: 60 },
          },
          { name: candidate, outcome: 'RolledBack' },
        ],
      },
      rejected: [{ revision: candidate }],
    }),
    forgets: ({ rollout, candidate }) => [rollout, candidate],
  },
  Leave: {
    before: ramped,
    happens: ({ stage }) => stage.policies.delete(stage.key),
    traffic: ({ stable }) => `${stable}=100`,
    remembers: () => ({}),
  },
};

async function play(purpose: Purpose, fate: Fate): Promise<void> {
  const scene = scenes[purpose];
  const revisions: Record<string, Partial<Revision>> = {};
  let proposed: Purpose | undefined;
  let pending = false;
  let met = 0;
  let looks = 0;
  /** What is about to be done is what the scene is about. */
  const isIt = (): boolean => (stage.policies.get(stage.key) === undefined ? 'Leave' : proposed) === purpose;
  const services = (real: Services): Services =>
    replacing(real, {
      async revision(ref, name) {
        if (fate === 'checkFails' && pending && isIt()) {
          pending = false;
          throw new Unavailable('Cloud Run answered 503');
        }
        const revision = await real.revision(ref, name);
        const { [name]: changed } = revisions;
        return revision && { ...revision, ...changed };
      },
      async write(...args) {
        if (!isIt()) return real.write(...args);
        met++;
        const disturbed = pending;
        pending = false;
        if (disturbed && fate === 'writeFails') throw new Unavailable('Cloud Run answered 503');
        if (!disturbed || fate !== 'dieBefore') await real.write(...args);
        if (disturbed && fate === 'answerLost') throw new OutcomeUnknown('The connection was reset.');
        if (disturbed && (fate === 'dieAfter' || fate === 'dieBefore')) {
          stage.kill();
          await new Promise(() => undefined);
        }
      },
    });
  const stage: Stage = new Stage({
    rps: 50,
    ...scene.options,
    services,
    onPass: () => looks++,
    onProposal({ write }) {
      proposed = write?.purpose;
      if (proposed === purpose) for (const name of Object.keys(revisions)) delete revisions[name];
    },
  });
  const start = (): void => stage.start();
  if (purpose === 'Pin') pending = true;
  start();
  const candidate = await scene.before(stage);
  const played: Played = { stage, candidate, stable: 'api-00001-aaa' };
  pending = true;
  scene.happens?.(played, revisions);

  const mostSeconds = 40 * 60;
  const isDisturbed = (): boolean => (fate === null ? met > 0 : !pending);
  for (let second = 0; !isDisturbed(); second++) {
    if (second > mostSeconds) throw new Error(`${purpose} did not come: ${JSON.stringify(stage.status.decision)}`);
    await stage.clock.advance(1_000);
  }
  if (!stage.alive) start();
  // Whoever goes on has to have looked.
  looks = 0;
  const isDone = (): boolean =>
    (looks > 0 || fate === null) &&
    stage.traffic === scene.traffic(played) &&
    stage.status.intent === undefined &&
    (scene.times?.(stage) ?? 1) === 1;
  // What may have been sent is waited for.
  const patience = fate !== null && scene.times ? 20 * 60 : scene.waitsForTick && fate !== null ? 120 : 12;
  for (let second = 0; second < patience && !isDone(); second++) await stage.clock.advance(1_000);
  expect(stage.traffic).toBe(scene.traffic(played));
  expect(stage.status).toMatchObject(scene.remembers(played));
  const { intent, hold } = stage.status;
  // What was withdrawn is held at 0 % from then on.
  const held = hold?.reason === stage.status.withdrawn?.reason ? undefined : hold;
  const forgotten = [intent, held, ...(scene.forgets?.(stage.status) ?? [])];
  expect(forgotten.filter((one) => one !== undefined)).toEqual([]);
  if (scene.times) {
    await stage.run(3);
    expect(scene.times(stage)).toBe(1);
    expect(stage.status).toMatchObject(scene.remembers(played));
  }
  const repeated = stage.splits.filter((split, i, all) => split === all[i - 1]);
  // What is put right is what was written before.
  expect(repeated).toHaveLength(purpose === 'PutRight' ? 1 : 0);
}

const all = Object.keys(purposes) as Purpose[];

describe.each(Object.entries(fates))('each write %s:', (_, fate) => {
  // Of a policy that is gone nothing is known after a crash: leaving is best effort.
  const played = all.filter((purpose) => purpose !== 'Leave' || fate !== 'dieBefore');
  test.each(played)('%s', async (purpose) => {
    await play(purpose, fate);
  });
});
