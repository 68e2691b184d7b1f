/** What a pin of a service that follows LATEST goes to: it must move no traffic, whatever the service names as ready. */

import { expect, test } from 'vitest';
import { withNewestReady } from '../../src/decide/newest.ts';
import { latest } from '../../src/decide/traffic/latest.ts';
import { splitSetBy } from '../../src/facts/change.ts';
import type { Service } from '../../src/facts/service.ts';
import { validPolicy } from '../policy/valid.ts';

const policy = validPolicy();
const [old, newest] = ['api-00001-aaa', 'api-00002-bbb'];

const serviceOf = (latestReady: string | null, latestServes: string | null): Service => ({
  ref: policy.service,
  uid: 'uid-1',
  etag: '"1"',
  generation: 2,
  settled: false,
  traffic: [{ revision: null, percent: 100 }],
  latestCreated: newest,
  latestReady,
  latestServes,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'ada@example.com',
});

test.each([
  { ready: 'True', says: newest, serves: newest, pinned: newest, what: 'all agree' },
  { ready: 'True', says: newest, serves: old, pinned: old, what: 'the newest is ready, and the old one still serves' },
  { ready: 'True', says: old, serves: old, pinned: old, what: 'the same, and the service lags' },
  { ready: 'True', says: old, serves: newest, pinned: newest, what: 'the newest serves, and the service lags' },
  { ready: 'True', says: old, serves: null, pinned: newest, what: 'nothing says what serves, and the service lags' },
  { ready: 'False', says: old, serves: null, pinned: old, what: 'nothing says what serves, and the newest failed' },
  { ready: 'Unknown', says: old, serves: null, pinned: old, what: 'nothing says what serves, and the newest starts' },
  { ready: 'False', says: null, serves: null, pinned: undefined, what: 'nothing is ready' },
] as const)('a pin is to what LATEST stands for: $what', ({ ready, says, serves, pinned }) => {
  const revisions = { [newest]: { name: newest, createdAtMs: 0, ready, message: '' } };
  const service = withNewestReady(serviceOf(says, serves), revisions, {});
  const seen = { service, revisions, objectives: {} };
  const { write } = latest({ policy, seen, service, known: {}, nowMs: 0 });
  expect(write && splitSetBy(write.change)).toEqual(pinned && [{ revision: pinned, percent: 100 }]);
  expect(write?.needs ?? []).toEqual(pinned === undefined ? [] : [pinned]);
});
