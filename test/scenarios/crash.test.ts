/**
 * The operator is killed at every boundary of the reconciles that write, before the call's effect and after it, and
 * started again: the outcome is the same, nothing is written twice, and nothing is lost. The boundaries are found by
 * running the scenario once and listening; none is picked by hand.
 */
import { describe, expect, test } from 'vitest';
import { Stage, type StageOptions } from './stage.ts';

interface Scenario {
  readonly name: string;
  readonly options: StageOptions;
  readonly env: Record<string, string>;
  /** Something that happens once the candidate has been promoted; only what comes after it is disturbed. */
  readonly afterPromotion?: (stage: Stage) => void;
  readonly done: (now: Pick<End, 'status' | 'candidate'>) => boolean;
  readonly mostMinutes: number;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a healthy candidate is promoted',
    options: { rps: 10 },
    env: {},
    done: ({ status, candidate }) => status.stable?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 90,
  },
  {
    name: 'a failing candidate is rolled back',
    options: { rps: 20 },
    env: { LAB_ERROR_PERCENT: '100' },
    done: ({ status, candidate }) => status.rejected?.[0]?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 30,
  },
  {
    name: 'a promoted revision that fails gives way to the last good one',
    options: { rps: 10 },
    env: {},
    afterPromotion: (stage) => stage.event({ at: '5m', for: '9h', on: 'Candidate', errorPercent: 100 }),
    done: ({ status, candidate }) => status.rejected?.[0]?.revision === candidate && status.phase === 'Steady',
    mostMinutes: 120,
  },
];

const killing = (at: number, fate: 'dieBefore' | 'dieAfter') => {
  let calls = 0;
  return () => (++calls === at ? fate : ('go' as const));
};

/** How a play ended. */
type End = Pick<Stage, 'status' | 'traffic' | 'splits'> & { readonly candidate: string };

/**
 * Plays the scenario; the operator dies at the given call, if any, and is started again 20 s later. Many deaths leave the
 * same behind, as all between two reads do: what comes of it is played once, and looked up in `known` from then on.
 */
async function play(
  scenario: Scenario,
  boundary: (call: string) => 'go' | 'dieBefore' | 'dieAfter',
  known = new Map<string, End>(),
): Promise<End> {
  const stage = new Stage(scenario.options);
  let candidate = '';
  let promotedMs = Number.NaN;
  let left: string | undefined;
  stage.start(boundary);
  const tick = async () => {
    await stage.clock.advance(10_000);
    if (!stage.alive) {
      left = JSON.stringify([candidate, promotedMs, stage.outside]);
      if (known.has(left)) return;
      await stage.clock.advance(10_000);
      stage.start();
    }
    if (candidate === '' && stage.status.phase === 'Steady') {
      candidate = stage.world.deploy('api', { env: scenario.env });
    }
    if (Number.isNaN(promotedMs) && candidate !== '' && stage.status.stable?.revision === candidate) {
      promotedMs = stage.clock.nowMs();
      scenario.afterPromotion?.(stage);
    }
  };
  const ended = (): End | undefined => (left === undefined ? undefined : known.get(left));
  for (let i = 0; i < scenario.mostMinutes * 6; i++) {
    await tick();
    if (ended() || (candidate !== '' && scenario.done({ status: stage.status, candidate }))) break;
  }
  // A little longer: what was to be written twice would be written now.
  for (let i = 0; i < 12 && !ended(); i++) await tick();
  const end = ended() ?? { status: stage.status, traffic: stage.traffic, splits: stage.splits, candidate };
  if (left !== undefined) known.set(left, end);
  return end;
}

/** The calls of every reconcile in which the traffic was written, counted from the start of the process. */
async function writingCalls(scenario: Scenario): Promise<{ at: number; call: string }[]> {
  const calls: string[] = [];
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
  await play(told, (call) => {
    calls.push(call);
    return 'go';
  });
  const writing: { at: number; call: string }[] = [];
  let begun = 0;
  calls.forEach((call, i) => {
    if (call !== 'policies.writeStatus' || calls[i + 1] === 'services.setTraffic') return;
    const reconcile = calls.slice(begun, i + 1);
    if (begun >= from && reconcile.includes('services.setTraffic')) {
      // The event and the annotation come after the report.
      for (let at = begun; at <= Math.min(i + 2, calls.length - 1); at++)
        writing.push({ at: at + 1, call: calls[at]! });
    }
    begun = i + 1;
  });
  return [...new Map(writing.map((entry) => [entry.at, entry])).values()];
}

describe.each(scenarios)('killed anywhere: $name', (scenario) => {
  test('at every boundary of every reconcile that writes, the outcome is the same', { timeout: 300_000 }, async () => {
    const undisturbed = await play(scenario, () => 'go');
    expect(scenario.done(undisturbed)).toBe(true);
    const known = new Map<string, End>();
    const boundaries = await writingCalls(scenario);
    expect(boundaries.length).toBeGreaterThan(20);
    for (const { at, call } of boundaries) {
      for (const fate of ['dieBefore', 'dieAfter'] as const) {
        const where = `${fate} at call ${at} (${call})`;
        const end = await play(scenario, killing(at, fate), known);
        expect(scenario.done(end), `${where}: ${JSON.stringify(end.status.decision)}`).toBe(true);
        expect(end.traffic, where).toBe(undisturbed.traffic);
        expect(repeated(end.splits), where).toEqual([]);
        expect(end.status.hold, where).toBeUndefined();
        expect(end.status.intent, where).toBeUndefined();
      }
    }
    console.log(`${scenario.name}: ${boundaries.length} boundaries, each before and after`);
  });
});

/** Splits that were written although they were already there. */
const repeated = (splits: readonly string[]): string[] => splits.filter((split, i) => i > 0 && split === splits[i - 1]);
