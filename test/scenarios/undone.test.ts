/** What was decided and did not happen: it is made up for, or judged anew, and never taken for done. */

import { describe, expect, test } from 'vitest';
import { splitSetBy } from '../../src/facts/change.ts';
import type { Revision } from '../../src/facts/revision.ts';
import { Conflict, Refused, Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { ramping, type Stage } from './stage.ts';

/** Cloud Run with another answer to `revision` and `read`, where `instead` has one. */
const answering =
  (instead: (method: 'revision' | 'read', name: string) => Partial<Revision> | null) =>
  (real: Services): Services =>
    replacing(real, {
      read: async (ref) => {
        instead('read', '');
        return real.read(ref);
      },
      revision: async (ref, name) => {
        const changed = instead('revision', name);
        const revision = await real.revision(ref, name);
        return revision && { ...revision, ...changed };
      },
    });

const errors = {
  name: 'errors',
  targetPercent: 99.9,
  indicator: {
    ratio: {
      query: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
    },
  },
};

describe('a retreat that Cloud Run does not get to see at first', () => {
  test.each([
    { at: 'revision', error: new Unavailable('Cloud Run answered 503') },
    { at: 'read', error: new Unavailable('Cloud Run answered 503') },
    { at: 'read', error: new Conflict('The service changed while it was being judged.') },
  ] as const)('is carried out by the next pass: $error.message at $at', async ({ at, error }) => {
    let failing = false;
    const decided: string[] = [];
    const { stage, candidate } = await ramping({
      rps: 100,
      spec: { objectives: [errors] },
      onProposal: ({ write }) => {
        failing = write?.purpose === 'Retreat' && !decided.includes('Retreat');
        decided.push(write?.purpose ?? 'None');
      },
      services: answering((method) => {
        if (!failing || method !== at) return null;
        failing = false;
        throw error;
      }),
    });
    const percent = ({ status }: Stage) => status.rollout?.shares.at(-1)?.percent ?? 0;
    await stage.until(() => percent(stage) >= 15, 20);
    stage.event({ at: '0s', for: '15s', on: 'Candidate', errorPercent: 12 });
    await stage.until((status) => status.rollout?.retreat !== undefined, 5);
    await stage.run(1);
    expect(decided.filter((action) => action === 'Retreat')).toHaveLength(2);
    expect(stage.traffic).toContain(`${candidate}=1`);
    expect(percent(stage)).toBe(1);
    expect(stage.status.intent).toBeUndefined();
  });
});

test('a control that is owed to a revision which is not ready any more does not end the watch', async () => {
  let lastGood: 'well' | 'unreachable' | 'notReady' = 'well';
  let burning = false;
  const { stage, stable, candidate } = await ramping({
    onProposal: ({ write }) => {
      if (burning && write?.purpose === 'GuardControl') lastGood = lastGood === 'well' ? 'unreachable' : 'notReady';
    },
    services: answering((method, name) => {
      if (method !== 'revision' || !name.includes('-00001-') || lastGood === 'well') return null;
      if (lastGood === 'unreachable') throw new Unavailable('Cloud Run answered 503');
      return { ready: 'False', message: 'it cannot be started' };
    }),
  });
  await stage.until((status) => status.stable?.revision === candidate, 70);
  burning = true;
  stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 100 });
  await stage.run(10);
  expect(lastGood).toBe('notReady');
  expect(stage.traffic).toBe(`${candidate}=100`);
  const judgedUntil = () => Date.parse(stage.status.guard!.evidence[0]!.judgedUntil);
  const before = judgedUntil();
  await stage.run(5);
  expect(judgedUntil()).toBeGreaterThan(before);
  burning = false;
  lastGood = 'well';
  await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
  expect(stage.traffic).toBe(`${stable}=100`);
});

test('a retreat that is refused for ever does not stand before the conviction', async () => {
  let isRefusing = false;
  const { stage, stable, candidate } = await ramping({
    rps: 100,
    spec: { objectives: [errors] },
    onProposal: ({ write }) => {
      isRefusing ||= write?.purpose === 'Retreat';
    },
    services: (real) =>
      replacing(real, {
        async write(ref, change, seen) {
          if (isRefusing && splitSetBy(change)!.length > 1)
            throw new Refused('Google refused: run.services.update is missing.');
          await real.write(ref, change, seen);
        },
      }),
  });
  await stage.until((status) => (status.rollout?.shares.at(-1)?.percent ?? 0) >= 15, 20);
  stage.event({ at: '0s', for: '15s', on: 'Candidate', errorPercent: 12 });
  await stage.until((status) => status.intent?.purpose === 'Retreat', 5);
  stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 12 });
  await stage.until((status) => status.rejected?.[0]?.revision === candidate, 10);
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(stage.reasons().filter((reason) => reason === 'NotCarriedOut')).toHaveLength(1);
});
