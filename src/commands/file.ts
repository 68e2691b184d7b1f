/** Files that were named on the command line. */
import { readFile } from 'node:fs/promises';
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
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`${file}: there is no such file; look at the path`);
    if (code === 'EISDIR') throw new Error(`${file}: is a directory; name a file in it`);
    if (code === 'EACCES') throw new Error(`${file}: may not be read; look at its permissions`);
    throw new Error(`${file}: cannot be read: ${message}`);
  }
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
