/** Any field of a stored status may be missing or of another type: what then happens is what the rest of it says. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decide } from '../../src/decide/decide.ts';
import { recall } from '../../src/status/read.ts';
import { toStore } from '../../src/status/write.ts';
import { isWhole } from '../whole.ts';
import { type Json, type Left, leftIn, type Phase, phases } from './phases.ts';

const names = Object.keys(phases) as Phase[];
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const left = {} as Record<Phase, Left>;

beforeAll(async () => {
  for (const name of names) left[name] = await leftIn(name);
});

type Path = readonly (string | number)[];

/** Every place in it, from the outermost to the innermost. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : [];
  const inner = Object.entries(value).flatMap(([field, content]) =>
    places(content, [...path, Array.isArray(value) ? Number(field) : field]),
  );
  return path.length > 0 ? [path, ...inner] : inner;
}

const inside = (value: unknown, path: Path): Json =>
  path.reduce((inner, step) => (inner as Json)[step] as Json, value as Json);

const others = [null, true, 0, -1, 7.5, '', 'x', '7', [], [null], [{}], {}, { revision: 'x' }] as const;
const isOther = (a: unknown, b: unknown): boolean => typeof a !== typeof b || Array.isArray(a) !== Array.isArray(b);

interface Damage {
  readonly phase: Phase;
  readonly at: number;
  /** null: the field is removed; else the index of what it is replaced by. */
  readonly by: number | null;
}
const damages = fc.record<Damage>({
  phase: fc.constantFrom(...names),
  at: fc.nat(10_000),
  by: fc.option(fc.nat(others.length - 1)),
});

function damaged(status: Json, { at, by }: Omit<Damage, 'phase'>): Json {
  const result = copy(status);
  const all = places(result);
  const path = all[at % all.length]!;
  const holder = inside(result, path.slice(0, -1));
  const field = path.at(-1)!;
  if (by === null) {
    if (Array.isArray(holder)) holder.splice(Number(field), 1);
    else delete holder[field];
  } else {
    const strange = others.filter((other) => isOther(other, holder[field]));
    holder[field] = copy(strange[by % strange.length]!);
  }
  return result;
}

describe('a status with one field removed or replaced by a value of another type', () => {
  test('is read, decided on and written in a way that can be read again', () => {
    fc.assert(
      fc.property(fc.array(damages, { minLength: 1, maxLength: 3 }), (several) => {
        const { seen, policy, nowMs, status } = left[several[0]!.phase];
        const raw = several.reduce(damaged, status);
        const read = recall(raw);
        if (read.newer !== null) return;
        const again = recall(copy(toStore(read.status, raw, 'test')));
        expect(again).toMatchObject({ lost: [], newer: null });
        const decided = decide(policy, seen, read.status, nowMs);
        expect(recall(copy(toStore(decided.state, raw, 'test')))).toMatchObject({ lost: [], newer: null });
      }),
      { numRuns: isWhole ? 1500 : 200, seed: 3 },
    );
  });

  test('never stops the loop, and moves what the part that can be read moves', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(damages, async ({ phase, ...damage }) => {
        const raw = damaged(left[phase].status, damage);
        const read = recall(raw);
        const moves = await played(phase, raw);
        expect(moves.internal).toEqual([]);
        const { rollout, guard } = read.status;
        const back = rollout?.convicted ? rollout.control : guard?.convicted ? guard.control : null;
        if (read.newer !== null) expect(moves.splits.filter((split) => split !== `${back}=100`)).toEqual([]);
        else expect(moves.splits).toEqual((await played(phase, copy(toStore(read.status, {}, 'test')))).splits);
      }),
      { numRuns: isWhole ? 15 : 2, seed: 4 },
    );
  });

  async function played(phase: Phase, status: unknown) {
    const { stage, passes } = await leftIn(phase);
    const before = stage.splits.length;
    stage.policies.restatus(stage.key, status);
    stage.start();
    await stage.run(2);
    expect(passes.length).toBeGreaterThan(0);
    const internal = passes.filter(({ failure }) => failure?.reason === 'InternalError').map(({ failure }) => failure);
    return { splits: stage.splits.slice(before), internal };
  }
});

test('a field of another version survives, in whatever object of the memory it lies', () => {
  const remembered = ['split', 'adoption', 'inspection', 'hold', 'rollout', 'guard', 'stable', 'lastGood', 'rejected'];
  const fields = fc.record({
    phase: fc.constantFrom(...names),
    at: fc.nat(10_000),
    field: fc.string({ minLength: 1 }).map((text) => `${text}!`),
    content: fc.jsonValue().filter((value) => value !== null && !JSON.stringify(value).includes('null')),
  });
  fc.assert(
    fc.property(fields, ({ phase, at, field, content }) => {
      const raw = copy(left[phase].status);
      const objects = places(raw).filter((path) => {
        const value = inside(raw, path);
        return remembered.includes(String(path[0])) && typeof value === 'object' && !Array.isArray(value);
      });
      inside(raw, objects[at % objects.length]!)[field] = content;
      const read = recall(raw);
      expect(read).toMatchObject({ lost: [], newer: null });
      const { memory: _, ...stored } = copy(toStore(read.status, raw, 'test'));
      expect(stored).toEqual(copy(raw));
    }),
    { numRuns: isWhole ? 1000 : 100, seed: 5 },
  );
});
