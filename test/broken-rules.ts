/**
 * Breaks each safety rule in a copy of the source, one at a time, and sees a test fail: a test that cannot fail proves
 * nothing. `npm run test:broken-rules`; with words behind it, only the rules and purposes that hold one of them. Exit 1 when
 * a broken rule goes unnoticed, or a purpose has no rule.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Purpose, purposes } from '../src/facts/purpose.ts';
import { type Breakage, misfit } from './broken-rules/breakage.ts';
import { breakages, unbroken } from './broken-rules/table.ts';
import { whole } from './whole.ts';

const words = process.argv.slice(2);
const isMeant = ({ rule, purpose }: Breakage): boolean =>
  words.length === 0 || words.some((word) => rule.includes(word) || purpose === word);
const chosen = breakages.filter(isMeant);

const copy = mkdtempSync(join(tmpdir(), 'steadyrun-broken-'));
for (const part of ['src', 'test', 'deploy', 'crds', 'package.json', 'tsconfig.json']) {
  cpSync(part, join(copy, part), { recursive: true });
}
symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
const env = { ...process.env, ...whole, PATH: [resolve('node_modules/.bin'), process.env.PATH].join(delimiter) };

/** Who noticed, or why nobody could. */
function broken(breakage: Breakage): { readonly noticed: boolean; readonly by: string } {
  const { file, from, to, tests } = breakage;
  const path = join(copy, file);
  const whole = readFileSync(path, 'utf8');
  const wrong = misfit(breakage, whole);
  if (wrong !== null) return { noticed: false, by: wrong };
  writeFileSync(
    path,
    whole.replace(from, () => to),
  );
  const options = ['run', '--config', 'test/vitest.config.ts', '--bail', '1'];
  const run = spawnSync('vitest', [...options, ...tests], { cwd: copy, encoding: 'utf8', env });
  writeFileSync(path, whole);
  // A test that fails, and no file that cannot even be loaded.
  const failed = / FAIL {2}(.* > .*)/.exec(stripVTControlCharacters(`${run.stdout}${run.stderr}`))?.[1];
  const noticed = run.status !== 0 && failed !== undefined;
  return { noticed, by: noticed ? `noticed by: ${failed}` : 'went unnoticed' };
}

let unnoticed = 0;
try {
  for (const breakage of chosen) {
    const { rule, purpose } = breakage;
    const { noticed, by } = broken(breakage);
    if (!noticed) unnoticed++;
    console.log(`${noticed ? '✔' : '✖'} ${purpose ? `${purpose}: ` : ''}${rule}\n    ${by}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} broken rules were noticed`);
const missing = unbroken(Object.keys(purposes) as Purpose[]);
if (missing.length > 0) console.log(`✖ no rule is about ${missing.join(', ')}`);
process.exitCode = unnoticed === 0 && missing.length === 0 ? 0 : 1;
