/** The last good revision is deleted while the promoted one is watched: it is said, once, and nothing that did not happen. */
import { expect, test } from 'vitest';
import type { Services } from '../../src/ports/services.ts';
import { story } from '../../src/report/story.ts';
import { replacing } from './replacing.ts';
import { minutes, ramping } from './stage.ts';

/** Cloud Run from which the first revision can be deleted. */
function withoutFirst() {
  let isGone = false;
  const services = (real: Services): Services =>
    replacing(real, {
      revision: async (ref, name) => (isGone && name.includes('-00001-') ? null : real.revision(ref, name)),
    });
  return {
    services,
    deleteFirst: () => {
      isGone = true;
    },
  };
}

test('a promoted revision that burns without a last good one: three warnings in an hour', async () => {
  const { services, deleteFirst } = withoutFirst();
  const { stage, stable, candidate } = await ramping({ services });
  await stage.until((status) => status.stable?.revision === candidate, 70);
  deleteFirst();
  const told = stage.policies.events.length;
  stage.event({ at: '0s', for: '5h', on: 'Candidate', errorPercent: 10 });
  await stage.run(60);
  expect(stage.traffic).toBe(`${candidate}=100`);
  const events = stage.policies.events.slice(told);
  expect(events.filter(({ type }) => type === 'Warning').map(({ reason }) => reason)).toEqual([
    'NotCarriedOut',
    'LastGoodDeleted',
    'HeldTooLong',
  ]);
  // More instances might help: that is recommended once.
  expect(events.filter(({ type }) => type !== 'Warning').map(({ reason }) => reason)).toEqual(['TuningRecommended']);
  const { status } = stage;
  expect(status.lastGood).toBeUndefined();
  expect(status).toMatchObject({ phase: 'Held', decision: { action: 'Hold', reason: 'LastGoodDeleted' } });
  expect(status.decision?.message).toContain(`${stable} does not exist any more`);
  expect(JSON.stringify(status)).not.toContain('50 %');
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'False', reason: 'LastGoodDeleted' }),
  );
  expect(Date.parse(status.hold!.since)).toBeGreaterThan(stage.clock.nowMs() - minutes(60));
});

test('a promoted revision that burns for a cause that is shared is Breaching, with figures of its own', async () => {
  const { stage, candidate } = await ramping();
  await stage.until((status) => status.stable?.revision === candidate, 70);
  stage.event({ at: '0s', for: '9h', on: 'Both', errorPercent: 20 });
  await stage.until((status) => status.decision?.reason === 'Burning', 120);
  expect(stage.status).toMatchObject({ verdict: 'Breaching', compared: { revision: candidate, as: 'Promoted' } });
  const lines = story({ name: 'api', status: stage.status }, stage.clock.nowMs()).join('\n');
  expect(lines).toContain('BAD IN PROMOTED');
});
