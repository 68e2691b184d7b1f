/** What the tuner remembers of a revision that it has made, once it is seen in the service. */
import { expect, test } from 'vitest';
import { nothingYet } from '../../../src/decide/tuning/memory.ts';
import { tuning } from '../../../src/decide/tuning/tuning.ts';
import { iso } from '../../../src/facts/time.ts';
import type { TuningRevision } from '../../../src/status/tuner.ts';
import { availability, validPolicy } from '../../policy/valid.ts';

const nowMs = Date.parse('2026-01-05T08:00:00Z');
const image = 'registry.example/app:v1';
const [set, was] = [{ concurrency: 55 }, { concurrency: 80 }];

const made = (name: string, from: string, outcome: string): TuningRevision => ({
  name,
  from,
  at: iso(nowMs),
  set,
  was,
  image,
  outcome,
});

const serving = { revision: 'api-00001-aaa', since: iso(nowMs), concurrency: 80, cpus: 1, memoryMib: 512, image };

function confirmed(purpose: 'Tune' | 'PutBack', from: string, ...revisions: TuningRevision[]) {
  const known = { tuner: { ...nothingYet(nowMs), serving, revisions } };
  const change = { kind: 'Template', revision: 'api-t9', from, set: purpose === 'Tune' ? set : was } as const;
  const at = { policy: validPolicy([availability], { tuning: { mode: 'Auto' } }), known, nowMs } as never;
  return tuning.confirm(at, { purpose, change, reason: 'Saturated' }).tuner!.revisions[0];
}

test('the first of a template is open, and knows what it was made from', () => {
  expect(confirmed('Tune', 'api-00001-aaa')).toMatchObject({ name: 'api-t9', set, was, outcome: 'Open' });
});

test('one that undoes another is no attempt, and knows what it undid', () => {
  const undone = confirmed('PutBack', 'api-t3', made('api-t3', 'api-00001-aaa', 'RolledBack'));
  expect(undone).toMatchObject({ set: was, was: set, outcome: 'PutBack' });
});

test('one that is made of a template that was put back is an attempt like the first', () => {
  const earlier = [made('api-t4', 'api-t3', 'PutBack'), made('api-t3', 'api-00001-aaa', 'RolledBack')];
  expect(confirmed('Tune', 'api-t4', ...earlier)).toMatchObject({ set, was, outcome: 'Open' });
});
