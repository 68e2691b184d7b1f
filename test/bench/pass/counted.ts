/**
 * Counts what a look does, which no busy machine changes: the policies that it visits, and the characters of the project's
 * source that it goes through, each block as often as it is run, in which a loop over all shows wherever it is. In a process of
 * its own, since V8 counts only what it has compiled after it was asked to, and loses count of what it optimizes.
 */
import { execFile } from 'node:child_process';
import { Session } from 'node:inspector/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';

export interface Counted {
  readonly visited: number;
  readonly charactersPerLook: number;
}

/** Of one look at each of `size` policies, on average. */
export async function counted(size: number): Promise<Counted> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, String(size)]);
  return JSON.parse(stdout);
}

async function count(size: number): Promise<Counted> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  const start = () => session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  await start();
  const { Fleet } = await import('./fleet.ts');
  const fleet = await Fleet.of(size);
  await fleet.ready(size);
  const { policies } = fleet.asked;
  // To start again takes back what was optimized, and from here nothing is.
  for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);
  await start();
  await session.post('Profiler.takePreciseCoverage');
  await fleet.idle(size);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const source = new URL('../../../src/', import.meta.url).href;
  const characters = result
    .filter(({ url }) => url.startsWith(source))
    .flatMap(({ functions }) => functions.map(({ ranges }) => charactersIn(ranges)))
    .reduce((sum, one) => sum + one, 0);
  return { visited: (fleet.asked.policies - policies) / size, charactersPerLook: Math.round(characters / size) };
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** The first range is the function; each further one lies within one before it, and has a count of its own. */
function charactersIn(ranges: readonly Range[]): number {
  const around: Range[] = [];
  let characters = 0;
  for (const range of ranges) {
    while (around.length > 0 && around.at(-1)!.endOffset <= range.startOffset) around.pop();
    characters += (range.endOffset - range.startOffset) * (range.count - (around.at(-1)?.count ?? 0));
    around.push(range);
  }
  return characters;
}

if (import.meta.main) {
  console.log(JSON.stringify(await count(Number(process.argv[2]))));
  process.exit();
}
