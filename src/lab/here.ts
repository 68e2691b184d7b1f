/** Which labs run on this machine: each has a folder for its files among the temporary ones, and its address in it. */
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'steadyrun-lab-';
const addressFile = 'address';

/** Throws a sentence that names the place. */
export async function newFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (cause) {
    throw new Error(`no folder for the lab's files can be made in ${tmpdir()}; set TMPDIR to one you may write to`, {
      cause,
    });
  }
}

export const leaveAddress = (folder: string, url: string): Promise<void> => writeFile(join(folder, addressFile), url);

/** Also those of labs that were killed and could not clear away; the newest last. */
export async function addressesHere(): Promise<readonly string[]> {
  const names = await readdir(tmpdir()).catch(() => []);
  const folders = names.filter((name) => name.startsWith(prefix)).sort();
  const addresses = folders.map((name) => readFile(join(tmpdir(), name, addressFile), 'utf8').catch(() => null));
  return [...new Set((await Promise.all(addresses)).filter((address) => address !== null))];
}
