/** Files that were named on the command line. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { checkPolicies } from '../policy/check/policies.ts';
import { findingText } from '../policy/check/yaml.ts';
import type { Policy } from '../policy/policy.ts';

/** Throws a sentence that names the file. */
export const textOf = async (file: string): Promise<string> => (await bytesOf(file)).toString('utf8');

/** Throws a sentence that names the file. */
export async function bytesOf(file: string): Promise<Buffer> {
  try {
    if (file !== '-') return await readFile(file);
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    throw unread(file, error);
  }
}

/** Its lines one after the other, however many there are. Throws a sentence that names the file. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw unread(file, error);
  }
}

function unread(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Error(`${file}: there is no such file; look at the path`);
  if (code === 'EISDIR') return new Error(`${file}: is a directory; name a file in it`);
  if (code === 'EACCES') return new Error(`${file}: may not be read; look at its permissions`);
  return new Error(`${file}: cannot be read: ${message}`);
}

/** The one policy of a file. Throws a sentence that names the file, the place and what to write instead. */
export async function policyIn(file: string): Promise<Policy> {
  const { policies, findings } = checkPolicies(await textOf(file));
  const [finding, ...others] = findings;
  if (finding) {
    const more = others.length === 0 ? '' : `; and ${others.length} more: steadyrun check ${file} names them all`;
    throw new Error(`${findingText(file, finding)}${more}`);
  }
  if (policies.length !== 1) throw new Error(`${file} holds ${policies.length} policies: give a file that holds one`);
  return policies[0]!.policy;
}
