/** What is said of an objective agrees with what is done about it: nothing is called healthy that holds a rollout. */
import { describe, expect, test } from 'vitest';
import type { Status } from '../../src/status/status.ts';
import { oneIn } from '../whole.ts';
import { adopted, ramping, type StageOptions } from './stage.ts';

interface Scene {
  readonly env: Readonly<Record<string, string>>;
  readonly minutes: number;
  readonly options?: StageOptions;
}

const rps = (requests: number): StageOptions => ({ rps: requests });
const candidates: Readonly<Record<string, Scene>> = {
  healthy: { env: {}, minutes: 60 },
  'a little worse': { env: { LAB_ERROR_PERCENT: '0.4' }, minutes: 60 },
  'twice what is allowed': { env: { LAB_ERROR_PERCENT: '0.2' }, minutes: 60, options: rps(50) },
  'errors of 5 %': { env: { LAB_ERROR_PERCENT: '5' }, minutes: 30 },
  slow: { env: { LAB_LATENCY_MS: '110/420/900' }, minutes: 60 },
  'a little slow': { env: { LAB_LATENCY_MS: '120/300/420' }, minutes: 60 },
  'a little slow with little traffic': { env: { LAB_LATENCY_MS: '130/330/460' }, minutes: 90, options: rps(5) },
};
const held = ['Doubtful', 'Suspicion', 'Retreated', 'Inconclusive'];

/** More is bad than is allowed, chance and a single request put aside. */
const isOver = ({ candidatePercent = 0, limitPercent, candidateTotal }: NonNullable<Status['objectives']>[number]) => {
  const [bad, allowed] = [candidatePercent, limitPercent].map((percent) => (percent * candidateTotal) / 100);
  return bad! > allowed! + Math.sqrt(allowed!) + 1;
};
const calledHealthy = ({ objectives = [] }: Status) =>
  objectives.filter((row) => row.verdict === 'Healthy' && isOver(row));

describe.each(Object.entries(candidates))('of a candidate that is %s', (who, { env, minutes, options }) => {
  test.each(oneIn(2, [1, 2], Object.keys(candidates).indexOf(who)))(
    'no verdict says more than was seen (seed %i)',
    async (seed) => {
      const { stage } = await adopted({ seed, ...options });
      stage.world.deploy('api', { env });
      for (let minute = 0; minute < minutes; minute++) {
        await stage.run(1);
        const { decision, verdict } = stage.status;
        if (!held.includes(decision!.reason)) continue;
        const said = `${decision!.reason}: ${decision!.message} ${JSON.stringify(stage.status.objectives)}`;
        expect(calledHealthy(stage.status), said).toEqual([]);
        if (['Doubtful', 'Suspicion'].includes(decision!.reason)) expect(verdict, said).not.toBe('Healthy');
      }
    },
  );
});

test('of a promoted revision with a control beside it, none is healthy that burns', async () => {
  const { stage, candidate } = await ramping({ spec: { rollout: { profile: 'Fast' } }, ...rps(20) });
  await stage.until(({ stable }) => stable?.revision === candidate, 90);
  stage.event({ at: '1m', for: '4h', on: 'Candidate', errorPercent: 0.3 });
  let looks = 0;
  for (let minute = 0; minute < 120 && stage.status.stable?.revision === candidate; minute++) {
    await stage.run(1);
    if (stage.status.guard?.controlSince === undefined) continue;
    looks++;
    expect(calledHealthy(stage.status), JSON.stringify(stage.status.objectives)).toEqual([]);
  }
  expect(looks).toBeGreaterThan(3);
});

test.each(['a rollout', 'a guard'])(
  'what a person has given back is not said to be split by hand, in %s',
  async (when) => {
    const { stage, stable, candidate } = await ramping();
    if (when === 'a guard') await stage.until((status) => status.stable?.revision === candidate, 90);
    const ours = stage.world.service('api').spec.traffic;
    stage.world.setTraffic('api', [
      { revision: stable, percent: 70 },
      { revision: candidate, percent: 30 },
    ]);
    await stage.until((status) => status.hold?.reason === 'SplitByHand', 6);
    stage.world.setTraffic('api', [...ours]);
    await stage.until((status) => status.hold === undefined, 10);
    expect(stage.status.decision!.reason).not.toBe('SplitByHand');
    expect(stage.status.decision!.action).not.toBe('Hold');
  },
);
