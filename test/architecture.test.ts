/** Which room may know which: data flows one way, and a decision is made in a room without windows. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => normalize(file));

/** The folder of a file, or its own name where it stands at the top. */
const roomOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file);

const importsOf = (file: string): string[] =>
  [...readFileSync(join('src', file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, path]) =>
    path!.startsWith('.') ? normalize(join(dirname(file), path!)) : path!,
  );

const adapter = ['policy', 'promql', 'ports.ts', 'manifest.ts', 'decide/observation.ts'];

/** Besides its own room, and packages where they are allowed. */
const allowed: Record<string, readonly string[]> = {
  promql: ['@lezer/common', '@prometheus-io/lezer-promql'],
  policy: ['promql', 'zod', 'yaml', '../package.json'],
  decide: ['policy'],
  scenario: ['policy', 'zod', 'yaml'],
  rehearsal: ['policy', 'decide', 'scenario'],
  'ports.ts': ['policy', 'decide/observation.ts'],
  kubernetes: adapter,
  cloudrun: adapter,
  prometheus: adapter,
  report: ['policy', 'decide', 'ports.ts', 'manifest.ts', 'kubernetes/queue.ts'],
  'observe.ts': ['policy', 'decide', 'ports.ts'],
  backtest: ['policy', 'decide', 'ports.ts', 'observe.ts'],
  'act.ts': ['policy', 'decide', 'ports.ts'],
  'leave.ts': ['policy', 'decide', 'ports.ts'],
  'invalid.ts': ['policy', 'decide', 'ports.ts', 'act.ts', 'report'],
  'reconcile.ts': ['policy', 'decide', 'ports.ts', 'observe.ts', 'act.ts', 'invalid.ts', 'report'],
  'operator.ts': ['policy', 'ports.ts', 'reconcile.ts', 'leave.ts', 'kubernetes/queue.ts', 'kubernetes/objects.ts'],
};

/** Rooms in which no package may be used but those named above. */
const withoutPackages = [
  'promql',
  'policy',
  'decide',
  'ports.ts',
  'observe.ts',
  'backtest',
  'act.ts',
  'leave.ts',
  'invalid.ts',
  'reconcile.ts',
  'operator.ts',
];

describe.each(Object.keys(allowed))('%s', (room) => {
  test('imports only from the rooms below it', () => {
    const strangers = files
      .filter((file) => roomOf(file) === room && !file.startsWith('policy/generate'))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => {
        if (
          roomOf(target) === room ||
          allowed[room]!.some((name) => target === name || target.startsWith(`${name}/`))
        ) {
          return false;
        }
        const isPackage = !files.includes(target) && !target.startsWith('../');
        return !isPackage || withoutPackages.includes(room);
      });
    expect(strangers).toEqual([]);
  });
});

test('only commands and the lab itself know the lab', () => {
  const knowing = files
    .filter((file) => roomOf(file) !== 'lab' && roomOf(file) !== 'commands')
    .filter((file) => importsOf(file).some((target) => roomOf(target) === 'lab'));
  expect(knowing).toEqual([]);
});

test('the judgement has no clock, no chance, no waiting and no way out', () => {
  const impure = /\bDate\b|Math\.random|\basync\b|\bawait\b|\bPromise\b|setTimeout|process\.|console\.|globalThis/;
  const windows = files
    .filter((file) => roomOf(file) === 'decide')
    .flatMap((file) =>
      readFileSync(join('src', file), 'utf8')
        .split('\n')
        .filter((line) => impure.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(windows).toEqual([]);
});
