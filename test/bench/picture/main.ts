/** `npm run picture`: plays two days of one service, untuned and tuned, and draws the README's picture of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictures } from './pictures.ts';

const root = join(import.meta.dirname, '..', '..', '..');

for (const [path, svg] of Object.entries(pictures())) {
  await writeFile(join(root, path), svg);
  console.log(path);
}
