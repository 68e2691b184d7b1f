/** What a clock that ran ahead has left in the tuner's memory: by it nothing is kept from being done for longer than it should. */
import { expect, test } from 'vitest';
import { iso } from '../../src/facts/time.ts';
import { present } from '../../src/status/present.ts';
import type { TunerState } from '../../src/status/tuner.ts';

const nowMs = Date.parse('2026-01-05T08:00:00Z');
const dayMs = 24 * 3_600_000;

/** All that it remembers, of a time that is so far away. */
function remembering(offMs: number, untilMs = nowMs): TunerState {
  const at = iso(nowMs + offMs);
  const set = { concurrency: 20 };
  return {
    hours: [{ hour: at, peak: 3, cpu: 0, memory: 0, concurrency: 0, any: 0 }],
    until: at,
    maximum: { value: 40, since: at, ours: true },
    earlier: [{ value: 20, until: at }],
    raisedAt: at,
    scaledByHandAt: at,
    quota: { maxInstances: 100, at },
    targetsRefused: at,
    revisions: [{ name: 'api-00002-t', from: 'api-00001-a', at, set, was: set, image: 'i', outcome: 'Open' }],
    resets: [{ lever: 'concurrency', at, revision: 'api-00003-x', generation: 1 }],
    barred: [{ lever: 'concurrency', image: 'i', until: iso(untilMs) }],
    recent: [{ endMs: nowMs + offMs, full: false }],
  };
}
const after = (tuner: TunerState) => present({ tuner }, dayMs, nowMs).tuner;

test.each([-30 * dayMs, -1, 0, 59_000])('what was %d ms from now stays as it is', (offMs) => {
  expect(after(remembering(offMs))).toEqual(remembering(offMs));
});

test.each([61_000, dayMs, 300 * dayMs])('what lies %d ms ahead is now, and a minute of then was not read', (offMs) => {
  expect(after(remembering(offMs))).toEqual({ ...remembering(0), recent: [] });
});

test.each([
  [-dayMs, -dayMs],
  [6 * dayMs, 6 * dayMs],
  [7 * dayMs, 7 * dayMs],
  [8 * dayMs, 7 * dayMs],
  [300 * dayMs, 7 * dayMs],
])('a bar that ends in %d ms ends in %d', (untilMs, endsMs) => {
  expect(after(remembering(0, nowMs + untilMs))).toEqual(remembering(0, nowMs + endsMs));
});

test('what an error budget was asked for ahead of time was asked now', () => {
  const asked = (at: string) => ({ triedFor: 1, askedAt: at, until: at, acting: [], burning: [] });
  const past = (at: string) => present({ errorBudget: asked(at) }, dayMs, nowMs).errorBudget;
  expect(past(iso(nowMs + dayMs))).toEqual(asked(iso(nowMs)));
  expect(past(iso(nowMs - dayMs))).toEqual(asked(iso(nowMs - dayMs)));
});
