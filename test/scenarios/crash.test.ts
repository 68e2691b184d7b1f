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
];

const killing = (at: number, fate: 'dieBefore' | 'dieAfter') => {
  let calls = 0;
  return () => (++calls === at ? fate : ('go' as const));
};

/** Plays the scenario; the operator dies at the given call, if any, and is started again 20 s later. */
async function play(scenario: Scenario, boundary: (call: string) => 'go' | 'dieBefore' | 'dieAfter') {
  const stage = new Stage(scenario.options);
  let candidate = '';
  stage.start(boundary);
  const tick = async () => {
    await stage.clock.advance(10_000);
    if (!stage.alive) {
      await stage.clock.advance(10_000);
      stage.start();
    }
    if (candidate === '' && stage.status.phase === 'Steady') {
      candidate = stage.world.deploy('api', { env: scenario.env });
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

/** The calls of every reconcile in which the traffic was written, counted from the start of the process. */
async function writingCalls(scenario: Scenario): Promise<{ at: number; call: string }[]> {
  const calls: string[] = [];
  await play(scenario, (call) => {
    calls.push(call);
    return 'go';
  });
  const writing: { at: number; call: string }[] = [];
  let begun = 0;
  calls.forEach((call, i) => {
    if (call !== 'policies.writeStatus' || calls[i + 1] === 'services.setTraffic') return;
    const reconcile = calls.slice(begun, i + 1);
    if (reconcile.includes('services.setTraffic')) {
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
    expect(scenario.done(undisturbed.stage, undisturbed.candidate)).toBe(true);
    const boundaries = await writingCalls(scenario);
    expect(boundaries.length).toBeGreaterThan(20);
    for (const { at, call } of boundaries) {
      for (const fate of ['dieBefore', 'dieAfter'] as const) {
        const where = `${fate} at call ${at} (${call})`;
        const { stage, candidate } = await play(scenario, killing(at, fate));
        expect(scenario.done(stage, candidate), `${where}: ${JSON.stringify(stage.status.decision)}`).toBe(true);
        expect(stage.traffic, where).toBe(undisturbed.stage.traffic);
        expect(repeated(stage.splits), where).toEqual([]);
        expect(stage.status.hold, where).toBeUndefined();
        expect(stage.status.intent, where).toBeUndefined();
      }
    }
    console.log(`${scenario.name}: ${boundaries.length} boundaries, each before and after`);
  });
});

/** Splits that were written although they were already there. */
const repeated = (splits: readonly string[]): string[] => splits.filter((split, i) => i > 0 && split === splits[i - 1]);
