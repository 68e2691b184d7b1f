/** What a concern asks of how full instances are comes with the look, in production's own adapters over the lab's metrics. */
import { expect, it } from 'vitest';
import type { Concern } from '../../src/decide/concern.ts';
import { repertoire } from '../../src/decide/repertoire.ts';
import { known } from '../../src/facts/answer.ts';
import type { Observation } from '../../src/facts/observation.ts';
import { adopted, minutes } from '../scenarios/stage.ts';

/** It asks all that can be asked, of the newest revision, and proposes nothing. */
const asking: Concern<never> = {
  sections: [],
  purposes: [],
  isQuiet: () => true,
  isNews: () => false,
  questions: ({ service: { latestCreated }, nowMs }) => ({
    saturation: { revisions: [latestCreated!], fromMs: nowMs - minutes(10) },
    outOfMemorySinceMs: nowMs - minutes(10),
    targetsOf: latestCreated,
    digestsOf: [latestCreated!],
  }),
  judge: () => ({ memory: {}, proposal: null }),
  confirm: () => ({}),
};

it('a concern sees what it asked for', async () => {
  let seen: Observation | null = null;
  const { stage, stable } = await adopted({
    repertoire: { ...repertoire, concerns: [...repertoire.concerns, asking] },
    logs: { outOfMemory: async (_, fromMs, toMs) => known({ old: (toMs - fromMs) / 60_000 }) },
    onPass: (pass) => {
      seen = pass.seen;
    },
  });
  await stage.run(10);
  const { saturation, outOfMemory, targets, digests } = seen!;
  expect(outOfMemory).toEqual(known({ old: 10 }));
  expect(targets).toMatchObject({ kind: 'Known' });
  expect(Object.keys(digests!)).toEqual([stable]);
  const told = saturation!.kind === 'Known' ? saturation!.value[stable]! : [];
  expect(told.length).toBeGreaterThanOrEqual(6);
  for (const minute of told) {
    expect(minute.endMs % 60_000).toBe(0);
    expect(minute.requestsPerSecond).toBeCloseTo(50, -1);
    expect(minute.meanLatencySeconds).toBeGreaterThan(0.05);
    expect(minute.meanLatencySeconds).toBeLessThan(0.5);
    expect(minute.activeInstances).toBeGreaterThanOrEqual(1);
    for (const full of [minute.cpu, minute.memory]) expect(full! > 0 && full! <= 1).toBe(true);
    expect(minute.peakInFlight).toBeGreaterThan(0);
  }
});
