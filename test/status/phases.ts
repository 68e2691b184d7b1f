/** A stage in every phase of a service's life, with the status as the first version of the operator would have stored it. */
import type { Observation } from '../../src/facts/observation.ts';
import type { Pass } from '../../src/loop/pass.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { refusing } from '../scenarios/refusing.ts';
import { adopted, ramping, type Stage, type StageOptions } from '../scenarios/stage.ts';

export type Json = Record<string, unknown>;

/** The operator is dead, and the status is what it left. */
export interface Left {
  readonly stage: Stage;
  readonly status: Json;
  /** What was last seen of the world. */
  readonly seen: Observation;
  readonly policy: Policy;
  readonly nowMs: number;
  /** Every pass from here on. */
  readonly passes: Pass[];
  readonly stable: string;
  readonly candidate: string;
}

interface Begun {
  readonly stage: Stage;
  readonly stable: string;
  readonly candidate: string;
}

type Begin = (options: StageOptions, refuse: (on: boolean) => void) => Promise<Begun>;

const fiveInAHundred = { LAB_ERROR_PERCENT: '5' };

async function promoted(options: StageOptions): Promise<Begun> {
  const begun = await ramping(options);
  await begun.stage.until(({ stable }) => stable?.revision === begun.candidate, 90);
  await begun.stage.run(5);
  return begun;
}

async function burning(options: StageOptions): Promise<Begun> {
  const begun = await promoted(options);
  begun.stage.event({ at: '1m', for: '40h', on: 'Candidate', errorPercent: 3 });
  await begun.stage.until(({ guard }) => guard?.controlSince !== undefined, 40);
  return begun;
}

export const phases = {
  async steady(options) {
    const { stage, stable } = await adopted(options);
    return { stage, stable, candidate: '' };
  },
  async ramping(options) {
    const begun = await ramping(options);
    await begun.stage.run(4);
    return begun;
  },
  async retreated(options) {
    const begun = await ramping(options, { LAB_ERROR_PERCENT: '0.6' });
    await begun.stage.until(({ rollout }) => rollout?.retreat !== undefined, 40);
    return begun;
  },
  async watching(options) {
    const begun = await ramping(options);
    await begun.stage.until(({ phase }) => phase === 'Watching', 60);
    await begun.stage.run(2);
    return begun;
  },
  guarded: promoted,
  control: burning,
  async convicted(options, refuse) {
    const begun = await ramping(options, fiveInAHundred);
    refuse(true);
    await begun.stage.until(({ rollout }) => rollout?.convicted !== undefined, 30);
    refuse(false);
    return begun;
  },
  async guardConvicted(options, refuse) {
    const begun = await burning(options);
    refuse(true);
    await begun.stage.until(({ guard }) => guard?.convicted !== undefined, 30);
    refuse(false);
    return begun;
  },
  async rejected(options) {
    const begun = await ramping(options, fiveInAHundred);
    await begun.stage.until(({ rejected }) => rejected?.[0]?.revision === begun.candidate, 30);
    await begun.stage.run(1);
    return begun;
  },
  async held(options) {
    const begun = await ramping(options);
    begun.stage.event({ at: '0s', for: '40h', on: 'Metrics', outage: true });
    await begun.stage.until(({ hold }) => hold?.reason === 'MetricsOutage', 30);
    return begun;
  },
} as const satisfies Record<string, Begin>;

export type Phase = keyof typeof phases;

/** Plays until that phase and kills the operator. */
export async function leftIn(phase: Phase): Promise<Left> {
  const { services, refuse } = refusing();
  const passes: Pass[] = [];
  const begin: Begin = phases[phase];
  const begun = await begin({ services, onPass: (pass) => passes.push(pass) }, refuse);
  const { stage } = begun;
  stage.kill();
  const { policy, seen } = passes.findLast((pass) => pass.seen !== null)!;
  passes.length = 0;
  stage.policies.events.length = 0;
  const { memory: _, ...status } = JSON.parse(JSON.stringify(stage.policies.stored(stage.key))) as Json;
  if (!policy.spec.ok) throw new Error(policy.spec.message);
  return { ...begun, status, passes, seen: seen!, policy: policy.spec.policy, nowMs: stage.clock.nowMs() };
}
