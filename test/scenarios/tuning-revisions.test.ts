/** What becomes of a revision that was made to tune: it goes the way of any other, and what came to nothing leaves no trace. */
import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../src/facts/answer.ts';
import type { Logs } from '../../src/ports/logs.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { Stage, type StageOptions } from './stage.ts';
import { crowded, leverOf, outcomeOf, sharesOf, templatesOf, tuned, tuning } from './tuned.ts';

const targetOf = (stage: Stage, revision: string): unknown =>
  (stage.world.service('api').revisions.get(revision)!.template.scaling as { concurrencyUtilization?: number })
    .concurrencyUtilization;

/** Beyond the hours after a rollback in which nothing is tuned anyway. */
const quietMinutes = 8 * 60;

const newestOf = (stage: Stage): string => stage.world.service('api').latestCreated.name;

describe('a person who deploys while a tuning revision is tried', () => {
  test('wins at once, and what inherits its annotation is a deploy', async () => {
    const { stage, stable, made } = await tuning();
    const theirs = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '500/900/1200' } });
    await stage.until(({ candidate }) => candidate?.revision === theirs, 3);
    expect(stage.status).toMatchObject({
      candidate: { revision: theirs, cause: 'Deploy' },
      stable: { revision: stable },
      supersededInARow: 0,
    });
    const { annotations } = stage.world.service('api').spec.template as { annotations?: Record<string, string> };
    expect(annotations?.['steadyrun.dev/cause']).toBe(`tuning/${made}`);
    await stage.run(1);
    expect(outcomeOf(stage.status, made)).toBe('Superseded');
    expect(stage.status.rejected).toBeUndefined();
  });

  test('wins at once also after three of theirs were cut short', async () => {
    const { stage, made } = await tuning();
    stage.policies.restatus(stage.key, { ...(stage.policies.stored(stage.key) as object), supersededInARow: 3 });
    await stage.run(1);
    expect(stage.status).toMatchObject({ supersededInARow: 3, candidate: { revision: made, cause: 'Tuning' } });
    const theirs = stage.world.deploy('api');
    await stage.until(({ candidate }) => candidate?.revision === theirs, 3);
  });

  test('wins before it has any traffic', async () => {
    const { stage, made } = await tuned();
    const theirs = stage.world.deploy('api');
    await stage.until(({ rollout }) => rollout?.candidate === theirs, 5);
    expect(sharesOf(stage, made)).toEqual([]);
  });

  test('wins although theirs never becomes ready: the older one is not what they deployed', async () => {
    const { stage, made } = await tuned();
    const theirs = stage.world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    await stage.run(30);
    // What was begun may be tried; what serves is theirs to say.
    expect(newestOf(stage)).toBe(theirs);
    expect(outcomeOf(stage.status, made)).toBeDefined();
  });
});

/** The metrics see the candidate as full as the control. */
const alike =
  (of: () => { readonly made?: string; readonly stable?: string }) =>
  (real: Metrics): Metrics =>
    replacing(real, {
      async saturation(question) {
        const answer = await real.saturation(question);
        const { made, stable } = of();
        if (answer.kind !== 'Known' || !made || !stable || !answer.value[made]) return answer;
        return known({ ...answer.value, [made]: answer.value[stable] ?? [] });
      },
    });

interface Failing {
  readonly how: string;
  readonly reason: string;
  readonly isRejected: boolean;
  readonly options?: (of: () => { made?: string; stable?: string }) => StageOptions;
  readonly happens?: (stage: Stage, made: string) => void;
}

const failing: readonly Failing[] = [
  {
    how: 'fails',
    reason: 'TotalFailure',
    isRejected: true,
    happens: (stage) => stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 }),
  },
  {
    how: 'makes more errors',
    reason: 'ErrorRateRegression',
    isRejected: true,
    happens: (stage) => stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 3 }),
  },
  {
    how: 'makes nothing less full',
    reason: 'NoImprovement',
    isRejected: true,
    options: (of) => ({ metrics: alike(of) }),
  },
  {
    how: 'dies for want of memory',
    reason: 'OutOfMemory',
    isRejected: false,
    options: (of) => ({
      logs: { outOfMemory: async () => known(of().made ? { [of().made!]: 30 } : {}) } satisfies Logs,
    }),
  },
  {
    how: 'stops being ready',
    reason: 'CandidateNotReady',
    isRejected: false,
    happens: (stage, made) => {
      stage.world.service('api').revisions.get(made)!.state = 'Failed';
    },
  },
];

async function failed({ options, happens }: Failing) {
  const of: { made?: string; stable?: string } = {};
  const { stage, stable, made } = await tuning(crowded(options?.(() => of)));
  Object.assign(of, { made, stable });
  happens?.(stage, made);
  await stage.until((status) => !['Open', undefined].includes(outcomeOf(status, made)), 120);
  return { stage, stable, made, of };
}

describe.each(failing)('a tuning revision that $how', (how) => {
  test('goes back; the template is put back in a revision without traffic; the lever is left alone for a week on this code', {
    timeout: 120_000,
  }, async () => {
    const { stage, stable, made, of } = await failed(how);
    const { status } = stage;
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(status.rejected?.[0]?.reason ?? status.withdrawn?.reason).toBe(how.reason);
    expect(status.rejected !== undefined).toBe(how.isRejected);
    expect(outcomeOf(status, made)).toBe('RolledBack');
    const barred = status.tuner!.barred[0]!;
    expect(barred).toMatchObject({ lever: 'concurrencyTarget', image: 'registry.example/app:v1' });

    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'PutBack', 5);
    const parked = stage.status.tuner!.revisions[0]!.name;
    expect(newestOf(stage)).toBe(parked);
    expect(targetOf(stage, made)).toBeLessThan(0.6);
    expect(targetOf(stage, parked)).toBe(0.6);
    of.made = undefined as never;

    // Nobody tries it, for as long as the bar stands.
    await stage.run(quietMinutes);
    expect(stage.status).toMatchObject({ phase: 'Steady', stable: { revision: stable } });
    expect(stage.status.hold).toBeUndefined();
    expect(stage.status.candidate).toBeUndefined();
    expect(sharesOf(stage, parked)).toEqual([]);
    expect(templatesOf(stage)).toHaveLength(2);
    expect(leverOf(stage.status, 'concurrencyTarget')?.blockedBy).toContain('Blacklisted');
  });
});

test('what failed is tried again on other code', { timeout: 120_000 }, async () => {
  const { stage } = await failed(failing[0]!);
  await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'PutBack', 5);
  const theirs = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '500/900/1200' } });
  await stage.until(({ stable }) => stable?.revision === theirs, 90);
  await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 8 * 60);
  expect(stage.status.tuner!.serving!.revision).toBe(theirs);
});

test('after a template was put back another lever is tuned, and goes the way of any revision', {
  timeout: 120_000,
}, async () => {
  const { stage } = await failed(failing[0]!);
  await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'PutBack', 5);
  const stored = stage.policies.stored(stage.key) as { tuner: { barred: object[] } };
  // As if it had been another lever that came to nothing.
  const barred = stored.tuner.barred.map((bar) => ({ ...bar, lever: 'cpuTarget' }));
  stage.policies.restatus(stage.key, { ...stored, rejected: [], tuner: { ...stored.tuner, barred } });
  await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 120);
  const again = stage.status.tuner!.revisions[0]!.name;
  await stage.until(({ candidate }) => candidate?.revision === again, 10);
  expect(stage.status.candidate).toMatchObject({ cause: 'Tuning' });
  await stage.until(({ stable }) => stable?.revision === again, 90);
  await stage.run(1);
  expect(outcomeOf(stage.status, again)).toBe('Promoted');
});

test('whether it helps is not known while nothing is: it does not become stable for that', {
  timeout: 120_000,
}, async () => {
  let dark = false;
  const metrics = (real: Metrics): Metrics =>
    replacing(real, {
      saturation: async (question) => (dark ? unknown('ProviderError', 'it answered 503') : real.saturation(question)),
    });
  const { stage, stable, made } = await tuning(crowded({ metrics }));
  dark = true;
  await stage.run(150);
  expect(stage.status.stable?.revision).toBe(stable);
  expect(outcomeOf(stage.status, made)).not.toBe('Promoted');
});

describe('an image whose tag moves', () => {
  const image = 'registry.example/app:latest';
  const move = (stage: Stage): string => stage.world.moveTag(image);
  const hiding = (of: { hidden: boolean }) => ({
    services: (real: Services): Services =>
      replacing(real, { digest: async (...args) => (of.hidden ? null : real.digest(...args)) }),
  });

  const endsUnused = async (stage: Stage, stable: string, made: string) => {
    await stage.until((status) => outcomeOf(status, made) === 'ImageMoved', 20);
    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'PutBack', 5);
    const parked = stage.status.tuner!.revisions[0]!.name;
    const before = stage.writes.length;
    await stage.run(quietMinutes);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect([...sharesOf(stage, made), ...sharesOf(stage, parked)]).toEqual([]);
    expect(stage.writes.length).toBe(before);
    expect(leverOf(stage.status, 'concurrencyTarget')?.blockedBy).toContain('ImageMoved');
    return stage.policies.events.find(({ reason }) => reason === 'ImageMoved')!;
  };

  /** The tag moves around the write that makes a tuning revision. */
  const moving = (around: { readonly before?: (stage: Stage) => void; readonly after?: (stage: Stage) => void }) => {
    const of: { stage?: Stage; met: number } = { met: 0 };
    const services = (real: Services): Services =>
      replacing(real, {
        async write(ref, change, seen) {
          const isIt = change.kind === 'Template' && of.met++ === 0;
          if (isIt) around.before?.(of.stage!);
          await real.write(ref, change, seen);
          if (isIt) around.after?.(of.stage!);
        },
      });
    of.stage = new Stage(crowded({ seeded: { image }, services }));
    of.stage.start();
    return of.stage;
  };

  test('before the write: no traffic, and both digests are said', { timeout: 120_000 }, async () => {
    const stage = moving({ before: move });
    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 60);
    const [made, stable] = [stage.status.tuner!.revisions[0]!.name, stage.status.stable!.revision];
    const { message } = await endsUnused(stage, stable, made);
    const { revisions } = stage.world.service('api');
    const digests = [made, stable].map((name) => revisions.get(name)!.imageDigest.split('@')[1]!);
    expect(new Set(digests).size).toBe(2);
    for (const digest of digests) expect(message).toContain(digest);
  });

  test('between two looks at it: no traffic', { timeout: 120_000 }, async () => {
    const of = { hidden: true };
    const { stage, stable, made } = await tuned(crowded({ seeded: { image }, ...hiding(of) }));
    await stage.run(3);
    expect(sharesOf(stage, made)).toEqual([]);
    const revision = stage.world.service('api').revisions.get(made)!;
    (revision as { imageDigest: string }).imageDigest = `registry.example/app@${move(stage)}`;
    of.hidden = false;
    await endsUnused(stage, stable, made);
  });

  test('or cannot be read for ten minutes: no traffic', { timeout: 120_000 }, async () => {
    const of = { hidden: true };
    const { stage, stable, made } = await tuned(crowded({ seeded: { image }, ...hiding(of) }));
    await stage.run(9);
    expect(outcomeOf(stage.status, made)).toBe('Open');
    expect(sharesOf(stage, made)).toEqual([]);
    const { message } = await endsUnused(stage, stable, made);
    expect(message).toContain('cannot be read');
  });

  test('and can be read late: it starts', async () => {
    const of = { hidden: true };
    const { stage, made } = await tuned(crowded({ seeded: { image }, ...hiding(of) }));
    await stage.run(5);
    of.hidden = false;
    await stage.until(({ rollout }) => rollout?.candidate === made, 3);
  });

  test('is no reason against it once other code was deployed', { timeout: 120_000 }, async () => {
    const of = { hidden: true };
    const { stage, made } = await tuned(crowded({ seeded: { image }, ...hiding(of) }));
    await stage.until((status) => outcomeOf(status, made) === 'ImageMoved', 20);
    of.hidden = false;
    const theirs = stage.world.deploy('api', { env: { LAB_LATENCY_MS: '500/900/1200' } });
    await stage.until(({ stable }) => stable?.revision === theirs, 90);
    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 8 * 60);
  });

  test('asked for again by a person, its code is looked at all the same', { timeout: 120_000 }, async () => {
    const of = { hidden: true };
    const { stage, made } = await tuned(crowded({ seeded: { image }, ...hiding(of) }));
    await stage.until(({ rejected }) => rejected?.[0]?.revision === made, 20);
    stage.annotate('retry', made);
    await stage.run(15);
    expect(sharesOf(stage, made)).toEqual([]);
  });

  test('by its digest is not asked for', async () => {
    let asked = 0;
    const services = (real: Services): Services =>
      replacing(real, {
        digest(...args) {
          asked++;
          return real.digest(...args);
        },
      });
    const byDigest = `registry.example/app@sha256:${'a'.repeat(64)}`;
    await tuning(crowded({ seeded: { image: byDigest }, services }));
    expect(asked).toBe(0);
    await tuning(crowded({ seeded: { image }, services }));
    expect(asked).toBeGreaterThan(0);
  });

  test('is not shipped although a deploy comes right after the write, and fails', { timeout: 120_000 }, async () => {
    const stage = moving({
      before: move,
      after: ({ world }) => world.deploy('api', { env: { LAB_START_FAILS: '1' } }),
    });
    await stage.run(90);
    const made = [...stage.world.service('api').revisions.keys()].filter((name) => name.includes('-t'));
    expect(made).not.toEqual([]);
    for (const name of made) expect(sharesOf(stage, name)).toEqual([]);
  });
});

describe('a pipeline that sets a lever back', () => {
  const promotedTuning = async () => {
    const { stage, made } = await tuning();
    await stage.until(({ stable }) => stable?.revision === made, 90);
    await stage.run(2);
    return { stage, made };
  };
  /** As one that knows its own values, and sets all of them. */
  const deployed = async (stage: Stage, concurrencyUtilization: number | undefined) => {
    const { spec } = stage.world.service('api');
    const { scaling, ...template } = spec.template as Record<string, unknown>;
    const { concurrencyUtilization: _, ...rest } = (scaling ?? {}) as Record<string, unknown>;
    stage.world.change(
      'api',
      {
        template: {
          ...template,
          revision: undefined,
          labels: { deploy: `${stage.clock.nowMs()}` },
          scaling: { ...rest, ...(concurrencyUtilization && { concurrencyUtilization }) },
        } as never,
      },
      'pipeline',
    );
    const theirs = newestOf(stage);
    await stage.until(({ rollout }) => rollout?.candidate === theirs, 10);
    stage.annotate('promote', theirs);
    await stage.until(({ stable }) => stable?.revision === theirs, 10);
    await stage.run(2);
    return theirs;
  };
  test('once is no pipeline: it is tuned again', { timeout: 120_000 }, async () => {
    const { stage } = await promotedTuning();
    await deployed(stage, undefined);
    expect(stage.status.tuner!.resets).toHaveLength(1);
    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 120);
  });

  test('twice in a row: it is left alone, and that is said; an edit of the policy begins anew', {
    timeout: 120_000,
  }, async () => {
    const { stage } = await promotedTuning();
    await deployed(stage, undefined);
    await deployed(stage, undefined);
    const before = templatesOf(stage).length;
    await stage.run(120);
    expect(templatesOf(stage)).toHaveLength(before);
    expect(leverOf(stage.status, 'concurrencyTarget')?.blockedBy).toContain('ExternallyManaged');
    expect(stage.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'TuningExternallyManaged', status: 'True' }),
    );
    stage.policies.respec(stage.key, { tuning: { mode: 'Auto', connections: [], maxSaturationPercent: 79 } });
    await stage.until(({ tuner }) => tuner?.revisions[0]?.outcome === 'Open', 120);
  });

  test('twice, but not in a row: it is tuned', { timeout: 120_000 }, async () => {
    const { stage } = await promotedTuning();
    await deployed(stage, undefined);
    await deployed(stage, 0.35);
    await deployed(stage, undefined);
    expect(stage.status.tuner!.resets).toHaveLength(1);
  });

  test('is not we, who went back', { timeout: 120_000 }, async () => {
    const { stage, made } = await promotedTuning();
    stage.annotate('abort', made);
    await stage.until(({ stable }) => stable?.revision !== made, 10);
    await stage.run(5);
    expect(stage.status.tuner!.resets).toEqual([]);
    expect(outcomeOf(stage.status, made)).toBe('RolledBack');
  });
});
