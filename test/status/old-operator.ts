/**
 * The operator as it was when it read its status all or nothing, built from this repository's own history into one file.
 * Where the history does not reach back so far, as in a shallow clone, there is none.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';

export const oldCommit = 'd659d5f';

export interface OldOperator {
  /** What `node` runs. */
  readonly file: string;
  /** The CRD that was installed with it. */
  readonly crd: unknown;
  /** Deletes what was built. */
  close(): void;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const git = (...args: string[]) => run('git', ['-C', root, ...args]);

export async function hasHistory(): Promise<boolean> {
  return git('cat-file', '-e', `${oldCommit}^{commit}`).then(
    () => true,
    () => false,
  );
}

export async function buildOldOperator(): Promise<OldOperator> {
  const folder = mkdtempSync(join(tmpdir(), 'steadyrun-old-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  const tree = join(folder, 'tree');
  const file = join(folder, 'steadyrun.mjs');
  try {
    await git('worktree', 'add', '--detach', tree, oldCommit);
    try {
      symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
      await run(process.execPath, ['deploy/bundle.js', 'src/main.ts', file], { cwd: tree });
      return { file, crd: parse(readFileSync(join(tree, 'crds/slopolicies.steadyrun.dev.yaml'), 'utf8')), close };
    } finally {
      await git('worktree', 'remove', '--force', tree);
    }
  } catch (error) {
    close();
    throw error;
  }
}
