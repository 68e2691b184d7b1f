/** Which room may know which: data flows one way, and a decision is made in a room without windows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circles, importsOf, plan, strangers } from './architecture/house.ts';

const imports = importsOf('src');
const files = Object.keys(imports);
const filesOf = (room: string): string[] => files.filter((file) => file === room || file.startsWith(`${room}/`));

test('every room imports only from the rooms below it', () => {
  expect(strangers(imports)).toEqual([]);
});

test('no folder and no file imports in a circle, at any level', () => {
  expect(circles(imports)).toEqual([]);
});

test('every room of the plan is there', () => {
  expect(Object.keys(plan).filter((room) => filesOf(room).length === 0)).toEqual([]);
});

test('only commands and the lab itself know the lab', () => {
  const knowing = files
    .filter((file) => !filesOf('lab').includes(file) && !filesOf('commands').includes(file))
    .filter((file) => imports[file]!.some((target) => target.startsWith('lab/')));
  expect(knowing).toEqual([]);
});

test('the judgement has no clock, no chance, no waiting and no way out', () => {
  const impure = /\bDate\b|Math\.random|\basync\b|\bawait\b|\bPromise\b|setTimeout|process\.|console\.|globalThis/;
  const windows = filesOf('decide').flatMap((file) =>
    readFileSync(join('src', file), 'utf8')
      .split('\n')
      .filter((line) => impure.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(windows).toEqual([]);
});

describe('an import that is turned round', () => {
  /** One arrow of the house, between two rooms of the plan. */
  const arrows = files.flatMap((file) =>
    imports[file]!.filter((target) => target in imports && roomOf(target) !== roomOf(file)).map((target) => ({
      from: roomOf(file),
      to: roomOf(target),
      file,
      target,
    })),
  );
  const oneEach = [...new Map(arrows.map((arrow) => [`${arrow.from} <- ${arrow.to}`, arrow])).values()];

  function roomOf(file: string): string {
    const rooms = Object.keys(plan).filter((room) => file === room || file.startsWith(`${room}/`));
    return rooms.sort((a, b) => b.length - a.length)[0] ?? file.split('/')[0]!;
  }

  test.each(oneEach)('$from <- $to: is noticed', ({ file, target }) => {
    const turned = { ...imports, [target]: [...imports[target]!, file] };
    expect([...strangers(turned), ...circles(turned)].length).toBeGreaterThan(0);
  });

  test.each([
    ['decide/evidence/judge.ts', 'decide/outcome.ts'],
    ['decide/outcome.ts', 'decide/traffic/ownership.ts'],
    ['decide/traffic/rollout/rolling.ts', 'decide/traffic/guard/guarding.ts'],
    ['decide/traffic/ownership.ts', 'decide/decide.ts'],
    ['facts/split.ts', 'status/edit.ts'],
    ['status/edit.ts', 'policy/policy.ts'],
    ['policy/policy.ts', 'decide/decide.ts'],
    ['decide/decide.ts', 'ports/clock.ts'],
    ['cloudrun/services.ts', 'decide/decide.ts'],
    ['prometheus/metrics.ts', 'loop/reconcile.ts'],
    ['loop/reconcile.ts', 'report/log.ts'],
    ['kubernetes/http/rest.ts', 'kubernetes/watch/reflector.ts'],
    ['facts/split.ts', 'zod'],
    ['loop/reconcile.ts', 'pino'],
  ])('%s that imports %s is noticed', (file, target) => {
    expect(imports).toHaveProperty([file]);
    const turned = { ...imports, [file]: [...imports[file]!, target] };
    expect([...strangers(turned), ...circles(turned)].length).toBeGreaterThan(0);
  });
});

test('every file says in its first line what it is', () => {
  expect(files.filter((file) => !readFileSync(join('src', file), 'utf8').startsWith('/**'))).toEqual([]);
});
