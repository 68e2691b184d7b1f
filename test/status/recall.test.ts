/**
 * A table of damaged, truncated, older and newer statuses: what survives, what is said, what is written. Each status is one
 * that was stored in a life that is played, with one thing done to it; then the operator is started on it.
 */
import { describe, expect, test } from 'vitest';
import { recall } from '../../src/status/read.ts';
import { toStore } from '../../src/status/write.ts';
import { oneIn } from '../whole.ts';
import { type Json, type Left, leftIn, type Phase } from './phases.ts';
import { type Moves, rows } from './table.ts';

const minutes = 4;
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** For whoever only reads. */
const lives = new Map<Phase, Promise<Left>>();
function asLeft(phase: Phase): Promise<Left> {
  const known = lives.get(phase) ?? leftIn(phase);
  lives.set(phase, known);
  return known;
}

/** What is written from there on when nothing is damaged. */
const usual = new Map<Phase, Promise<readonly string[]>>();
function asEver(phase: Phase): Promise<readonly string[]> {
  const known = usual.get(phase) ?? played(phase);
  usual.set(phase, known);
  return known;
}
async function played(phase: Phase): Promise<readonly string[]> {
  const { stage } = await leftIn(phase);
  const before = stage.splits.length;
  stage.start();
  await stage.run(minutes);
  return stage.splits.slice(before);
}

function expected({ stable, candidate }: Left, moves: Exclude<Moves, 'NoFaster'>, ever: readonly string[]): unknown {
  switch (moves) {
    case 'AsEver':
      return ever;
    case 'Nothing':
      return [];
    case 'Back':
      return [`${stable}=100`];
    case 'StartsAnew':
      return [`${stable}=99 ${candidate}=1`];
  }
}

describe.each(oneIn(4, rows))('$of: $what', ({ of, done, lost = [], newer = null, fallen = [], dropped = [] }) => {
  test('is read by section', async () => {
    const left = await asLeft(of);
    const status = copy(left.status);
    done(status, left);
    const read = recall(status);
    expect({ lost: read.lost, newer: read.newer }).toEqual({ lost, newer });
    if (newer !== null) return;
    // Whatever is believed is written again as it was.
    const { memory: _, ...stored } = copy(toStore(read.status, status, 'test'));
    const survives = Object.entries(withoutNulls(status)).filter(
      ([section]) => section !== 'memory' && !fallen.includes(section),
    );
    expect(stored).toEqual(without(Object.fromEntries(survives), dropped));
  });
});

describe.each(oneIn(28, rows))('$of: $what', ({ of, done, lost = [], newer = null, moves, held, kept }) => {
  test('is said, and nothing is written but what has to be', async () => {
    const ever = await asEver(of);
    const left = await leftIn(of);
    const { stage, passes } = left;
    const status = copy(left.status);
    done(status, left);
    const before = stage.splits.length;
    stage.policies.restatus(stage.key, status);
    stage.start();
    await stage.run(minutes);

    expect(passes.length).toBeGreaterThan(minutes - 1);
    const stalls = newer === null ? [] : ['NewerOperator'];
    const failures = new Set(passes.flatMap(({ failure }) => (failure ? [failure.reason] : [])));
    expect([...failures]).toEqual(stalls);
    expect(passes.filter(({ reported }) => !reported)).toEqual([]);
    const splits = stage.splits.slice(before);
    if (moves === 'NoFaster')
      expect(splits.map((split) => shareIn(split, left))).toSatisfy((shares: number[]) =>
        shares.every((share, i) => share <= shareIn(ever[i] ?? '', left)),
      );
    else expect(splits).toEqual(expected(left, moves, ever));

    if (held) expect(stage.status.hold?.reason).toBe(held);

    const conditions = stage.status.conditions!;
    const memory = conditions.find(({ type }) => type === 'MemoryIntact');
    if (lost.length === 0) expect(memory).toBeUndefined();
    else expect(memory).toMatchObject({ status: 'False', reason: 'MemoryLost' });
    // What people read is written anew whoever wrote it.
    const lasting =
      newer === null ? lost : lost.filter((sentence) => !/^(conditions|observedGeneration)/.test(sentence));
    for (const sentence of lasting) expect(memory!.message).toContain(sentence);
    const stalled = conditions.find(({ type }) => type === 'Stalled');
    if (newer === null) expect(stalled).toBeUndefined();
    else
      expect(stalled).toMatchObject({
        status: 'True',
        reason: 'NewerOperator',
        message: expect.stringContaining(newer),
      });

    const told = stage.reasons();
    expect(told.filter((reason) => reason === 'MemoryLost')).toHaveLength(lost.length > 0 ? 1 : 0);
    expect(told.filter((reason) => reason === 'NewerOperator')).toHaveLength(newer === null ? 0 : 1);
    expect(told.filter((reason) => reason === 'RolledBack').length).toBeLessThanOrEqual(moves === 'Back' ? 1 : 0);

    const after = stage.policies.stored(stage.key) as Json;
    if (newer !== null) {
      const { conditions, trouble, observedGeneration } = after;
      expect(after).toEqual({ ...status, conditions, trouble, observedGeneration });
      const theirs = (one: Json) => JSON.stringify(without(one, ['conditions', 'trouble', 'observedGeneration']));
      expect(theirs(after)).toBe(theirs(status));
    } else {
      expect(after.memory).toMatchObject({ format: 1, by: 'stage' });
      expect(recall(after)).toMatchObject({ lost: [], newer: null });
    }
    if (kept) {
      const [found, wanted] = kept(after) as [unknown, unknown];
      expect(found).toEqual(wanted);
    }
  });
});

const shareIn = (split: string, { candidate }: Left): number =>
  Number(new RegExp(`${candidate}=(\\d+)`).exec(split)?.[1] ?? 0);

const without = (value: Json, dropped: readonly string[]): Json =>
  JSON.parse(JSON.stringify(value, (field, inner) => (dropped.includes(field) ? undefined : inner))) as Json;

test('there are at least forty rows', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

function withoutNulls(value: Json): Json {
  return JSON.parse(JSON.stringify(value, (_, inner) => (inner === null ? undefined : inner))) as Json;
}
