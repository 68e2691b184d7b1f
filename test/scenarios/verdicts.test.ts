/** What is said of an objective agrees with what is done about it: nothing is called healthy that holds a rollout. */
import { describe, expect, test } from 'vitest';
import { adopted } from './stage.ts';

const candidates: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  healthy: {},
  'a little worse': { LAB_ERROR_PERCENT: '0.4' },
  'errors of 5 %': { LAB_ERROR_PERCENT: '5' },
  slow: { LAB_LATENCY_MS: '110/420/900' },
  'a little slow': { LAB_LATENCY_MS: '120/300/420' },
};
const held = ['Doubtful', 'Suspicion', 'Retreated'];
const minutes = 60;

describe.each(Object.entries(candidates))('of a candidate that is %s', (_, env) => {
  test.each([1, 2, 3])('no verdict says more than was seen (seed %i)', async (seed) => {
    const { stage } = await adopted({ seed });
    stage.world.deploy('api', { env });
    for (let minute = 0; minute < minutes; minute++) {
      await stage.run(1);
      const { objectives = [], decision, verdict } = stage.status;
      if (!held.includes(decision!.reason)) continue;
      const said = `${decision!.message} ${JSON.stringify(objectives)}`;
      const over = objectives.filter(
        ({ verdict: word, candidatePercent = 0, limitPercent }) =>
          word === 'Healthy' && candidatePercent > limitPercent,
      );
      if (decision!.reason === 'Retreated') expect(over, said).toEqual([]);
      else expect(verdict, said).not.toBe('Healthy');
    }
  });
});
