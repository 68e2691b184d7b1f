/** A policy is edited into one that cannot be obeyed while its service is being rolled out. */
import { expect, test } from 'vitest';
import { ramping } from './stage.ts';

const noRatio = {
  objectives: [{ name: 'errors', targetPercent: 99.9, indicator: { ratio: { query: 'sum(x) + 1' } } }],
};
const noService = { ...noRatio, service: { project: 'acme', region: 'nowhere', name: 'api' } };
const _valid = { objectives: [{ name: 'availability', targetPercent: 99.9 }] };

test('people are told once for each edit what is wrong, what it means and what to do', async () => {
  const { stage, candidate } = await ramping();
  const share = stage.traffic;
  const told = () => stage.policies.events.filter(({ reason }) => reason === 'InvalidSpec');
  stage.policies.respec(stage.key, noRatio);
  await stage.run(60);
  expect(stage.traffic).toBe(share);
  expect(told()).toHaveLength(1);
  expect(told()[0]).toMatchObject({ type: 'Warning' });
  expect(told()[0]!.message).toContain(`${candidate} keeps its share of the traffic whatever happens to it`);
  expect(told()[0]!.message).toContain('Correct the spec');
  expect(told()[0]!.message).toContain('spec.objectives[0].indicator.ratio.query: ');
  stage.policies.respec(stage.key, noService);
  await stage.run(60);
  expect(told()).toHaveLength(2);
  expect(told()[1]!.message).toContain('spec.service.region: ');
});
