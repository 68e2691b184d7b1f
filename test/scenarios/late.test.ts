/** A write that was given up for lost takes effect after the traffic has gone back: it is put right, and said. */
import { describe, expect, test } from 'vitest';
import { type Change, splitSetBy } from '../../src/facts/change.ts';
import { OutcomeUnknown } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, type Stage } from './stage.ts';

/** Cloud Run that loses the first write forward after it is told to, and remembers it. */
function losing() {
  let isLosing = false;
  let lost: Change | undefined;
  const services = (real: Services): Services =>
    replacing(real, {
      async write(ref, change, seen) {
        if (!isLosing || splitSetBy(change)!.length < 2) return real.write(ref, change, seen);
        lost ??= change;
        throw new OutcomeUnknown('The connection was reset.');
      },
    });
  const arrives = (stage: Stage): void => {
    const split = splitSetBy(lost!)!.map(({ revision, percent }) => ({ revision, percent }));
    stage.world.setTraffic('api', split);
  };
  return { services, arrives, lose: () => (isLosing = true), lostOne: () => lost };
}

const scene = async () => {
  const { services, arrives, lose, lostOne } = losing();
  const { stage, stable } = await adopted({ services, rps: 50 });
  const candidate = stage.world.deploy('api');
  await stage.until((status) => status.phase === 'Ramping', 3);
  lose();
  await stage.until(() => lostOne() !== undefined, 30);
  stage.event({ at: '0s', for: '9h', on: 'Candidate', errorPercent: 100 });
  await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
  expect(stage.traffic).toBe(`${stable}=100`);
  return { stage, stable, candidate, arrives };
};

describe('a lost step that arrives after the rollback', () => {
  test.each([1, 2])('%d min later is put right within half a minute', async (later) => {
    const { stage, stable, candidate, arrives } = await scene();
    await stage.run(later);
    arrives(stage);
    expect(stage.traffic).toContain(candidate);
    await stage.clock.advance(35_000);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.policies.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'LateWrite' });
    expect(stage.status.rejected).toMatchObject([{ revision: candidate, reason: 'ErrorRateRegression' }]);
    expect(stage.status.phase).toBe('Steady');
  });

  test('an hour later is somebody else’s, and is left to them', async () => {
    const { stage, arrives } = await scene();
    await stage.run(60);
    expect(stage.status.late).toBeUndefined();
    arrives(stage);
    const { traffic } = stage;
    await stage.run(5);
    expect(stage.traffic).toBe(traffic);
    expect(stage.status.hold).toMatchObject({ reason: 'SplitByHand' });
  });

  test('another split by hand in the meantime is left to people', async () => {
    const { stage, stable, candidate } = await scene();
    await stage.run(1);
    stage.world.setTraffic('api', [
      { revision: stable, percent: 63 },
      { revision: candidate, percent: 37 },
    ]);
    const { traffic } = stage;
    await stage.run(5);
    expect(stage.traffic).toBe(traffic);
  });
});
