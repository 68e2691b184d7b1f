/** The table of the README: whatever a condition says that is not fine is seen in every place that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columns } from '../../src/policy/crd.ts';
import { sentences, story } from '../../src/report/story.ts';
import { table } from '../../src/report/table.ts';
import { type Condition, type ConditionType, well } from '../../src/status/condition.ts';
import { troublesOf, troubleText } from '../../src/status/trouble.ts';
import { ago, nowMs, policy, ramping, steady } from './statuses.ts';

const readme = readFileSync(join(import.meta.dirname, '../../src/report/README.md'), 'utf8');
const rows = [...readme.matchAll(/^\| `(\w+)=(True|False)` +\| [^|]+\| `(\w+)` +\| `TROUBLE` +\|$/gm)].map(
  ([, type, status, label]) => ({ type: type as ConditionType, status: status as 'True' | 'False', label: label! }),
);

const saying = (type: string, status: 'True' | 'False'): Condition => ({
  type,
  status,
  reason: 'SomeReason',
  message: 'It is not as it should be.',
  lastTransitionTime: ago(1),
});

test('it has a line for each condition there is', () => {
  expect(rows.map(({ type }) => type).sort()).toEqual(Object.keys(well).sort());
  for (const { type, status } of rows) expect(status).not.toBe(well[type]);
});

describe.each(rows)('$type=$status', ({ type, status, label }) => {
  test.each([
    ['a steady service', steady],
    ['a rollout', ramping],
    ['nothing known', {}],
  ])('is seen everywhere, with %s', (_, known) => {
    const seen = { ...known, conditions: [saying(type, status)] };
    const told = { name: 'api', status: seen };
    const line = `${label.padEnd(7)}SomeReason: It is not as it should be.`;
    expect(story(told, nowMs).map((one) => one.trim())).toContain(line);
    expect(sentences(told, nowMs, 200)).toContain(line);
    expect(table([policy('api', { status: { ...seen } })], nowMs).at(-1)).toContain('SomeReason');
    expect(troubleText(seen)).toBe('SomeReason');
  });

  test('is not seen when all is well', () => {
    const fine = { ...steady, conditions: [saying(type, well[type])] };
    expect(troublesOf(fine)).toEqual([]);
    expect(story({ name: 'api', status: fine }, nowMs).join('\n')).not.toContain('SomeReason');
  });
});

test('what the decision says already is not said twice', () => {
  const { reason, message } = ramping.decision!;
  const conditions = [{ ...saying('Ready', 'False'), reason, message }];
  const lines = story({ name: 'api', status: { ...ramping, conditions } }, nowMs, 400).filter((line) =>
    line.includes(message),
  );
  expect(lines).toHaveLength(1);
});

test('that a rollout is under way is no trouble', () => {
  const conditions = [{ ...saying('Reconciling', 'True'), reason: ramping.decision!.reason }];
  expect(troublesOf({ ...ramping, conditions })).toEqual([]);
});

test('kubectl shows the same', () => {
  expect(columns).toContainEqual(
    expect.objectContaining({ name: 'Trouble', jsonPath: '.status.trouble', priority: 0 }),
  );
});
