/** `spec.tuning`: what follows from what is left out, every bound of every field, and what contradicts itself. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { admit } from '../../src/policy/admit.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { parsePolicy, storedPolicy } from '../../src/policy/parse.ts';
import { minimal } from './invalid.ts';
import { validPolicy } from './valid.ts';

const database = { name: 'cloudsql-main', max: 250, reserve: 30, perInstance: 10 };
const withTuning = (tuning: unknown) => ({ ...minimal, spec: { ...minimal.spec, tuning } });
const tuningOf = (tuning: unknown) => validPolicy(undefined, { tuning }).tuning;
const checked = (tuning: unknown) => checkPolicies(stringify(withTuning(tuning), { version: '1.1' }));

/** What is said of it by everybody who may be asked. */
function refusalOf(tuning: unknown) {
  const raw = withTuning(tuning);
  const parsed = parsePolicy(raw);
  const { findings } = checked(tuning);
  expect({ parsed: parsed.ok, admitted: admit(raw).ok }).toEqual({
    parsed: findings.length === 0,
    admitted: findings.length === 0,
  });
  return findings.map(({ path, message, hint }) => ({ path: path.replace('spec.tuning.', ''), message, hint }));
}

describe('The mode', () => {
  const modes = ['Off', 'Recommend', 'ServiceLevel', 'Auto'];
  test.each([
    ['nothing at all', undefined, 'Recommend'],
    ['nothing of connections', { maxSaturationPercent: 70 }, 'Recommend'],
    ['no connections', { connections: [] }, 'ServiceLevel'],
    ['a database', { connections: [database] }, 'ServiceLevel'],
  ])('follows from what is said of connections: %s', (_, tuning, mode) => {
    expect(tuningOf(tuning).mode).toBe(mode);
  });

  const grid = modes.flatMap((mode) => [undefined, [], [database]].map((connections) => ({ mode, connections })));
  test.each(grid)('is what is written: $mode with $connections', (tuning) => {
    expect(tuningOf(tuning)).toMatchObject({ mode: tuning.mode, connections: tuning.connections ?? null });
  });

  test.each(grid)('is obeyed, with a hint where a database may be forgotten: $mode with $connections', (tuning) => {
    const { findings, notes } = checked(tuning);
    const writes = tuning.mode === 'ServiceLevel' || tuning.mode === 'Auto';
    expect(findings).toEqual([]);
    expect(notes.map(({ path }) => path)).toEqual(
      writes && tuning.connections === undefined ? ['spec.tuning.mode'] : [],
    );
    for (const { message } of notes) expect(message).toContain('connections: [] says that there is nothing');
  });
});

test('Off without quotes is no word to YAML, and what to write is said', () => {
  const { findings } = checkPolicies(stringify(withTuning({ mode: 'Off' })).replace('"Off"', 'Off'));
  expect(findings).toMatchObject([{ path: 'spec.tuning.mode', hint: 'put it in quotes: mode: "Off"' }]);
});

test('Nothing is tuned by a policy that cannot be obeyed', () => {
  const { spec } = storedPolicy(withTuning({ mode: 'Automatic', connections: [database] }));
  expect(spec).toMatchObject({ ok: false, readable: { tuning: { mode: 'Off', connections: null } } });
});

/** Every number, with the least and the most that it may be. */
const numbers: readonly [field: string, least: number, most: number, with_: (value: unknown) => unknown][] = [
  ['maxSaturationPercent', 30, 95, (value) => ({ maxSaturationPercent: value })],
  ...(
    [
      ['maxInstances', 1, 10_000],
      ['minInstances', 0, 10_000],
      ['concurrency', 1, 1000],
      ['scalingTargets', 10, 95],
    ] as const
  ).flatMap(([lever, least, most]) =>
    ['min', 'max'].map((end): [string, number, number, (value: unknown) => unknown] => [
      `${lever}.${end}`,
      least,
      most,
      (value) => ({ [lever]: { [end]: value } }),
    ]),
  ),
  ['connections[0].max', 1, 1_000_000, (max) => ({ connections: [{ ...database, max, reserve: 0, perInstance: 1 }] })],
  ['connections[0].reserve', 0, 1_000_000, (reserve) => ({ connections: [{ ...database, max: 1e6, reserve }] })],
  [
    'connections[0].perInstance',
    1,
    100_000,
    (perInstance) => ({ connections: [{ ...database, max: 1e6, perInstance }] }),
  ],
];

describe.each(numbers)('%s', (field, least, most, with_) => {
  const accepted = [...new Set([least, least + 1, most - 1, most])].filter(
    // So many in reserve leave nothing for an instance: another rule says so.
    (value) => field !== 'connections[0].reserve' || value < 999_990,
  );
  test.each(accepted)('may be %d', (value) => {
    expect(refusalOf(with_(value))).toEqual([]);
  });

  test.each([least - 1, most + 1, -1, 1e9])('may not be %d', (value) => {
    const [refusal, ...others] = refusalOf(with_(value)).filter(({ path }) => path === field);
    expect(refusal).toMatchObject({ message: `must be a whole number from ${least} to ${most}, not ${value}` });
    expect(refusal!.hint).toMatch(/^for example /);
    expect(others).toEqual([]);
  });

  test.each([least + 0.5, '50', true, []])('may not be %j', (value) => {
    expect(refusalOf(with_(value)).map(({ path }) => path)).toEqual([field]);
  });
});

describe('Bounds', () => {
  const levers = { maxInstances: [1, 200], minInstances: [0, 20], concurrency: [1, 1000], scalingTargets: [30, 90] };
  const message = 'min must not be greater than max';

  test.each(Object.entries(levers))('of %s are in order, or refused with the order that was meant', (lever, ends) => {
    const [low, high] = ends as [number, number];
    for (const bounds of [{}, { min: low }, { max: high }, { min: low, max: high }, { min: high, max: high }])
      expect(refusalOf({ [lever]: bounds })).toEqual([]);
    expect(refusalOf({ [lever]: { min: high, max: low } })).toEqual([
      { path: lever, message, hint: `write {min: ${low}, max: ${high}}, or remove one of them` },
    ]);
    expect(refusalOf({ [lever]: { min: low + 1, max: low } })).toHaveLength(1);
  });

  test('are kept as far as they are written, and what is left out is nothing', () => {
    const written = tuningOf({ maxInstances: { max: 9 }, scalingTargets: { min: 40, max: 60 }, concurrency: {} });
    expect(written).toMatchObject({
      maxInstances: { max: 9 },
      minInstances: null,
      concurrency: {},
      scalingTargetsPercent: { min: 40, max: 60 },
    });
    expect(written.maxInstances?.min).toBeUndefined();
  });

  test.each([
    [20, 20, true],
    [21, 20, false],
    [20, 21, true],
    [5, undefined, true],
    [undefined, 5, true],
  ])('ask for no more instances than there may be: at least %s kept, at most %s', (least, most, fine) => {
    const tuning = { minInstances: { min: least }, maxInstances: { max: most } };
    const refusals = refusalOf(JSON.parse(JSON.stringify(tuning)));
    expect(refusals).toHaveLength(fine ? 0 : 1);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ message: 'minInstances.min must not be greater than maxInstances.max' });
  });
});

describe('Connections', () => {
  const message = 'not even one instance can connect: what max leaves beside reserve must be at least perInstance';

  test.each([
    [250, 30, 10, true],
    [40, 30, 10, true],
    [39, 30, 10, false],
    [10, 0, 10, true],
    [9, 0, 10, false],
    [10, 10, 1, false],
    [10, 11, 1, false],
    [1, 0, 1, true],
  ])('%d with %d in reserve are enough for an instance of %d: %s', (max, reserve, perInstance, enough) => {
    const refusals = refusalOf({ connections: [{ name: 'db', max, reserve, perInstance }] });
    if (enough) expect(refusals).toEqual([]);
    else {
      const left = Math.max(0, max - reserve);
      const hint = `${max} without ${reserve} leaves ${left} for instances of ${perInstance}: raise max to ${reserve + perInstance} or more, or lower reserve or perInstance`;
      expect(refusals).toEqual([{ path: 'connections[0]', message, hint }]);
    }
  });

  test('need no reserve', () => {
    const { reserve: _, ...rest } = database;
    expect(tuningOf({ connections: [rest] }).connections).toEqual([{ ...database, reserve: 0 }]);
  });

  test.each(['name', 'max', 'perInstance'])('need their %s', (field) => {
    const { [field]: _, ...rest } = database as Record<string, unknown>;
    expect(refusalOf({ connections: [rest] })).toMatchObject([
      { path: `connections[0].${field}`, message: 'is required' },
    ]);
  });

  test('have names of their own', () => {
    expect(refusalOf({ connections: [database, { ...database, max: 90 }] })).toEqual([
      {
        path: 'connections[1].name',
        message: 'there are already connections named cloudsql-main',
        hint: 'give it a name of its own',
      },
    ]);
  });

  test('are 20 at most', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => ({ ...database, name: `db-${n}` }));
    expect(refusalOf({ connections: many(20) })).toEqual([]);
    expect(refusalOf({ connections: many(21) })).toMatchObject([
      { path: 'connections', message: 'must have 0 to 20 items, not 21' },
    ]);
  });

  test.each([
    [19, 200, []],
    [21, 200, ['spec.tuning.maxInstances.min']],
  ])('leave room for the least maximum, or it is said: %d', (min, max, paths) => {
    const { findings, notes } = checked({ connections: [{ ...database, max: 240 }], maxInstances: { min, max } });
    expect(findings).toEqual([]);
    expect(notes.map(({ path }) => path)).toEqual(paths);
  });
});
