/** What is told of a run, played by a rule that takes its steps from a list. */
import { describe, expect, test } from 'vitest';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import type { Ended, Rule } from '../../src/rehearsal/rule.ts';
import { candidateName, stableName } from '../../src/rehearsal/world.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { validPolicy } from '../policy/valid.ts';

/** At a minute, with this percent for this candidate from then on; null: what it has. */
type Played = readonly [
  minute: number,
  action: string,
  reason: string,
  percent: number | null,
  ended?: Ended | undefined,
  candidate?: number,
];

const playing = (steps: readonly Played[]): Rule => ({
  start: () => {
    const left = [...steps];
    return {
      restsAfter: ['RolledBack'],
      look: ({ nowMs }) => {
        if (left.length === 0 || nowMs < left[0]![0] * 60_000) return null;
        const [, action, reason, percent, ended = null, candidate = 1] = left.shift()!;
        const rest = { revision: stableName, percent: 100 - percent! };
        const split = [rest, { revision: candidateName(candidate), percent: percent! }].filter(
          (one) => one.percent > 0,
        );
        return { split: percent === null ? null : split, action, reason, message: '', ended };
      },
    };
  },
});

function told(steps: readonly Played[], scenario: Partial<ScenarioText> = {}) {
  const played = parseScenario({ name: 'played', truth: 'Good', ...scenario });
  return rehearse(validPolicy(), played, playing(steps), 1, 0);
}

describe('a promotion is told by the reason', () => {
  const start: Played = [0, 'Step', 'Started', 99];
  const guarding: Played = [20, 'None', 'Guarding', null, 'Promoted'];

  test.each<[string, readonly Played[], string]>([
    [
      'of its way into the watch',
      [start, [5, 'Watch', 'Certified', 99.5], [10, 'Promote', 'WatchPassed', 100, 'Promoted'], guarding],
      'Certified',
    ],
    [
      'of its way into a watch at the share it had',
      [start, [5, 'Watch', 'Certified', null], [10, 'Promote', 'WatchPassed', 100, 'Promoted'], guarding],
      'Certified',
    ],
    [
      'of the promotion where there was no watch',
      [start, [10, 'Promote', 'Passed', 100, 'Promoted'], guarding],
      'Passed',
    ],
  ])('%s', (_, steps, reason) => {
    expect(told(steps)).toMatchObject({ outcome: 'promoted', reason });
  });
});

describe('the time to a rollback counts from the deploy of the revision that was rolled back,', () => {
  const minute = 60_000;
  test.each<[string, Partial<ScenarioText>, readonly Played[], number]>([
    [
      'the only one',
      {},
      [
        [0, 'Step', 'Started', 5],
        [10, 'RollBack', 'Bad', 0, 'RolledBack'],
      ],
      10,
    ],
    [
      'the second',
      { deployEvery: '30m' },
      [
        [30, 'Step', 'Started', 5, undefined, 2],
        [40, 'RollBack', 'Bad', 0, 'RolledBack', 2],
      ],
      10,
    ],
    [
      'the first, under guard, when a second is there',
      { deployEvery: '30m' },
      [
        [0, 'Step', 'Started', 100],
        [40, 'RollBack', 'Bad', 0, 'RolledBack'],
      ],
      40,
    ],
  ])('%s', (_, scenario, steps, minutes) => {
    const { outcome, toRollbackMs } = told(steps, scenario);
    expect(outcome).toBe('rolledBack');
    expect(toRollbackMs! / minute).toBeCloseTo(minutes, -1);
  });
});

describe('the largest step is the most that the newest revision was given at once,', () => {
  test.each<[string, readonly Played[], number | null]>([
    ['its start among them', [[0, 'Step', 'Started', 30]], 30],
    [
      'and what it lost is none',
      [
        [0, 'Step', 'Started', 10],
        [5, 'Step', 'Fine', 50],
        [10, 'Retreat', 'Suspect', 5],
        [15, 'Step', 'Fine', 25],
      ],
      40,
    ],
    ['and nothing where it was given nothing', [], null],
  ])('%s', (_, steps, percent) => {
    expect(told(steps).largestStepPercent).toBe(percent);
  });
});
