/**
 * What is called an e-value is one: its expectation under the null is at most 1, by adding up every outcome. The rest is
 * Ville's inequality, and that holds for the convictions, too, by following every history of a few ticks.
 */
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence, lnAbsolute, lnRelative } from '../../src/decide/evidence/evidence.ts';
import { mixture } from '../../src/decide/evidence/logs.ts';
import { ratios, type Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import type { EventKind } from '../../src/policy/policy.ts';
import type { Evidence } from '../../src/status/evidence.ts';
import { oneIn } from '../whole.ts';
import { binomial, type Chances, expectation, lnPoisson, poisson, together, withoutTail } from './chances.ts';

const at = '2026-01-05T00:00:00.000Z';
const exact = 1e-12;
/** A candidate may be so many times as bad as its control. */
const relativeNull = 1.2;
const nulls = { relative: relativeNull, mirrored: relativeNull, fineRelative: 1.05 } as const;
const risks = { relative: [2, 6, 30, 1000], mirrored: [2, 6, 30, 1000], fineRelative: [1.2, 1.5] } as const;
const certain: Chances = [1];
const termsOf = (kind: EventKind, ticksToConvict = 6): Terms => ({
  kind,
  sloAllows: 0.001,
  gating: 1,
  ticksToConvict,
  tickMs: 15_000,
});
/** As many ticks to convict as this put the cap out of reach of the counts here. */
const uncapped = 1e-3;

const tickOf = (badC: number, totalC: number, badS: number, totalS: number, more: Partial<Tick> = {}): Tick => ({
  candidate: { bad: badC, total: totalC },
  control: { bad: badS, total: totalS },
  ...more,
});

type Test = 'absolute' | 'fineAbsolute' | keyof typeof nulls;
/** Of one test, or of all that speak of the same. */
type Whole = Test | 'lnAbsolute' | 'lnRelative';
const wholes = { lnAbsolute, lnRelative } as const;

/** One tick under a null: what is known before it, and how its bad requests are distributed. */
interface Drawn {
  readonly of: (badC: number, badS: number) => Tick;
  readonly candidate: Chances;
  readonly control: Chances;
}

/** The expectation of each alternative's ratio in one tick. */
function worth({ of, candidate, control }: Drawn, which: Test, allowed = 0.001, phi = 1, kind: EventKind = 'Errors') {
  const sums = ratios(of(0, 0), allowed, phi, kind)[which].map(() => 0);
  for (const [badC, a] of candidate.entries()) {
    for (const [badS, b] of control.entries()) {
      if (a * b === 0) continue;
      ratios(of(badC, badS), allowed, phi, kind)[which].forEach((ln, i) => {
        sums[i]! += a * b * Math.exp(ln);
      });
    }
  }
  return sums;
}

/** The expectation of the mixture after these ticks, one after the other, as `absorb` keeps it. */
function afterAll(ticks: readonly Drawn[], which: Whole, terms: Terms, allowed: number, phi: number): number {
  const from = (evidence: Evidence, i: number): number => {
    const drawn = ticks[i];
    if (!drawn) {
      return Math.exp(
        which === 'lnAbsolute' || which === 'lnRelative' ? wholes[which](evidence) : mixture(evidence[which] ?? []),
      );
    }
    return expectation(drawn.candidate, drawn.control, (badC, badS) =>
      from(absorb(evidence, drawn.of(badC, badS), terms, at), i + 1),
    );
  };
  return from(freshEvidence('x', phi, allowed, at), 0);
}

/** What has begun by the second tick: half at the first, and a little at the second. */
const begunAtTheFirst = 1 / 2;
const begunByTheSecond = 1 / 2 + 1 / (2 * 481);

describe('the absolute test of good and bad requests', () => {
  const alone = (n: number, p: number): Drawn => ({
    of: (bad) => tickOf(bad, n, 0, 20),
    candidate: binomial(n, p),
    control: certain,
  });

  test.each([0.001, 0.01, 0.1, 0.3])('is worth exactly 1 where the bad fraction is the allowed %d', (allowed) => {
    for (const kind of ['Errors', 'Latency'] as const) {
      for (let n = 1; n <= 12; n++) {
        for (const which of ['absolute', 'fineAbsolute'] as const) {
          for (const one of worth(alone(n, allowed), which, allowed, 1, kind)) {
            expect(Math.abs(one - 1)).toBeLessThan(exact);
          }
        }
      }
    }
  });

  test.each([0.01, 0.1, 0.3])('is worth at most 1 where it is below the allowed %d, or tempered', (allowed) => {
    for (const kind of ['Errors', 'Latency'] as const) {
      for (let n = 1; n <= 12; n++) {
        for (const below of [0, 0.2, 0.9, 1]) {
          for (const phi of [1, 2, 10]) {
            for (const which of ['absolute', 'fineAbsolute'] as const) {
              for (const one of worth(alone(n, below * allowed), which, allowed, phi, kind)) {
                expect(one).toBeLessThanOrEqual(1 + exact);
              }
            }
          }
        }
      }
    }
  });

  test('is worth more than 1 outside the null, so that these sums can tell', () => {
    for (const one of worth(alone(12, 0.11), 'absolute', 0.1)) expect(one).toBeGreaterThan(1.01);
    for (const one of worth(alone(12, 0.11), 'fineAbsolute', 0.1)) expect(one).toBeGreaterThan(1.01);
  });

  test.each([0.01, 0.1, 0.3])('keeps in its process no more than what has begun (allowed %d)', (allowed) => {
    for (const kind of ['Errors', 'Latency'] as const) {
      for (const [first, second] of [
        [1, 12],
        [5, 7],
        [12, 12],
      ] as const) {
        for (const phi of [1, 2]) {
          for (const part of [0.5, 1]) {
            for (const ticksToConvict of [uncapped, 1, 6]) {
              const terms = termsOf(kind, ticksToConvict);
              const ticks = [alone(first, part * allowed), alone(second, part * allowed)];
              for (const which of ['absolute', 'lnAbsolute'] as const) {
                const one = afterAll(ticks.slice(0, 1), which, terms, allowed, phi);
                const both = afterAll(ticks, which, terms, allowed, phi);
                expect(one).toBeLessThanOrEqual(begunAtTheFirst + exact);
                expect(both).toBeLessThanOrEqual(begunByTheSecond + exact);
                if (phi === 1 && part === 1 && ticksToConvict === uncapped) {
                  expect(one).toBeCloseTo(begunAtTheFirst, 11);
                  expect(both).toBeCloseTo(begunByTheSecond, 11);
                }
              }
            }
          }
        }
      }
    }
  });
});

describe('the absolute test of a rate', () => {
  const of = (bad: number, exposure: number) => tickOf(bad, exposure, 0, 20);
  const alone = (exposure: number, rate: number): Drawn => ({
    of: (bad) => of(bad, exposure),
    candidate: withoutTail(poisson(exposure * rate)),
    control: certain,
  });
  /** By logarithms: the ratios of the rarest counts are too large for a number. */
  const worthOf = (exposure: number, rate: number, allowed: number, phi: number) =>
    [0, 1, 2, 3].map((i) =>
      lnPoisson(exposure * rate, 600).reduce(
        (sum, ln, bad) => sum + Math.exp(ln + ratios(of(bad, exposure), allowed, phi, 'Rate').absolute[i]!),
        0,
      ),
    );

  test.each([0.001, 0.02, 0.3])('is worth exactly 1 at the allowed rate %d, and at most 1 below', (allowed) => {
    for (const exposure of [1, 7, 12, 40]) {
      for (const one of worthOf(exposure, allowed, allowed, 1)) expect(Math.abs(one - 1)).toBeLessThan(1e-9);
      for (const one of worthOf(exposure, allowed / 2, allowed, 1)) expect(one).toBeLessThanOrEqual(1 + exact);
      for (const one of worthOf(exposure, allowed, allowed, 2)) expect(one).toBeLessThanOrEqual(1 + exact);
    }
  });

  test.each([0.02, 0.3])('keeps in its process no more than what has begun (allowed %d)', (allowed) => {
    for (const phi of [1, 2]) {
      const ticks = [5, 12].map((exposure) => alone(exposure, allowed));
      expect(afterAll(ticks, 'absolute', termsOf('Rate'), allowed, phi)).toBeLessThanOrEqual(begunByTheSecond + exact);
    }
  });
});

const splits = [
  [1, 19],
  [3, 9],
  [6, 6],
  [9, 1],
] as const;
const baseRates = [0.001, 0.01, 0.1, 0.3];

/** An event more of one arm multiplies no ratio of ours by more than this, for that arm's share. */
const growth = (share: number, which: keyof typeof nulls = 'relative'): number =>
  Math.max(
    ...risks[which].map(
      (risk) => (risk * (nulls[which] * share + 1 - share)) / (nulls[which] * (risk * share + 1 - share)),
    ),
  );

type Law = 'Poisson' | 'binomial';

/** Both arms fail alike, but one as much more often as the null still allows it. */
function alike(
  law: Law,
  worse: 'candidate' | 'control',
  [nC, nS]: readonly [number, number],
  p: number,
  which: keyof typeof nulls = 'relative',
): Drawn {
  const [pC, pS] = worse === 'candidate' ? [nulls[which] * p, p] : [p, nulls[which] * p];
  const share = (worse === 'candidate' ? nC : nS) / (nC + nS);
  const drawn = (n: number, chance: number, factor: number) =>
    law === 'binomial' ? binomial(n, chance) : poisson(n * chance, factor);
  return {
    of: (badC, badS) => tickOf(badC, nC, badS, nS),
    candidate: drawn(nC, pC, worse === 'candidate' ? growth(share, which) : 1),
    control: drawn(nS, pS, worse === 'control' ? growth(share, which) : 1),
  };
}

describe.each([
  ['relative', 'candidate'],
  ['fineRelative', 'candidate'],
  ['mirrored', 'control'],
] as const)('the %s test', (which, worse) => {
  test.each(oneIn(2, baseRates))(
    'is worth exactly 1 at the edge of its null with Poisson counts of base rate %d',
    (p) => {
      for (const split of splits) {
        for (const one of worth(alike('Poisson', worse, split, p, which), which)) {
          expect(Math.abs(one - 1)).toBeLessThan(1e-9);
        }
      }
    },
  );

  test.each(oneIn(2, baseRates, 1))(
    'is worth at most 1 with binomial counts, tempered counts, or equal arms (%d)',
    (p) => {
      for (const split of splits) {
        const equal = {
          ...alike('binomial', worse, split, p, which),
          candidate: binomial(split[0], p),
          control: binomial(split[1], p),
        };
        for (const one of [
          ...worth(alike('binomial', worse, split, p, which), which),
          ...worth(alike('binomial', worse, split, p, which), which, 0.001, 3),
          ...worth(alike('Poisson', worse, split, p, which), which, 0.001, 2),
          ...worth(equal, which),
        ]) {
          expect(one).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    },
  );

  test('is worth more than 1 outside its null, so that these sums can tell', () => {
    const drawn = alike('Poisson', worse, [6, 6], 0.1, which);
    const beyond = { ...drawn, [worse]: poisson(1.3 * 6 * 0.1, 3) };
    for (const one of worth(beyond, which)) expect(one).toBeGreaterThan(1.001);
  });

  test.each<[Law]>([['Poisson'], ['binomial']])(
    'keeps in its process no more than what has begun, whatever the base rate does from tick to tick (%s)',
    (law) => {
      for (const [first, second] of [
        [0.01, 0.3],
        [0.3, 0.01],
        [0.1, 0.1],
      ] as const) {
        for (const split of [splits[0], splits[2]] as const) {
          const ticks = [first, second].map((p) => {
            const drawn = alike(law, worse, split, p, which);
            const tail = law === 'Poisson' ? 1e-8 : 0;
            return {
              ...drawn,
              candidate: withoutTail(drawn.candidate, tail),
              control: withoutTail(drawn.control, tail),
            };
          });
          // What was cut off is rarer than 1e-7, and no history is worth more than the caps of two ticks.
          expect(afterAll(ticks, which, termsOf('Errors'), 0.05, 1)).toBeLessThanOrEqual(begunByTheSecond);
          expect(afterAll(ticks, which, termsOf('Errors', uncapped), 0.05, 2)).toBeLessThanOrEqual(begunByTheSecond);
        }
      }
    },
  );
});

/** Two halves of a tick of 60 requests each, with a share and a base rate of their own; only the sums are seen. */
interface Half {
  readonly share: number;
  readonly p: number;
}
const inHalf = 60;

function mixed(worse: 'candidate' | 'control', halves: readonly [Half, Half], law: Law, told: boolean): Drawn {
  const shares = halves.map(({ share }) => share);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const requests = (name: 'candidate' | 'control', { share }: Half) =>
    Math.round(inHalf * (name === 'candidate' ? share : 1 - share));
  const total = (name: 'candidate' | 'control') => requests(name, halves[0]) + requests(name, halves[1]);
  const factor = growth(worse === 'candidate' ? least : 1 - most);
  const bad = (name: 'candidate' | 'control'): Chances => {
    const [one, other] = halves.map((half) => {
      const chance = half.p * (name === worse ? relativeNull : 1);
      return law === 'binomial'
        ? binomial(requests(name, half), chance)
        : poisson(requests(name, half) * chance, name === worse ? factor : 1);
    });
    return together(one!, other!);
  };
  return {
    of: (badC, badS) =>
      tickOf(badC, total('candidate'), badS, total('control'), told ? { shares: { least, most } } : {}),
    candidate: bad('candidate'),
    control: bad('control'),
  };
}

describe('a tick in which the split changed', () => {
  const sharesTried = [0.05, 0.2, 0.5, 0.9];
  const ratesTried = [0.001, 0.02, 0.2];

  describe.each([
    ['relative', 'candidate'],
    ['mirrored', 'control'],
  ] as const)('%s', (which, worse) => {
    test.each(sharesTried)('is worth at most 1, whatever failed in which half (first share %d)', (first) => {
      for (const second of sharesTried) {
        for (const p1 of ratesTried) {
          for (const p2 of ratesTried) {
            const halves = [
              { share: first, p: p1 },
              { share: second, p: p2 },
            ] as const;
            for (const one of worth(mixed(worse, halves, 'binomial', true), which)) {
              expect(one).toBeLessThanOrEqual(1 + 1e-9);
            }
          }
        }
      }
    });

    const up = [
      { share: 0.05, p: 0.001 },
      { share: 0.2, p: 0.05 },
    ] as const;
    const down = [
      { share: 0.5, p: 0.05 },
      { share: 0.2, p: 0.001 },
    ] as const;
    // The arm that is tried had the larger share of the worse half.
    const unfair: Record<typeof worse, (readonly [Half, Half])[]> = {
      candidate: [up, down],
      control: [
        [
          { share: 0.5, p: 0.001 },
          { share: 0.2, p: 0.05 },
        ],
        [
          { share: 0.05, p: 0.05 },
          { share: 0.5, p: 0.001 },
        ],
      ],
    };

    test('with Poisson counts, too, is worth at most 1 by its shares, and by the measured share it would be more', () => {
      for (const halves of unfair[worse]) {
        for (const one of worth(mixed(worse, halves, 'Poisson', true), which)) {
          expect(one).toBeLessThanOrEqual(1 + 1e-9);
        }
        for (const one of worth(mixed(worse, halves, 'Poisson', false), which)) expect(one).toBeGreaterThan(1.02);
        const told = afterAll([mixed(worse, halves, 'binomial', true)], which, termsOf('Errors', uncapped), 0.05, 1);
        const measured = afterAll(
          [mixed(worse, halves, 'binomial', false)],
          which,
          termsOf('Errors', uncapped),
          0.05,
          1,
        );
        expect(told).toBeLessThanOrEqual(begunAtTheFirst + exact);
        expect(measured).toBeGreaterThan(begunAtTheFirst * 1.02);
      }
    });

    test('holds at the boundary below, too', () => {
      const [halves] = unfair[worse];
      const drawn = mixed(worse, halves!, 'binomial', true);
      // The same counts at both boundaries, so that the eight are twice the four.
      const both: Drawn = {
        ...drawn,
        of: (badC, badS) => {
          const { candidate, control, shares } = drawn.of(badC, badS);
          return { candidate, control, below: { candidate, control }, ...(shares && { shares }) };
        },
      };
      const eight = worth(both, which);
      expect(eight).toHaveLength(8);
      for (const one of eight) expect(one).toBeLessThanOrEqual(1 + 1e-9);
    });
  });
});

describe('what has begun', () => {
  test('is at most 1 however long it runs: a week of ticks', () => {
    for (const tickMs of [15_000, 60_000, 600_000]) {
      const terms = { ...termsOf('Errors'), tickMs };
      let evidence = freshEvidence('x', 1, 0.001, at);
      // Without a control each ratio is 1, so that what is left is the weight of the beginnings.
      for (let tick = 0; tick <= (7 * 86_400_000) / tickMs; tick++) {
        evidence = absorb(evidence, tickOf(1, 300, 0, 0), terms, at);
      }
      expect(Math.exp(mixture(evidence.relative))).toBeLessThanOrEqual(1 + 1e-9);
      expect(Math.exp(mixture(evidence.relative))).toBeGreaterThan(0.99);
    }
  });
});

/** The chance that something is true after one of these ticks, by following every history until it is. */
function chanceEver(
  ticks: readonly Drawn[],
  terms: Terms,
  allowed: number,
  is: (evidence: Evidence, tick: Tick) => boolean,
): number {
  const from = (evidence: Evidence, i: number): number => {
    const drawn = ticks[i];
    if (!drawn) return 0;
    return expectation(drawn.candidate, drawn.control, (badC, badS) => {
      const tick = drawn.of(badC, badS);
      const next = absorb(evidence, tick, terms, at);
      return is(next, tick) ? 1 : from(next, i + 1);
    });
  };
  return from(freshEvidence('x', 1, allowed, at), 0);
}

describe('the chance of a false conviction', () => {
  const convicts = (terms: Terms) => (evidence: Evidence, tick: Tick) => assess(evidence, tick, terms, true).convicts;
  const absolutely = (terms: Terms) => (evidence: Evidence) =>
    assess(evidence, null, terms, true).lnAbsolute >= Math.log(terms.gating / 0.01);
  const relatively = (terms: Terms) => (evidence: Evidence) =>
    assess(evidence, null, terms, true).lnRelative >= Math.log(terms.gating / 0.05);
  const times = (count: number, drawn: Drawn) => Array.from({ length: count }, () => drawn);

  test.each([
    [0.02, 1],
    [0.1, 1],
    [0.1, 3],
    [0.3, 3],
  ])('inside the SLO is at most one in a hundred (allowed %d, %d ticks to convict)', (allowed, ticksToConvict) => {
    const terms = termsOf('Errors', ticksToConvict);
    // The control never fails: nothing but the SLO protects the candidate.
    const beside: Drawn = {
      of: (bad) => tickOf(bad, 6, 0, 60),
      candidate: binomial(6, allowed),
      control: certain,
    };
    const crossing = chanceEver(times(5, beside), terms, allowed, absolutely(terms));
    expect(crossing).toBeGreaterThan(0);
    expect(crossing).toBeLessThanOrEqual(0.01);
    expect(chanceEver(times(5, beside), terms, allowed, convicts(terms))).toBeLessThanOrEqual(crossing);
  });

  test.each([
    [0.1, 1],
    [0.3, 1],
    [0.3, 2],
  ])(
    'outside the SLO, but no worse than its control, is at most one in twenty (base rate %d, %d ticks)',
    (p, ticksToConvict) => {
      const terms = termsOf('Errors', ticksToConvict);
      const both = alike('binomial', 'candidate', [2, 4], p);
      const crossing = chanceEver(times(4, both), terms, 0.001, relatively(terms));
      expect(crossing).toBeGreaterThan(0);
      expect(crossing).toBeLessThanOrEqual(0.05);
      const convicting = chanceEver(times(4, both), terms, 0.001, convicts(terms));
      expect(convicting).toBeGreaterThan(0);
      expect(convicting).toBeLessThanOrEqual(0.05);
    },
  );

  test.each([
    [0.02, 1],
    [0.1, 1],
    [0.1, 3],
    [0.3, 3],
  ])('is preceded by a false alarm in at most one of twenty (allowed %d, %d ticks to convict)', (allowed, ticks) => {
    for (const gating of [1, 4]) {
      const terms = { ...termsOf('Errors', ticks), gating };
      const alone: Drawn = { of: (bad) => tickOf(bad, 6, 0, 0), candidate: binomial(6, allowed), control: certain };
      const alarm = chanceEver(times(5, alone), terms, allowed, (evidence, tick) => {
        return assess(evidence, tick, terms, true).burns;
      });
      expect(alarm).toBeGreaterThan(0);
      expect(alarm).toBeLessThanOrEqual(1 / 20 / gating);
    }
  });

  test('is shared by the objectives that can convict', () => {
    const terms = { ...termsOf('Errors', 1), gating: 4 };
    const both = alike('binomial', 'candidate', [2, 4], 0.3);
    expect(chanceEver(times(4, both), terms, 0.001, convicts(terms))).toBeLessThanOrEqual(0.05 / 4);
  });

  test('by one tick of total failure is at most four in a million: the best of four e-values', () => {
    const terms = termsOf('Errors');
    const beside: Drawn = {
      of: (bad) => tickOf(bad, 40, 0, 400),
      candidate: binomial(40, 0.01),
      control: certain,
    };
    const guards = chanceEver(
      [beside],
      terms,
      0.01,
      (evidence, tick) => assess(evidence, tick, terms, true).totalFailure,
    );
    expect(guards).toBeGreaterThan(0);
    expect(guards).toBeLessThanOrEqual(4e-6);
  });
});

test('the whole relative test keeps no more than what has begun where neither of its nulls falls', () => {
  for (const split of [splits[0], splits[2]] as const) {
    for (const [first, second] of [
      [0.01, 0.3],
      [0.1, 0.1],
    ] as const) {
      const ticks = [first, second].map((p) => alike('binomial', 'candidate', split, p, 'fineRelative'));
      for (const ticksToConvict of [uncapped, 6]) {
        const terms = termsOf('Errors', ticksToConvict);
        expect(afterAll(ticks, 'lnRelative', terms, 0.05, 1)).toBeLessThanOrEqual(begunByTheSecond + exact);
      }
    }
  }
});
