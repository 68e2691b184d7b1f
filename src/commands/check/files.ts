/** The files that are named on the command line, and those of the folders that are. */
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemTrouble } from '../../facts/system-error.ts';

export interface Named {
  readonly file: string;
  /** The folder by which it was found; null: it is named itself. */
  readonly folder: string | null;
}

/** Each once; what is named itself stays so where its folder is named, too. */
export async function filesOf(names: readonly string[]): Promise<{ named: Named[]; folders: string[] }> {
  const found: Named[] = [];
  const folders: string[] = [];
  for (const name of names) {
    const isFolder = name !== '-' && (await stat(name).catch(() => null))?.isDirectory();
    if (!isFolder) found.push({ file: name, folder: null });
    else {
      folders.push(name);
      found.push(...(await within(name)).map((file) => ({ file, folder: name })));
    }
  }
  const own = new Set(found.filter(({ folder }) => folder === null).map(({ file }) => placeOf(file)));
  const others = found.filter(({ file, folder }) => folder === null || !own.has(placeOf(file)));
  return { named: [...new Map(others.map((one) => [placeOf(one.file), one])).values()], folders };
}

const placeOf = (file: string): string => (file === '-' ? file : resolve(file));

/** Hidden folders and installed packages hold nobody's policies; a link to a folder may lead in a circle. */
async function within(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const { message, hint } = systemTrouble(cause, 'Read');
    throw new Error(`${folder}: ${message}; ${hint}`, { cause });
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) found.push(...(await within(path)));
    else if (/\.(ya?ml|json)$/i.test(entry.name) && (await stat(path).catch(() => null))?.isFile()) found.push(path);
  }
  return found;
}

/** A hundred policies as kubectl prints them, with all that is remembered of each; a hostile one of it takes seconds. */
const limitBytes = 1024 * 1024;

export type Bytes =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly message: string; readonly hint: string; readonly beginning: string };

export async function bytesOf(file: string, stdin: AsyncIterable<Uint8Array>): Promise<Bytes> {
  try {
    const bytes = await readAtMost(file, stdin);
    if (bytes.length <= limitBytes) return { ok: true, bytes };
    const beginning = bytes.toString('latin1', 0, 200);
    const hint = 'a policy has a few kilobytes; split the file, or take a namespace at a time';
    return { ok: false, message: 'is larger than 1 MiB', hint, beginning };
  } catch (error) {
    return { ok: false, ...systemTrouble(error, 'Read'), beginning: '' };
  }
}

/** The first bytes, one more than the limit at most, so that even an endless file is read in no time. */
async function readAtMost(file: string, stdin: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (file !== '-') {
    await using handle = await open(file);
    return await firstBytes(handle.createReadStream({ end: limitBytes, autoClose: false }));
  }
  return await firstBytes(stdin);
}

async function firstBytes(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limitBytes) break;
  }
  return Buffer.concat(chunks);
}
