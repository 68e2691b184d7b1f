/** The README's picture is of what is there now. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pictures } from './picture/pictures.ts';

const drawn = pictures();

test('both are what is drawn; `npm run picture` draws them anew', async () => {
  for (const [path, svg] of Object.entries(drawn)) expect(await readFile(path, 'utf8'), path).toBe(svg);
});

test('the README shows the one in the light and the other in the dark', async () => {
  const readme = await readFile('README.md', 'utf8');
  for (const path of Object.keys(drawn)) expect(readme).toContain(path);
});
