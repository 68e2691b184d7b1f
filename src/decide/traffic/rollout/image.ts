/**
 * A revision that was made to tune runs the code that serves, or gets no traffic: a tag of an image is looked up anew with each
 * revision, and may point to other code by then.
 */
import { isByDigest } from '../../../facts/settings.ts';
import { reject } from '../../../status/edit.ts';
import { cadence } from '../../cadence.ts';
import type { Case } from '../../case.ts';
import { tunedRevision } from '../../tuned.ts';
import { type TrafficOutcome, wait } from '../outcome.ts';

/** Which code a revision runs may be told late, but not for ever. */
const patienceMs = 10 * 60_000;

/** What keeps a tuning revision from its first traffic; null: nothing. */
export function otherCode(at: Case, name: string): TrafficOutcome | null {
  const { seen, known, nowMs } = at;
  const [made, stable] = [seen.revisions[name], known.stable?.revision ?? ''];
  const own = tunedRevision(known, name);
  if (!made || !own || own.outcome === 'Promoted' || isByDigest(made.settings?.image ?? '')) return null;
  const [ours, theirs] = [seen.digests?.[name] ?? null, seen.digests?.[stable] ?? null];
  if (ours !== null && ours === theirs) return null;
  const isOpen = ours === null || theirs === null;
  if (isOpen && nowMs - made.createdAtMs < patienceMs) {
    return wait(known, `${name} waits at 0 % until it is known that it runs the code of ${stable}.`);
  }
  const found = isOpen
    ? `which code ${ours === null ? name : stable} runs cannot be read`
    : `it runs ${ours}, and ${stable} runs ${theirs}`;
  const message = `${name} was made to tune, and gets no traffic: ${found}. The template is put back as it was.`;
  return {
    state: reject(known, name, 'ImageMoved', nowMs),
    reason: 'ImageMoved',
    message,
    // The template is put back in this very look, which is what is decided then.
    events: [{ type: 'Warning', reason: 'ImageMoved', action: 'None', message }],
    lookInMs: cadence.settlingMs,
  };
}
