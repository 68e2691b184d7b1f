/** Which revision is the newest that is ready, over all that a service and its revisions may say of themselves. */
import { expect, test } from 'vitest';
import { isNewer, withNewestReady } from '../../src/decide/newest.ts';
import { newcomer } from '../../src/decide/traffic/newcomer.ts';
import type { Revision } from '../../src/facts/revision.ts';
import type { Service } from '../../src/facts/service.ts';
import type { Status } from '../../src/status/status.ts';

const [old, between, newest] = ['api-00001-aaa', 'api-00002-bbb', 'api-00003-ccc'];
const at = '2026-01-05T08:00:00.000Z';

const serviceOf = (latestCreated: string | null, latestReady: string | null): Service => ({
  ref: { project: 'acme', region: 'europe-west1', name: 'api' },
  uid: 'uid-1',
  etag: '"1"',
  generation: 3,
  settled: true,
  traffic: [{ revision: old, percent: 100 }],
  latestCreated,
  latestReady,
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'ada@example.com',
});
const revisionOf = (ready: Revision['ready']): Revision => ({ name: newest, createdAtMs: 0, ready, message: '' });

const base: Status = { stable: { revision: old, percent: 100 } };
const memories: readonly (readonly [what: string, known: Status, isJudged: boolean])[] = [
  ['nothing', base, false],
  ['that it is stable', { ...base, stable: { revision: newest, percent: 100 } }, true],
  ['that it was rejected', { ...base, rejected: [{ revision: newest, at, reason: 'Aborted' }] }, true],
  ['that it was withdrawn', { ...base, withdrawn: { revision: newest, at, reason: 'CandidateSilent' } }, true],
  ['that it waits', { ...base, withdrawn: { revision: newest, at, reason: 'MetricsOutage' } }, false],
];
/** What is known of the newest revision's own word; undefined: it was not asked. */
const words = ['True', 'False', 'Unknown', 'gone', undefined] as const;
const grid = memories.flatMap(([what, known, isJudged]) =>
  words.flatMap((word) =>
    [old, between, newest, null].map((says) => ({
      what,
      known,
      isJudged,
      word,
      says: says ?? 'none',
      latestReady: says,
    })),
  ),
);

test.each(grid)(
  'its own word is $word, the service names $says, remembered is $what',
  ({ known, isJudged, word, latestReady }) => {
    const revisions = word === undefined ? {} : { [newest]: word === 'gone' ? null : revisionOf(word) };
    const seen = withNewestReady(serviceOf(newest, latestReady), revisions, known);
    const isReady = word === 'True' || isJudged || latestReady === newest;
    expect(seen.latestReady).toBe(isReady ? newest : latestReady);
    expect({ ...seen, latestReady }).toEqual(serviceOf(newest, latestReady));
    // Twice is once: the second time it knows no more.
    expect(withNewestReady(seen, revisions, known)).toEqual(seen);
    if (word === 'True' && !isJudged) expect(newcomer(seen, known)).toBe(newest);
    if (isJudged) expect(newcomer(seen, known)).toBeNull();
  },
);

test('a service without a revision has none', () => {
  expect(withNewestReady(serviceOf(null, null), {}, base).latestReady).toBeNull();
});

test.each([
  { seen: [newest, newest], now: [newest, newest], is: false, what: 'nothing has changed' },
  { seen: [newest, newest], now: [newest, old], is: false, what: 'the service still lags behind what is known' },
  { seen: [between, between], now: [newest, between], is: true, what: 'one was created' },
  { seen: [between, between], now: [newest, newest], is: true, what: 'one was created, and is ready' },
  { seen: [newest, between], now: [newest, newest], is: true, what: 'the one that was not has become ready' },
  { seen: [newest, between], now: [newest, between], is: false, what: 'the one that was not ready is not' },
] as const)('there is something newer than when it was seen: $what', ({ seen, now, is }) => {
  expect(isNewer(serviceOf(...now), serviceOf(...seen))).toBe(is);
});
