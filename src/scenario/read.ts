/** Scenarios from files: what is wrong with one is told with its file, line and path. */
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { parseScenario, type Scenario } from './scenario.ts';
import { Misshapen } from './shape.ts';

const largestBytes = 1024 * 1024;

/** Throws an Error in words. */
export async function readScenario(file: string): Promise<Scenario> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file}: ${reasons[error.code ?? ''] ?? `cannot be read: ${error.message}`}`);
  });
  if (text.length > largestBytes) throw new Error(`${file}: is larger than 1 MiB; a scenario has a few lines`);
  return scenarioFrom(text, file);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; look at the path',
  EISDIR: 'is a directory; name the files in it',
  EACCES: 'may not be read; look at its permissions',
};

export function scenarioFrom(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const [error] = document.errors;
  if (error)
    throw new Error(`${file}:${lines.linePos(error.pos[0]).line}: is not valid YAML: ${error.message.split('\n')[0]}`);
  try {
    return parseScenario(document.toJS({ maxAliasCount: 50 }));
  } catch (cause) {
    if (!(cause instanceof Misshapen)) throw cause;
    throw new Misshapen(cause.message.replaceAll(/^/gm, `${file}: `), { cause });
  }
}
