/** `npm run generate`: writes the CRD, its copy for deploy/base and the reference pages. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exampleFile, generatedFiles } from './files.ts';

const root = join(import.meta.dirname, '..', '..');

const example = await readFile(join(root, exampleFile), 'utf8');
for (const [path, text] of Object.entries(generatedFiles(example))) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  console.log(path);
}
