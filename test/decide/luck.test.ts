/** One instance with bad luck is no slower revision; the more instances there are, the less luck can do. */
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence, ratiosOf } from '../../src/decide/evidence/evidence.ts';
import { luckOf, nullsOf } from '../../src/decide/evidence/luck.ts';
import type { Tick } from '../../src/decide/evidence/ratios.ts';
import { tickCap } from '../../src/decide/evidence/terms.ts';
import type { Tally } from '../../src/facts/counts.ts';
import { iso, ms } from '../../src/facts/time.ts';
import { ofMeanOne, shareBelow } from '../../src/scenario/lognormal.ts';
import { Random } from '../../src/scenario/random.ts';
import type { Luck } from '../../src/status/evidence.ts';
import { binomial, poisson, withoutTail } from './chances.ts';

const begunAt = '2026-01-05T08:00:00.000Z';
const terms = { kind: 'Latency', sloAllows: 0.05, gating: 2, ticksToConvict: 6, tickMs: 15_000 } as const;
const evidenceWith = (luck?: Luck, allowed = 0.05) => freshEvidence('p95', 1, allowed, begunAt, luck ? { luck } : {});
const tickOf = (candidate: Tally, control: Tally, instances?: Tick['instances']): Tick => ({
  candidate,
  control,
  ...(instances && { instances }),
});
const counts = [undefined, 1, 2, 5, 40];
const instancesOf = (candidate: number | undefined, control: number | undefined) => ({ candidate, control });

describe('the nulls', () => {
  const some = tickOf({ bad: 1, total: 10 }, { bad: 1, total: 10 });

  test('are those without luck where nothing is known of it', () => {
    for (const candidate of counts) {
      const nulls = nullsOf(evidenceWith(), { ...some, instances: instancesOf(candidate, candidate) });
      expect(nulls).toEqual({ allowed: 0.05, width: 1 });
    }
  });

  test('never allow less than those, and less with each instance more; unknown counts as one', () => {
    for (const spread of [0.05, 0.2, 0.4, 0.8]) {
      for (const usual of [0, 0.0001, 0.01, 0.05, 0.3, 0.95]) {
        const evidence = evidenceWith({ usual, spread, instances: 4 });
        for (const other of counts) {
          const all = counts.map((one) => nullsOf(evidence, { ...some, instances: instancesOf(one, other) }));
          expect(all[0]).toEqual(all[1]);
          all.slice(1).forEach((nulls, i) => {
            expect(nulls.allowed).toBeGreaterThanOrEqual(0.05);
            expect(nulls.allowed).toBeLessThanOrEqual(0.9);
            expect(nulls.width).toBeGreaterThan(1);
            expect(nulls.allowed).toBeLessThanOrEqual(all[i]!.allowed);
            expect(nulls.width).toBeLessThanOrEqual(all[i]!.width);
          });
          const mirrored = counts.map(
            (one) => nullsOf(evidence, { ...some, instances: instancesOf(other, one) }).width,
          );
          for (let i = 1; i < mirrored.length; i++) expect(mirrored[i]).toBeLessThanOrEqual(mirrored[i - 1]!);
        }
      }
    }
  });

  test('are those of an instance of each arm that is 1.6 times as slow as the other, where such differ by 20 %', () => {
    const shape = { p50: 110, p95: 250, p99: 350 };
    const usual = 1 - shareBelow(shape, 300);
    // Two deviations of the difference of two such instances; log latencies here have a deviation of about 0.5.
    const slowest = 1 - shareBelow(shape, 300 / Math.exp(2 * 0.2 * Math.SQRT2));
    const { width } = nullsOf(evidenceWith({ usual, spread: 0.4, instances: 1 }), some);
    expect(width * usual).toBeGreaterThan(0.85 * slowest);
    expect(width * usual).toBeLessThan(1.3 * slowest);
  });
});

describe('what is told against a latency is an e-value under them', () => {
  test.each([0.1, 0.4])('by adding up every outcome, where instances differ by %d', (spread) => {
    for (const usual of [0.02, 0.2]) {
      for (const instances of [undefined, instancesOf(1, 5), instancesOf(3, 3)]) {
        const evidence = evidenceWith({ usual, spread, instances: 5 });
        const { allowed, width } = nullsOf(evidence, tickOf({ bad: 0, total: 1 }, { bad: 0, total: 1 }, instances));
        for (const [totalC, totalS] of [
          [6, 6],
          [2, 14],
        ] as const) {
          const of = (badC: number, badS: number) =>
            ratiosOf(
              evidence,
              tickOf({ bad: badC, total: totalC }, { bad: badS, total: totalS }, instances),
              'Latency',
            );
          for (const part of [0.5, 1]) {
            for (const which of ['absolute', 'fineAbsolute'] as const) {
              const sums = of(0, 0)[which].map(() => 0);
              binomial(totalC, part * allowed).forEach((chance, bad) => {
                of(bad, 0)[which].forEach((ln, i) => {
                  sums[i]! += chance * Math.exp(ln);
                });
              });
              for (const sum of sums) expect(sum).toBeLessThanOrEqual(1 + 1e-12);
            }
            for (const which of ['relative', 'fineRelative', 'mirrored'] as const) {
              const least = which === 'fineRelative' ? 1.05 : 1.2;
              const [c, s] =
                which === 'mirrored' ? [1, part * Math.max(least, width)] : [part * Math.max(least, width), 1];
              const rate = 0.4 / Math.max(c * totalC, s * totalS);
              const [ofC, ofS] = [withoutTail(poisson(rate * c * totalC)), withoutTail(poisson(rate * s * totalS))];
              const sums = of(0, 0)[which].map(() => 0);
              ofC.forEach((a, badC) => {
                ofS.forEach((b, badS) => {
                  of(badC, badS)[which].forEach((ln, i) => {
                    sums[i]! += a * b * Math.exp(ln);
                  });
                });
              });
              for (const sum of sums) expect(sum).toBeLessThanOrEqual(1 + 1e-9);
            }
          }
        }
      }
    }
  });
});

describe('an hour of it', () => {
  /** The fraction that is slow by an instance with that factor. */
  const slowOf = (factor: number) => 1 - shareBelow({ p50: 110, p95: 250, p99: 350 }, 300 / factor);
  const convictedAfter = (luck: Luck, slow: number, candidates: number, controls: number, perTick = 600) => {
    let evidence = evidenceWith(luck);
    for (let i = 1; i <= 240; i++) {
      const control = { bad: Math.round(slowOf(1) * perTick), total: perTick };
      const tick = tickOf(
        { bad: Math.round(slow * perTick), total: perTick },
        control,
        instancesOf(candidates, controls),
      );
      evidence = absorb(evidence, tick, terms, iso(ms(evidence.judgedUntil) + terms.tickMs));
      if (assess(evidence, tick, terms, true).convicts) return i;
    }
    return null;
  };
  const usual = slowOf(1);

  test('convicts nobody for one instance that is as slow as one in 40 of its kind', () => {
    for (const sd of [0.05, 0.1, 0.2]) {
      const luck = { usual, spread: sd / 0.494, instances: 20 };
      for (const controls of [1, 5, 20]) {
        expect(convictedAfter(luck, slowOf(Math.exp(1.95 * sd)), 1, controls), `${sd}, ${controls}`).toBeNull();
      }
    }
  });

  test('convicts a revision of which all instances are slower than one in 700, and one that no luck explains with a single one', () => {
    for (const sd of [0.1, 0.2]) {
      const luck = { usual, spread: sd / 0.494, instances: 20 };
      expect(convictedAfter(luck, slowOf(Math.exp(3 * sd)), 20, 20), String(sd)).not.toBeNull();
      expect(convictedAfter(luck, slowOf(Math.exp(4 * sd)), 1, 5), String(sd)).not.toBeNull();
    }
  });

  test('says no more in one tick than any other evidence', () => {
    const evidence = absorb(
      evidenceWith({ usual, spread: 0.1, instances: 9 }),
      tickOf({ bad: 600, total: 600 }, { bad: 12, total: 600 }),
      terms,
      iso(ms(begunAt) + terms.tickMs),
    );
    for (const one of [...evidence.absolute, ...evidence.relative]) {
      expect(one).toBeLessThanOrEqual(Math.log(1 / 2) + tickCap(terms) + 1e-12);
    }
  });
});

describe('how much instances differ is learnt', () => {
  const tickMs = 15_000;
  const instance = (random: Random, sd: number, total: number): Tally => {
    const factor = ofMeanOne(sd, random.normal());
    return { bad: random.binomial(total, 1 - shareBelow({ p50: 110, p95: 250, p99: 350 }, 300 / factor)), total };
  };
  const learnt = (sd: number, count: number, total: number, seed: number) => {
    const random = new Random(seed, 'luck', String(sd), String(count), String(total));
    const byInstance = Array.from({ length: count }, () => instance(random, sd, total));
    return luckOf({ ticks: [], tickMs, byInstance }, 0.02, 1)!.spread;
  };
  const mean = (sd: number, count: number, total: number) =>
    Array.from({ length: 40 }, (_, seed) => learnt(sd, count, total, seed)).reduce((all, one) => all + one, 0) / 40;

  test.each([0.05, 0.1, 0.2])('of many that differ by %d, in normal quantiles', (sd) => {
    expect(mean(sd, 200, 20_000)).toBeGreaterThan(0.8 * (sd / 0.494));
    expect(mean(sd, 200, 20_000)).toBeLessThan(1.25 * (sd / 0.494) + 0.03);
  });

  test('of none or one it is what is expected of any, and of many that are alike hardly anything', () => {
    expect(luckOf({ ticks: [], tickMs, byInstance: [] }, 0.02, 1)!.spread).toBeCloseTo(0.4, 9);
    expect(learnt(0.2, 1, 20_000, 1)).toBeCloseTo(0.4, 9);
    expect(mean(0, 100, 20_000)).toBeLessThan(0.08);
    // A few requests of each tell little.
    expect(mean(0, 100, 20)).toBeGreaterThan(mean(0, 100, 20_000));
    expect(mean(0, 5, 20)).toBeGreaterThan(0.3);
  });

  test('where nobody tells them apart, by hours that differ by more than chance, and not by those that do not', () => {
    const random = new Random(7, 'hours');
    const hour = (slow: number) =>
      Array.from({ length: 240 }, () => ({ bad: random.binomial(1500, slow), total: 1500 }));
    const alike = Array.from({ length: 200 }, () =>
      luckOf({ ticks: [1, 1, 1, 1, 1, 1].flatMap(() => hour(0.02)), tickMs }, 0.02, 1),
    );
    expect(alike.filter((luck) => luck !== null).length).toBeLessThanOrEqual(4);
    const differing = luckOf({ ticks: [0.01, 0.02, 0.04, 0.02, 0.015, 0.03].flatMap(hour), tickMs }, 0.02, 1);
    expect(differing!.spread).toBeGreaterThan(0.15);
    expect(differing!.spread).toBeLessThan(0.35);
    expect(luckOf({ ticks: [], tickMs }, 0, 1.5)).toBeNull();
  });
});
