/** Files that were named on the command line. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { systemTrouble } from '../facts/system-error.ts';
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
  const { message, hint } = systemTrouble(error, 'Read');
  return new Error(`${file}: ${message}; ${hint}`, { cause: error });
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
