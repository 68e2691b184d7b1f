/**
 * A rollback whose status, event or read-back fails, in each of the ways that a port can fail, before and after: the reason,
 * the figures and exactly one warning are there in the end, and the rollback waited for none of them.
 */

import { describe, expect, test } from 'vitest';
import { type Change, splitSetBy } from '../../src/facts/change.ts';
import { Conflict, OutcomeUnknown, Unavailable } from '../../src/ports/errors.ts';
import type { Policies } from '../../src/ports/policies.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, minutes, type Stage, type StageOptions } from './stage.ts';

interface Rollback {
  readonly options?: StageOptions;
  readonly env?: Record<string, string>;
  /** From the candidate's deployment to just before the rollback. */
  readonly before?: (stage: Stage, candidate: string) => Promise<void>;
  readonly reason: string;
  /** What the warning has to say. */
  readonly figures: RegExp;
}

const promoted = async (stage: Stage, candidate: string): Promise<void> => {
  await stage.until((status) => status.stable?.revision === candidate, 70);
  stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
};

const rollbacks: Readonly<Record<string, Rollback>> = {
  'of a candidate that fails totally': {
    env: { LAB_ERROR_PERCENT: '100' },
    reason: 'TotalFailure',
    figures: /100 % of \d+ bad on api-00002/,
  },
  'of a candidate with 5 % errors': {
    env: { LAB_ERROR_PERCENT: '5' },
    reason: 'ErrorRateRegression',
    figures: /availability: [\d.]+ % of [\d,]+ bad on api-00002/,
  },
  'of a promoted revision': {
    before: promoted,
    reason: 'WorseThanLastGood',
    figures: /100 % of [\d,]+ bad on api-00002/,
  },
  'by request': {
    before: async (stage, candidate) => {
      await stage.until((status) => status.phase === 'Ramping', 3);
      stage.annotate('abort', candidate);
    },
    reason: 'Aborted',
    figures: /aborted by request/,
  },
  'as the policy has it of what is not proven': {
    options: { rps: 2, spec: { rollout: { onInconclusive: 'Rollback', maxBake: '10m' } } },
    reason: 'Inconclusive',
    figures: /availability at most [\d.]+ % bad/,
  },
};

type When = 'before' | 'after';
interface Disturbance {
  /** The call that fails, from the rollback's write on. */
  readonly call: 'writeStatus' | 'removeAnnotations' | 'event' | 'read' | 'write';
  readonly when: When;
  readonly how: Error | 'Hangs' | 'Dies';
}

const away = new Unavailable('It does not answer.');
const disturbances: readonly Disturbance[] = (['before', 'after'] as const).flatMap((when) => [
  { call: 'writeStatus', when, how: away },
  { call: 'writeStatus', when, how: new Conflict('It was changed meanwhile.') },
  { call: 'writeStatus', when, how: 'Hangs' },
  { call: 'writeStatus', when, how: 'Dies' },
  { call: 'removeAnnotations', when, how: away },
  { call: 'removeAnnotations', when, how: 'Dies' },
  { call: 'event', when, how: 'Hangs' },
  { call: 'event', when, how: 'Dies' },
  { call: 'read', when, how: away },
  { call: 'read', when, how: 'Dies' },
  { call: 'write', when, how: new OutcomeUnknown('The connection was reset.') },
  { call: 'write', when, how: 'Dies' },
]);

/** So long what fails goes on failing. */
const failsForMs = 8_000;

async function play(rollback: Rollback, disturbance: Disturbance | null) {
  let wroteMs = 0;
  const isRollback = (change: Change) => splitSetBy(change)?.length === 1;
  const fails = (call: string): boolean =>
    disturbance?.call === call && wroteMs > 0 && stage.clock.nowMs() - wroteMs < failsForMs;
  async function disturbed<T>(call: string, real: () => Promise<T>): Promise<T> {
    if (!fails(call)) return real();
    const { when, how } = disturbance!;
    const answer = when === 'after' ? await real() : undefined;
    if (how instanceof Error) throw how;
    if (how === 'Dies') {
      stage.kill();
      await new Promise(() => undefined);
    }
    await stage.clock.sleep(failsForMs);
    return when === 'after' ? (answer as T) : real();
  }
  const cluster = (real: Policies): Policies => ({
    get: (key) => real.get(key),
    writeStatus: (...args) => disturbed('writeStatus', () => real.writeStatus(...args)),
    removeAnnotations: (...args) => disturbed('removeAnnotations', () => real.removeAnnotations(...args)),
    event: (...args) => disturbed('event', () => real.event(...args)),
  });
  const services = (real: Services): Services =>
    replacing(real, {
      read: (ref) => disturbed('read', () => real.read(ref)),
      async write(ref, change, seen) {
        if (watching && isRollback(change) && wroteMs === 0) wroteMs = stage.clock.nowMs();
        await disturbed('write', () => real.write(ref, change, seen));
      },
    });
  let watching = false;
  const { stage, stable } = await adopted({ rps: 50, ...rollback.options, cluster, services });
  const candidate = stage.world.deploy('api', { env: rollback.env ?? {} });
  await rollback.before?.(stage, candidate);
  watching = true;
  for (let second = 0; second < 45 * 60 && (wroteMs === 0 || stage.clock.nowMs() - wroteMs < minutes(5)); second++) {
    await stage.clock.advance(1_000);
    if (!stage.alive) {
      await stage.clock.advance(failsForMs);
      stage.start();
    }
  }
  return { stage, stable, candidate, wroteMs };
}

describe.each(Object.entries(rollbacks))('a rollback %s', (_, rollback) => {
  const undisturbed = play(rollback, null);

  test.each([null, ...disturbances])(
    'is told with its reason and figures, once: $call fails $when ($how)',
    async (how) => {
      const { stage, stable, candidate, wroteMs } = how === null ? await undisturbed : await play(rollback, how);
      expect(wroteMs).toBe((await undisturbed).wroteMs);
      expect(stage.traffic).toBe(`${stable}=100`);
      expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate, reason: rollback.reason });
      expect(stage.status.decision).toMatchObject({ action: 'RollBack', reason: rollback.reason });
      expect(stage.status.decision?.message).toMatch(rollback.figures);
      const warnings = stage.policies.events.filter(({ action, type }) => action === 'RollBack' && type === 'Warning');
      expect(warnings).toMatchObject([{ reason: rollback.reason, message: expect.stringMatching(rollback.figures) }]);
      expect(stage.splits.filter((split, i, all) => split === all[i - 1])).toEqual([]);
    },
  );
});
