/**
 * The operator is killed at every boundary of the reconciles that write, before the call's effect and after it, and
 * started again: the outcome is the same, nothing is written twice, and nothing is lost. The boundaries are found by
 * running the scenario once and listening; none is picked by hand. Most deaths leave the same behind as the one before,
 * as all those between two reads do: what comes of it is played once for all of them.
 */
import { describe, expect, test } from 'vitest';
import { ceilingStage, timesRaised } from '../concern/ceiling.ts';
import { oneIn } from '../whole.ts';
import { Stage, type StageOptions } from './stage.ts';
import { atMaximum, crowded, maximaOf, outcomeOf, templatesOf } from './tuned.ts';

interface Scenario {
  readonly name: string;
  readonly options: StageOptions | ((stage: () => Stage) => StageOptions);
  readonly env: Record<string, string>;
  /** Something that happens once the candidate has been promoted; only what comes after it is disturbed. */
  readonly afterPromotion?: (stage: Stage) => void;
  /** The revision that it is about, where nobody deploys one; undefined: there is none yet. */
  readonly own?: (stage: Stage) => string | undefined;
  /** Only what is called while this is so is disturbed. */
  readonly isMeant?: (stage: Stage) => boolean;
  readonly done: (stage: Stage, candidate: string) => boolean;
  readonly mostMinutes: number;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a healthy candidate is promoted',
    options: { rps: 10 },
    env: {},
    done: ({ status }, candidate) => status.stable?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 90,
  },
  {
    name: 'a failing candidate is rolled back',
    options: { rps: 20 },
    env: { LAB_ERROR_PERCENT: '100' },
    done: ({ status }, candidate) => status.rejected?.[0]?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 30,
  },
  {
    name: 'a promoted revision that fails gives way to the last good one',
    options: { rps: 10 },
    env: {},
    afterPromotion: (stage) => stage.event({ at: '5m', for: '9h', on: 'Candidate', errorPercent: 100 }),
    done: ({ status }, candidate) => status.rejected?.[0]?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 120,
  },
  {
    name: 'a promoted revision that fails with all of the traffic is tried without it, twice',
    options: { rps: 20 },
    // In the ramp and the watch it is below that.
    env: { LAB_OVERLOAD: '25/50' },
    afterPromotion: (stage) => stage.event({ at: '5m', for: '9h', on: 'Traffic', rps: 40 }),
    done: ({ status }, candidate) => status.rejected?.[0]?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 150,
  },
  {
    name: 'another kind of write is done while the traffic is steady',
    options: (stage) => ({ ...ceilingStage(100, () => stage().world), rps: 10 }),
    env: { LAB_ERROR_PERCENT: '100' },
    done: ({ status }, candidate) => timesRaised(status) === 1 && status.rejected?.[0]?.revision === candidate,
    mostMinutes: 30,
  },
  {
    name: 'the maximum is raised',
    options: atMaximum({}, { connections: [{ name: 'db', max: 90, perInstance: 10 }] }),
    env: {},
    own: ({ status }) => status.stable?.revision,
    done: (stage) => maximaOf(stage).join() === '8' && stage.status.phase === 'Steady',
    mostMinutes: 30,
  },
  {
    name: 'a tuning revision is made',
    options: crowded(),
    env: {},
    own: ({ status }) => status.tuner?.revisions.find(({ outcome }) => outcome === 'Open')?.name,
    isMeant: ({ status }) => status.stable !== undefined && status.rollout === undefined,
    done: ({ status }, candidate) => status.stable?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 100,
  },
  {
    name: 'a template is put back',
    options: crowded(),
    env: {},
    own: ({ status, world }) => {
      const made = status.tuner?.revisions[0]?.name;
      if (made === undefined || made !== status.rollout?.candidate) return undefined;
      world.event('api', { at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
      return made;
    },
    isMeant: ({ status }) => status.tuner?.revisions.some(({ outcome }) => outcome === 'RolledBack') ?? false,
    done: (stage, candidate) =>
      outcomeOf(stage.status, candidate) === 'RolledBack' &&
      templatesOf(stage).length === 2 &&
      stage.status.phase === 'Steady',
    mostMinutes: 70,
  },
];

type Fate = 'dieBefore' | 'dieAfter';

const killing = (at: number, fate: Fate) => {
  let calls = 0;
  return () => (++calls === at ? fate : ('go' as const));
};

/** Plays the scenario; the operator dies at the given call, if any, and is started again 20 s later. */
async function play(scenario: Scenario, boundary: (call: string, stage: Stage) => 'go' | Fate) {
  const { options } = scenario;
  const stage: Stage = new Stage(typeof options === 'function' ? options(() => stage) : options);
  let candidate = '';
  let promoted = false;
  stage.start((call) => boundary(call, stage));
  const tick = async () => {
    await stage.clock.advance(10_000);
    if (!stage.alive) {
      await stage.clock.advance(10_000);
      stage.start();
    }
    if (candidate === '' && (scenario.own || stage.status.phase === 'Steady')) {
      candidate = scenario.own ? (scenario.own(stage) ?? '') : stage.world.deploy('api', { env: scenario.env });
    }
    if (!promoted && scenario.afterPromotion && candidate !== '' && stage.status.stable?.revision === candidate) {
      promoted = true;
      scenario.afterPromotion(stage);
    }
  };
  for (let i = 0; i < scenario.mostMinutes * 6; i++) {
    await tick();
    if (candidate !== '' && scenario.done(stage, candidate)) break;
  }
  // A little longer: what was to be written twice would be written now.
  for (let i = 0; i < 12; i++) await tick();
  return { stage, candidate };
}

interface Call {
  readonly name: string;
  readonly atMs: number;
  /** All that there was outside of the operator when it made this call. */
  readonly outside: string;
  readonly isMeant: boolean;
}

/** Plays the scenario undisturbed: every call, and how many were made before anything is to be disturbed. */
async function listened(scenario: Scenario) {
  const calls: Call[] = [];
  let from = 0;
  const told: Scenario = {
    ...scenario,
    ...(scenario.afterPromotion && {
      afterPromotion: (stage: Stage) => {
        from = calls.length;
        scenario.afterPromotion?.(stage);
      },
    }),
  };
  const played = await play(told, (name, stage) => {
    const isMeant = scenario.isMeant?.(stage) ?? true;
    calls.push({ name, atMs: stage.clock.nowMs(), outside: stage.outside, isMeant });
    return 'go';
  });
  return { ...played, calls, from };
}

/** Whatever is asked of Cloud Run and is no question is a write, whatever it is called. */
const isWrite = (call = ''): boolean =>
  call.startsWith('services.') && !['services.glance', 'services.read', 'services.revision'].includes(call);

/** The calls of every reconcile in which something was written, counted from the start of the process. */
function writingCalls(calls: readonly Call[], from: number): { at: number; call: string }[] {
  const writing: { at: number; call: string }[] = [];
  let begun = 0;
  calls.forEach(({ name }, i) => {
    if (name !== 'policies.writeStatus' || isWrite(calls[i + 1]?.name)) return;
    const reconcile = calls.slice(begun, i + 1);
    if (begun >= from && reconcile.some((call) => call.isMeant && isWrite(call.name))) {
      // The event and the annotation come after the report.
      for (let at = begun; at <= Math.min(i + 2, calls.length - 1); at++)
        writing.push({ at: at + 1, call: calls[at]!.name });
    }
    begun = i + 1;
  });
  return [...new Map(writing.map((entry) => [entry.at, entry])).values()];
}

/** What is left behind by an operator that dies at the given call: after its effect, it is what the next call finds. */
function left(calls: readonly Call[], at: number, fate: Fate): string {
  const [call, next] = [calls[at - 1]!, calls[at]];
  if (fate === 'dieBefore') return call.outside;
  return next?.atMs === call.atMs ? next.outside : `after call ${at}`;
}

describe.each(oneIn(2, scenarios))('killed anywhere: $name', (scenario) => {
  test('at every boundary of every reconcile that writes, the outcome is the same', { timeout: 900_000 }, async () => {
    const undisturbed = await listened(scenario);
    expect(scenario.done(undisturbed.stage, undisturbed.candidate)).toBe(true);
    const boundaries = writingCalls(undisturbed.calls, undisturbed.from);
    expect(boundaries.length).toBeGreaterThan(scenario.own ? 5 : 20);
    const named = (played: Awaited<ReturnType<typeof play>>) =>
      played.stage.traffic.replaceAll(played.candidate, 'NEW');
    const known = new Map<string, Awaited<ReturnType<typeof play>>>();
    for (const [i, { at, call }] of oneIn(67, boundaries).entries()) {
      for (const fate of oneIn(2, ['dieBefore', 'dieAfter'] as const, i)) {
        const where = `${fate} at call ${at} (${call})`;
        const behind = left(undisturbed.calls, at, fate);
        const { stage, candidate } = known.get(behind) ?? (await play(scenario, killing(at, fate)));
        known.set(behind, { stage, candidate });
        expect(scenario.done(stage, candidate), `${where}: ${JSON.stringify(stage.status.decision)}`).toBe(true);
        expect(named({ stage, candidate }), where).toBe(named(undisturbed));
        expect(maximaOf(stage), where).toEqual(maximaOf(undisturbed.stage));
        expect(templatesOf(stage), where).toHaveLength(templatesOf(undisturbed.stage).length);
        // The concern of that test is another hand to the tuner.
        if (scenario.own) expect(stage.status.tuner?.scaledByHandAt, where).toBeUndefined();
        expect(repeated(stage.splits), where).toEqual([]);
        expect(stage.status.hold, where).toBeUndefined();
        expect(stage.status.intent, where).toBeUndefined();
      }
    }
    console.log(`${scenario.name}: ${boundaries.length} boundaries`);
  });
});

/** Splits that were written although they were already there. */
const repeated = (splits: readonly string[]): string[] => splits.filter((split, i) => i > 0 && split === splits[i - 1]);
