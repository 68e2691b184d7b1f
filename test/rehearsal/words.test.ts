/** What is said along the way of many rollouts agrees with the figures beside it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import type { Rule } from '../../src/rehearsal/rule.ts';
import { steadyrun } from '../../src/rehearsal/rules/steadyrun.ts';
import { parseScenario } from '../../src/scenario/scenario.ts';

const [{ policy }] = checkPolicies(readFileSync('deploy/examples/own-queries.yaml', 'utf8')).policies as [
  ReturnType<typeof checkPolicies>['policies'][number],
];

/** Every sentence of so many rollouts of a candidate that fails a little more often than its stable. */
function sentences(errorPercent: number, runs: number): string[] {
  const scenario = parseScenario({
    name: 'words',
    truth: 'Good',
    candidate: { errorPercent },
    noise: { errorClusterMean: 3 },
  });
  const said: string[] = [];
  const listened: Rule = {
    ...steadyrun,
    start: (...world) => {
      const controller = steadyrun.start(...world);
      const look: typeof controller.look = (glance) => {
        const step = controller.look(glance);
        if (step !== null) said.push(step.message);
        return step;
      };
      return { ...controller, look };
    },
  };
  for (let run = 0; run < runs; run++) rehearse(policy, scenario, listened, 7, run);
  return said;
}

const said = [0.05, 0.1, 0.14].flatMap((errorPercent) => sentences(errorPercent, 40));

test('nothing speaks against a revision only where the odds are even', () => {
  const nothing = said.filter((sentence) => sentence.includes('Nothing speaks against'));
  const little = said.filter((sentence) => sentence.includes('Too little speaks against'));
  expect(nothing.filter((sentence) => /\(odds \d/.test(sentence))).toEqual([]);
  expect(
    little.filter((sentence) => !/\(odds [12](\.\d)?:1\)/.test(sentence) && !sentence.includes('odds 3:1')),
  ).toEqual([]);
  expect([nothing.length > 0, little.length > 0]).toEqual([true, true]);
});

test('a certificate whose bound lies above what is allowed says why that is enough', () => {
  const certified = said.filter((sentence) => sentence.startsWith('Certified at'));
  const above = certified.filter((sentence) => {
    const [, bound] = /at most ([\d.]+) % bad/.exec(sentence) ?? [];
    const [, allowed] = /([\d.]+) % allowed/.exec(sentence) ?? [];
    return sentence.includes('errors at most') && sentence.includes('. errors:') && Number(bound) > Number(allowed);
  });
  expect(above.length).toBeGreaterThan(5);
  expect(above.filter((sentence) => !/up to [\d.]+ % is enough|up to [\d.]+ %, .* is enough/.test(sentence))).toEqual(
    [],
  );
});

test('whatever is said is a whole sentence', () => {
  expect([...new Set(said.filter((sentence) => !/[.?]$/.test(sentence)))].slice(0, 5)).toEqual([]);
});
