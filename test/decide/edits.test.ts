/** A policy that is edited while a rollout runs. */
import { expect, test } from 'vitest';
import { beginAnew, beginEvidence, judge } from '../../src/decide/evidence/judge.ts';
import { known } from '../../src/facts/answer.ts';
import type { Counts } from '../../src/facts/counts.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';

const arms = { candidate: 'new', control: 'old', warmUntilMs: 0, shares: [{ atMs: 0, percent: 50 }], limit: null };
const tickMs = 15_000;

/** The same of every objective. */
const countsAt = (tick: number) => () =>
  known<Counts>({
    fromMs: tick * tickMs,
    toMs: (tick + 1) * tickMs,
    tickMs,
    byRevision: { new: { bad: 1, total: 750 }, old: { bad: 1, total: 750 } },
  });

test.each([
  {
    what: 'another threshold',
    spec: [availability, { ...latency, indicator: { latency: { percentile: 95, threshold: '200ms' } } }],
    anew: ['latency'],
  },
  { what: 'another target', spec: [{ ...availability, targetPercent: 99.5 }, latency], anew: [] },
  { what: 'an objective that does not gate any more', spec: [{ ...availability, gate: false }, latency], anew: [] },
  { what: 'a longer bake', spec: [availability, latency], anew: [] },
])('with $what, evidence of what is measured no more is not carried over', ({ spec, anew }) => {
  const policy = validPolicy([availability, latency]);
  let evidence = beginAnew(
    beginEvidence(policy, () => null, 0),
    0,
  );
  for (let i = 0; i < 10; i++) {
    evidence = [...judge(policy, arms, evidence, countsAt(i), () => tickMs).evidence];
  }
  const edited = validPolicy(spec, { rollout: { maxBake: '2h' } });
  const after = judge(edited, arms, evidence, countsAt(10), () => tickMs);
  const seen = after.evidence.map(({ objective, candidate, certified }) => [
    objective,
    candidate.total,
    certified.total,
  ]);
  const totals = (name: string) => (anew.includes(name as never) ? 750 : 11 * 750);
  expect(seen).toEqual(['availability', 'latency'].map((name) => [name, totals(name), totals(name)]));
});
