import { describe, expect, test } from 'vitest';
import { absorbAlone, advice, beginAlone } from '../../src/backtest/alone.ts';
import { known } from '../../src/facts/answer.ts';
import type { Counts, History, Tally } from '../../src/facts/counts.ts';
import type { Observation } from '../../src/facts/observation.ts';
import { Random } from '../../src/scenario/random.ts';
import { validPolicy } from '../policy/valid.ts';

const policy = validPolicy();

type Day = ReadonlyMap<string, History>;

const none: Day = new Map();
const day = (tally: Tally): Day => new Map([['availability', { ticks: [tally], tickMs: 300_000 }]]);

/** What was counted of the one objective. */
const seen = (counts: Counts): Observation => ({
  service: null,
  revisions: {},
  objectives: { availability: { counts: known(counts) } },
});
const tickMs = 60_000;

/** The level after so many minutes of 6,000 requests of which a share is bad. */
function after(minutes: number, fraction: number, before: Day, seed = 1): string {
  const random = new Random(seed, 'alone');
  let all = beginAlone(policy, none, before, 0);
  for (let i = 0; i < minutes; i++) {
    const byRevision = { new: { bad: random.binomial(6000, fraction), total: 6000 } };
    const [fromMs, toMs] = [i * tickMs, (i + 1) * tickMs];
    all = absorbAlone(policy, 'new', all, seen({ fromMs, toMs, tickMs, byRevision }), 0);
  }
  return advice(policy, 'new', 'old', all).level;
}

const healthyDay = day({ bad: 4000, total: 8_000_000 });

describe('advice without a control', () => {
  test('is against a revision that is outside its SLO and worse than its predecessor was', () => {
    expect(after(5, 0.05, healthyDay)).toBe('Against');
  });

  test('is not against one that is no worse than its predecessor was, however bad both are', () => {
    expect(after(60, 0.05, day({ bad: 400_000, total: 8_000_000 }))).toBe('Healthy');
  });

  test('is not against one inside its SLO, even where its predecessor was better', () => {
    expect(after(60, 0.0008, day({ bad: 80, total: 8_000_000 }))).toBe('Healthy');
  });

  test('says nothing of one that has no predecessor', () => {
    expect(after(60, 0.5, none)).toBe('Incomparable');
    expect(after(60, 0.5, day({ bad: 0, total: 0 }))).toBe('Incomparable');
  });

  test('is nothing before the first request', () => {
    expect(after(0, 0.5, healthyDay)).toBe('NoEvidence');
  });

  test('needs more than one bad minute', () => {
    expect(after(1, 0.5, healthyDay)).not.toBe('Against');
  });

  test('is hardly ever against one at the edge of its SLO', () => {
    const against = Array.from({ length: 300 }, (_, seed) => after(120, 0.001, healthyDay, seed)).filter(
      (level) => level === 'Against',
    );
    expect(against.length).toBeLessThanOrEqual(6);
  });

  test('counts nothing twice', () => {
    const tick = seen({ fromMs: 0, toMs: tickMs, tickMs, byRevision: { new: { bad: 1, total: 100 } } });
    const once = absorbAlone(policy, 'new', beginAlone(policy, none, healthyDay, 0), tick, 0);
    expect(absorbAlone(policy, 'new', once, tick, 0)).toEqual(once);
  });
});
