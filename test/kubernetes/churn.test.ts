import { describe, expect, test } from 'vitest';
import { worthWriting } from '../../src/kubernetes/policies/churn.ts';
import type { Status } from '../../src/status/status.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const row = { name: 'availability', verdict: 'Healthy', gate: true, limitPercent: 0.1 } as const;
const steady: Status = {
  observedGeneration: 1,
  phase: 'Steady',
  stable: { revision: 'api-1', percent: 100 },
  decision: { action: 'None', reason: 'Steady', message: 'All is well.', at: at(0), nextCheck: at(30) },
  objectives: [{ ...row, candidateTotal: 0, stableTotal: 100, odds: 0 }],
};
const rollout = {
  candidate: 'api-2',
  control: 'api-1',
  stage: 'Ramp',
  startedAt: at(0),
  steppedAt: at(0),
  shares: [] as { at: string; percent: number }[],
  startPercent: 5,
  requestsPerSecond: 100,
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
  evidence: [],
} as const;
const ramping: Status = { ...steady, phase: 'Ramping', rollout: { ...rollout, evidence: [] } };
const looked = (status: Status): Status => ({
  ...status,
  decision: { ...status.decision!, at: at(15), nextCheck: at(45) },
});

describe('a status is', () => {
  test.each<[string, Status, Status, number, boolean]>([
    ['not written when nothing changed, however long ago', steady, { ...steady }, 3_600_000, false],
    [
      'not written when only undefined fields differ',
      steady,
      { ...steady, hold: undefined } as unknown as Status,
      3_600_000,
      false,
    ],
    ['not written for a look that found nothing, within the minute', steady, looked(steady), 59_999, false],
    ['not written for a look that found nothing, after nine minutes', steady, looked(steady), 540_000, false],
    ['written for a look that found nothing, after ten minutes', steady, looked(steady), 600_000, true],
    [
      'not written for numbers that creep, within the minute',
      steady,
      { ...steady, objectives: [{ ...row, candidateTotal: 0, stableTotal: 250, odds: 0.2 }] },
      30_000,
      false,
    ],
    [
      'written at once when the verdict changes',
      steady,
      { ...steady, objectives: [{ ...steady.objectives![0]!, verdict: 'Breaching' }] },
      1,
      true,
    ],
    ['written at once when the phase changes', steady, { ...steady, phase: 'Held' }, 1, true],
    [
      'written at once when the reason changes',
      steady,
      { ...steady, decision: { ...steady.decision!, reason: 'NoTraffic' } },
      1,
      true,
    ],
    ['written at once when a field disappears', steady, { ...steady, stable: undefined } as unknown as Status, 1, true],
    [
      'written at once when an objective is added',
      steady,
      { ...steady, objectives: [...steady.objectives!, { ...steady.objectives![0]!, name: 'latency' }] },
      1,
      true,
    ],
    ['not written for a look of a rollout that found nothing', ramping, looked(ramping), 30_000, false],
    [
      'written at once when the evidence of a rollout changes',
      ramping,
      { ...ramping, rollout: { ...rollout, evidence: [], unseen: { requests: 10, ticks: 1 } } },
      1,
      true,
    ],
    ['written when a rollout begins', steady, ramping, 1, true],
    ['written when a rollout ends', ramping, steady, 1, true],
    ['not written when nothing at all changed in a rollout', ramping, { ...ramping }, 3_600_000, false],
  ])('%s', (_name, before, next, laterMs, expected) => {
    expect(worthWriting({ status: before, atMs: 1_000 }, next, 1_000 + laterMs)).toBe(expected);
  });

  test('written when it is not known when the last one was', () => {
    expect(worthWriting({ status: steady, atMs: Number.NEGATIVE_INFINITY }, looked(steady), 0)).toBe(true);
  });
});
