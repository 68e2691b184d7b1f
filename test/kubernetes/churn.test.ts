import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameJson } from '../../src/kubernetes/http/objects.ts';
import { worthWriting } from '../../src/kubernetes/policies/churn.ts';
import { without } from '../../src/status/edit.ts';
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

/** The same by writing both down and reading them again. */
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(written(a), written(b));
const written = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

test('what is the same is known without writing it down', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(undefined, null, 0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, '', 'a', true, false),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('value'), { maxKeys: 2, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(sameJson(a, b)).toBe(same(a, b));
      expect(sameJson(a, structuredClone(a))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('what is worth a write is what means something, by the long way too', () => {
  const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const status = fc.record({
    phase: some('Steady', 'Held'),
    stable: some({ revision: 'api-1', percent: 100 }, { percent: 100, revision: 'api-1' }),
    decision: fc.option(
      fc.record({ reason: some('Steady', 'Held'), at: some(at(0), at(1)), nextCheck: some(at(30), at(31)) }),
      { nil: undefined },
    ),
    objectives: fc.option(
      fc.array(fc.record({ verdict: some('Healthy', 'Breaching'), reason: some('NoTraffic'), odds: some(0, 1) }), {
        maxLength: 2,
      }),
      { nil: undefined },
    ),
    memory: some({ format: 1, by: '1' }, { format: 1, by: '2' }),
  }) as fc.Arbitrary<Status>;
  const meaning = ({ decision, objectives, memory: _memory, ...rest }: Status) => {
    const { at: _at, nextCheck: _nextCheck, ...decided } = decision ?? {};
    return { ...rest, decided, verdicts: objectives?.map(({ verdict, reason }) => ({ verdict, reason })) };
  };
  fc.assert(
    fc.property(status, status, fc.constantFrom(59_999, 60_000, 599_999, 600_000), (before, next, nowMs) => {
      const crept = !same(before.objectives, next.objectives);
      const expected =
        !same(without(before, 'memory'), without(next, 'memory')) &&
        (!same(meaning(before), meaning(next)) || nowMs >= (crept ? 60_000 : 600_000));
      expect(worthWriting({ status: before, atMs: 0 }, next, nowMs)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
