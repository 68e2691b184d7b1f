/** `npm run tour`: runs the commands of docs/tour.md and writes what they print below them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play, stepsOf, written } from './play.ts';

const root = join(import.meta.dirname, '..', '..');
const path = join(root, 'docs', 'tour.md');
const document = await readFile(path, 'utf8');
const own = await mkdtemp(join(tmpdir(), 'steadyrun-tour-'));
try {
  const env = { ...process.env, TMPDIR: own, HOME: own, NO_COLOR: '1' };
  const printed = await play(stepsOf(document), root, env, (commands) => console.log(commands));
  await writeFile(path, written(document, printed));
} finally {
  await rm(own, { recursive: true, force: true });
}
