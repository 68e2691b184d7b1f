import { describe, expect, test } from 'vitest';
import { ruleNamed } from '../../src/rehearsal/rules/index.ts';
import { Random } from '../../src/scenario/random.ts';
import { validPolicy } from '../policy/valid.ts';
import { type Arms, byClusters, byUnits, livesOf, type Splitter } from './placebo/arms.ts';
import { clusterMeans, sharesPercent } from './placebo/cells.ts';
import { badWith, faultFor, worsened } from './placebo/fault.ts';
import { oracle } from './placebo/oracle.ts';
import { replay } from './placebo/replay.ts';
import { type RecordedTick, stretchesOf, targetsFor } from './placebo/series.ts';

const tick = (...units: readonly [unit: string, bad: number, total: number][]): RecordedTick =>
  units.map(([unit, bad, total]) => ({ unit, bad, total }));

const splitOften = (into: Splitter, what: RecordedTick, times: number): Arms[] =>
  Array.from({ length: times }, (_, at) => into(what, at));

/** Variance of the candidate's bad ones over what it is if each falls by itself. */
function designEffect(arms: readonly Arms[], bad: number, share: number): number {
  const values = arms.map(({ candidate }) => candidate.bad);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance / (bad * share * (1 - share));
}

describe('a split', () => {
  const grid = clusterMeans.flatMap((mean) => sharesPercent.map((percent) => ({ mean, percent })));

  test.each(grid)(
    'by clusters of $mean loses and adds nothing, and is noisier by them, at $percent %',
    ({ mean, percent }) => {
      const share = percent / 100;
      const arms = splitOften(byClusters(new Random(1, 'split'), share, mean), tick(['', 500, 9_000]), 4_000);
      for (const { candidate, stable } of arms) {
        expect(candidate.bad + stable.bad).toBe(500);
        expect(candidate.total + stable.total).toBe(9_000);
        expect(candidate.total - candidate.bad).toBeLessThanOrEqual(8_500);
      }
      const bad = arms.reduce((sum, { candidate }) => sum + candidate.bad, 0) / arms.length;
      expect(bad / (500 * share)).toBeGreaterThan(0.85);
      expect(bad / (500 * share)).toBeLessThan(1.15);
      // Of geometric sizes: E[size^2] / E[size] = 2 mean - 1.
      const effect = designEffect(arms, 500, share) / (2 * mean - 1);
      expect(effect).toBeGreaterThan(0.75);
      expect(effect).toBeLessThan(1.25);
    },
  );

  test.each(sharesPercent)('by units keeps each whole and both arms served, at %d %', (percent) => {
    const names = Array.from({ length: 16 }, (_, i) => `unit-${i}`);
    // Others take over in the middle.
    const stretch = Array.from({ length: 40 }, (_, at) =>
      names.map((name) => ({ unit: `${name}-${at < 20 ? 'old' : 'new'}`, bad: 1, total: 10 })),
    );
    const into = byUnits(new Random(1, 'split'), percent / 100, livesOf(stretch));
    const arms = stretch.map((now, at) => into(now, at));
    for (const { candidate, stable } of arms) {
      expect(candidate.total).toBe(10 * Math.max(1, Math.round((16 * percent) / 100)));
      expect(candidate.total + stable.total).toBe(160);
      expect(stable.total).toBeGreaterThan(0);
    }
  });

  test('gives the candidate the same unit for as long as it lives', () => {
    const stretch = Array.from({ length: 20 }, (_, at) =>
      tick(['a', 0, 1], ['b', 0, 10], ['c', 0, 100], [`d${at}`, 0, 1000]),
    );
    for (let seed = 0; seed < 20; seed++) {
      const into = byUnits(new Random(seed, 'split'), 0.01, livesOf(stretch));
      const totals = stretch.map((now, at) => into(now, at).candidate.total);
      const settled = totals.findIndex((total) => total < 1000);
      if (settled >= 0) expect(new Set(totals.slice(settled)).size).toBe(1);
    }
  });
});

test('a lone unit stays with the stable', () => {
  const stretch = [tick(['a', 1, 10]), tick(['a', 1, 10])];
  const into = byUnits(new Random(1, 'split'), 0.5, livesOf(stretch));
  expect(stretch.map((now, at) => into(now, at).candidate.total)).toEqual([0, 0]);
});

test('a record with a hole is two stretches, a silent tick is none', () => {
  const rows = [1, 2, 4, 200].map((at) => ({ tick: at, unit: '', bad: 0, total: 7 }));
  expect(stretchesOf(rows, 60_000).map((stretch) => stretch.map((now) => now.length))).toEqual([[1, 1, 0, 1], [1]]);
});

test.each([
  [0, ['99.9 Met']],
  [0.0005, ['99.9 Met']],
  [0.004, ['99.5 Met', '99.9 Missed']],
  [0.0099, ['99 Met', '99.5 Missed']],
  [0.02, ['95 Met', '99 Missed']],
  [0.2, ['95 Missed']],
])('of %d bad the targets are %j', (bad, expected) => {
  expect(targetsFor(bad).map(({ percent, standing }) => `${percent} ${standing}`)).toEqual(expected);
});

describe('a fault', () => {
  test.each(clusterMeans)('in clusters of %d is as bad as it is said to be', (mean) => {
    for (const serviceBad of [0.002, 0.01, 0.1]) {
      const fault = faultFor(serviceBad, 0.01);
      const random = new Random(1, 'fault');
      // Fewer requests a tick than a cluster may have.
      const ticks = Array.from({ length: 200_000 }, () => ({ bad: random.binomial(20, serviceBad), total: 20 }));
      const bad = worsened(ticks, fault, serviceBad, mean, random).reduce((sum, one) => sum + one.bad, 0);
      const truly = badWith(fault, serviceBad);
      expect(bad / 4_000_000).toBeGreaterThan(0.95 * truly);
      // A tick with more than usual is made worse than five times the usual.
      expect(bad / 4_000_000).toBeLessThan(1.8 * truly);
    }
  });

  test('is in points where five times as much is still allowed', () => {
    expect([faultFor(0, 0.001), faultFor(0.0002, 0.001), faultFor(0.0005, 0.001)]).toEqual(['+5 pp', '+5 pp', 'x5']);
  });
});

test('the oracle convicts what is as bad as it knows, the later the more it knows of clusters, and nothing allowed', () => {
  const ticks = Array.from({ length: 30 }, () => ({ bad: 10, total: 200 }));
  const known = { trulyBad: 0.05, allowed: 0.01, clusterMean: 1 };
  expect(oracle(ticks, known)).toBe(0);
  expect(oracle(ticks, { ...known, clusterMean: 5 })).toBe(2);
  expect(oracle(ticks, { ...known, trulyBad: 0.01 })).toBeNull();
  expect(oracle(Array(30).fill({ bad: 0, total: 2_000 }), { ...known, trulyBad: 0.005 })).toBeNull();
  expect(
    oracle(
      ticks.map(() => ({ bad: 2, total: 200 })),
      known,
    ),
  ).toBeNull();
});

describe('at a share that is held', () => {
  const policy = (sharePercent: number) =>
    validPolicy([{ name: 'recorded', targetPercent: 99 }], {
      rollout: { stepsPercent: [sharePercent], onInconclusive: 'Hold' },
    });
  const traffic = (sharePercent: number, bad: number) => {
    const tickMs = 60_000;
    const total = 40 * sharePercent;
    const ticks = Array.from({ length: 120 }, () => ({
      candidate: { bad: Math.round(total * bad), total },
      stable: { bad: 0, total: 4_000 - total },
    }));
    return {
      tickMs,
      sharePercent,
      history: { ticks: Array.from({ length: 360 }, () => ({ bad: 0, total: 4_000 })) },
      ticks,
    };
  };

  test.each(sharesPercent)('of %d % ours judges to the end, and promotes nothing', (sharePercent) => {
    const calm = replay(ruleNamed('steadyrun', {}), policy(sharePercent), traffic(sharePercent, 0));
    expect(calm.outcome).toBe('undecided');
  });

  test.each(sharesPercent)('of %d % it rolls back what is bad', (sharePercent) => {
    const bad = replay(ruleNamed('steadyrun', {}), policy(sharePercent), traffic(sharePercent, 0.3));
    expect(bad.outcome).toBe('rolledBack');
  });

  test('a peer keeps its timetable, and promotes', () => {
    for (const name of ['flagger', 'argo-rollouts', 'mann-whitney', 'alert-policy']) {
      expect(replay(ruleNamed(name, {}), policy(1), traffic(1, 0))).toMatchObject({ outcome: 'promoted' });
    }
  });
});
