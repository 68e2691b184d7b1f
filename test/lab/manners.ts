/**
 * Which Cloud Run the tests' worlds are: nobody outside of Google knows whether a stale etag is refused and whether
 * `latestReadyRevision` lags, so what the operator promises has to hold either way. This is the one place that reads
 * STEADYRUN_LAB_WORLD: none, or one or more of the words below with a + between. A test whose subject is one of them says
 * its own.
 */
import { type Manners, usualManners } from '../../src/lab/world/manners.ts';

const words: Readonly<Record<string, Partial<Manners>>> = {
  Ignored: { etags: 'Ignored' },
  Lags: { latestReady: 'Lags' },
};

export function mannersOf(text: string): Manners {
  const named = text.split('+').filter((word) => word !== '');
  const strange = named.find((word) => !Object.hasOwn(words, word));
  if (strange !== undefined) {
    throw new Error(`STEADYRUN_LAB_WORLD: '${strange}' is none of ${Object.keys(words).join(', ')}`);
  }
  return Object.assign({}, usualManners, ...named.map((word) => words[word]));
}

export const manners = mannersOf(process.env.STEADYRUN_LAB_WORLD ?? '');

/** The same for a lab that is a process of its own. */
export const labFlags = ['--etags', manners.etags, '--latest-ready', manners.latestReady] as const;
