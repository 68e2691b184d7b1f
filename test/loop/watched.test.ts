/** What an objective of saturation comes to: a row of its own, which convicts nobody. */
import { describe, expect, test } from 'vitest';
import { iso } from '../../src/facts/time.ts';
import { reported } from '../../src/loop/conditions.ts';
import type { Status } from '../../src/status/status.ts';
import type { TunerHour, TunerState } from '../../src/status/tuner.ts';
import { ago, availability, nowMs, policy, ramping, saturated, steady } from '../report/statuses.ts';

const hourMs = 3_600_000;
const watching = (targetPercent?: number, resource = 'Memory') =>
  policy('api', {
    spec: {
      objectives: [
        { name: 'availability', targetPercent: 99.9 },
        { name: 'full', indicator: { saturation: { resource } }, ...(targetPercent && { targetPercent }) },
      ],
    },
  });

/** So many minutes over the limit, of memory, in each of the last hours, the newest last. */
function remembering(...memory: readonly number[]): TunerState {
  const hours = memory.map(
    (minutes, i): TunerHour => ({
      hour: iso(nowMs - (memory.length - i) * hourMs),
      peak: 3,
      cpu: 0,
      memory: minutes,
      concurrency: 0,
      any: minutes,
    }),
  );
  return { hours, until: iso(nowMs), earlier: [], revisions: [], resets: [], barred: [], recent: [] };
}
const memory = (percent: number, sustained = false): Status['saturation'] => ({
  at: ago(1),
  memory: { percent, sustained },
  minutesOver24h: 0,
});
const rowOf = (state: Status, stored = watching()) =>
  reported(stored, state, null, nowMs).objectives!.find(({ name }) => name === 'full');

describe('its row', () => {
  test('is of the minutes of the last 24 hours, against the share that is allowed', () => {
    const tuner = remembering(...Array.from({ length: 26 }, () => 3));
    expect(rowOf({ ...steady, saturation: memory(40), tuner })).toEqual({
      name: 'full',
      gate: false,
      limitPercent: 0.5,
      stablePercent: 5,
      candidateTotal: 0,
      stableTotal: 23 * 60,
      odds: 1,
      verdict: 'Breaching',
    });
  });

  test.each([
    ['never over', 0, false, undefined, 'Healthy'],
    ['as long as is allowed', 3, false, 95, 'Healthy'],
    ['longer than is allowed', 4, false, 95, 'Breaching'],
    ['over for five minutes now', 0, true, 95, 'Breaching'],
  ] as const)('has a verdict: %s', (_, minutes, sustained, target, verdict) => {
    const state = { ...steady, saturation: memory(85, sustained), tuner: remembering(minutes) };
    expect(rowOf(state, watching(target))?.verdict).toBe(verdict);
  });

  test.each([
    ['nothing is known at all', steady],
    ['nothing is known of this', { ...steady, saturation: memory(99, true) }],
  ])('is unknown while %s', (_, state) => {
    expect(rowOf(state, watching(undefined, 'Cpu'))).toMatchObject({ verdict: 'Unknown', reason: 'NoSeries' });
  });

  test('is of the promoted revision while its figures are shown', () => {
    const compared = { revision: 'b', beside: 'a', as: 'Promoted' };
    const state = { ...steady, compared, saturation: memory(40), tuner: remembering(6) };
    expect(rowOf(state)).toMatchObject({ candidatePercent: 10, candidateTotal: 60, stableTotal: 0 });
  });
});

describe('beside the objectives by which revisions are judged', () => {
  test('it comes last, once, and changes neither them nor the verdict', () => {
    const first = reported(watching(), { ...ramping, objectives: [availability] }, null, nowMs);
    const second = reported(watching(), { ...first, saturation: memory(99, true) }, null, nowMs);
    expect(second.objectives).toMatchObject([availability, { name: 'full', verdict: 'Breaching', gate: false }]);
    expect(second.verdict).toBe(ramping.verdict);
  });

  test('it goes with the objective', () => {
    const before = reported(watching(), { ...steady, saturation: memory(40) }, null, nowMs);
    const after = reported(policy('api'), before, null, nowMs);
    expect(after.objectives?.map(({ name }) => name) ?? []).not.toContain('full');
  });

  test('nothing is watched that was not asked for', () => {
    expect(reported(policy('api'), saturated, null, nowMs).objectives).toBeUndefined();
  });
});
