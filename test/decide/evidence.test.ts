import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Assessment, assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { forgetSuspicion } from '../../src/decide/evidence/passing.ts';
import { ratios, type Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { iso, ms } from '../../src/facts/time.ts';
import type { Evidence } from '../../src/status/evidence.ts';

const requests: Terms = { kind: 'Errors', sloAllows: 0.001, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
const latency: Terms = { ...requests, kind: 'Latency', sloAllows: 0.05 };

const tick = (badC: number, totalC: number, badS: number, totalS: number): Tick => ({
  candidate: { bad: badC, total: totalC },
  control: { bad: badS, total: totalS },
});

const fresh = (terms: Terms, phi = 1): Evidence => freshEvidence('x', phi, terms.sloAllows, '2026-01-01T00:00:00.000Z');

function after(
  ticks: readonly Tick[],
  terms: Terms = requests,
  from = fresh(terms),
): { evidence: Evidence; last: Assessment } {
  const evidence = ticks.reduce((sum, next) => absorb(sum, next, terms, iso(ms(sum.judgedUntil) + terms.tickMs)), from);
  return { evidence, last: assess(evidence, ticks.at(-1) ?? null, terms, true) };
}

const times = (count: number, of: Tick): Tick[] => Array.from({ length: count }, () => of);
const healthy = tick(0, 300, 1, 2700);
const failing = tick(60, 300, 1, 2700);

describe('conviction', () => {
  test.each([3, 5, 6, 8])(
    'of %i ticks to convict that many full ones do, and less than four fifths never do',
    (ticksToConvict) => {
      const terms = { ...requests, ticksToConvict };
      expect(after(times(ticksToConvict, failing), terms).last.convicts).toBe(true);
      expect(after(times(Math.ceil(0.79 * ticksToConvict) - 1, failing), terms).last.convicts).toBe(false);
    },
  );

  test('needs the comparison: what hits both arms alike never convicts, however long it lasts', () => {
    const outage = tick(60, 300, 540, 2700);
    const { last } = after(times(200, outage));
    expect(last.lnAbsolute).toBeGreaterThan(100);
    expect(last.convicts).toBe(false);
    expect(last.environmentBad).toBe(true);
  });

  describe.each(['Errors', 'Latency', 'Rate'] as const)('%s', (kind) => {
    const terms = { ...requests, kind, sloAllows: kind === 'Latency' ? 0.05 : 0.001 };
    test.each([4, 20, 100].flatMap((length) => [6, 10, 100].map((severity) => [length, severity] as const)))(
      'learns from an outage of both, of %i ticks and %i times what is allowed, no small excess that a later chance could meet',
      (length, severity) => {
        const bad = Math.min(0.9, severity * terms.sloAllows);
        const outage = tick(3000 * bad, 3000, 27_000 * bad, 27_000);
        const { evidence } = after(times(length, outage), terms);
        expect(evidence.environmentBad).toBe(true);
        // That both fail is known from the second tick on.
        const { fineAbsolute, fineRelative } = after([outage], terms).evidence;
        expect(evidence).toMatchObject({ fineAbsolute, fineRelative });
      },
    );
  });

  test('needs the SLO: a candidate far worse than a perfect control but inside its SLO is not convicted', () => {
    const withinSlo = tick(1, 3000, 0, 27_000);
    expect(after(times(300, withinSlo)).last.convicts).toBe(false);
  });

  test('needs no control to be silent: without requests on the control nothing is relative evidence', () => {
    const alone = tick(300, 300, 0, 0);
    const { last } = after(times(50, alone));
    expect(last.lnRelative).toBeLessThanOrEqual(0);
    expect(last.convicts).toBe(false);
    expect(last.totalFailureAlone).toBe(true);
  });

  test('of total failure takes one tick, and of a small burst it does not', () => {
    expect(after([tick(290, 300, 1, 2700)]).last.totalFailure).toBe(true);
    expect(after([tick(30, 300, 1, 2700)]).last.totalFailure).toBe(false);
    expect(after([tick(2, 2, 0, 18)]).last.totalFailure).toBe(false);
  });

  test('of a fault that begins late is hardly held up by the healthy hours before it, and suspicion not at all', () => {
    const hours = times(480, healthy);
    expect(after([...hours, ...times(11, failing)]).last.convicts).toBe(true);
    expect(after([...hours, ...times(4, failing)]).last.suspect).toBe(true);
  });
});

describe('no data', () => {
  test('a tick without candidate requests changes no evidence', () => {
    const { evidence } = after(times(3, failing));
    const silent = absorb(evidence, tick(0, 0, 5, 3000), requests, evidence.judgedUntil);
    expect(silent.absolute).toEqual(evidence.absolute);
    expect(silent.relative).toEqual(evidence.relative);
    expect(silent.absoluteMeter).toEqual(evidence.absoluteMeter);
  });

  test('evidence that has seen nothing speaks neither way', () => {
    expect(assess(fresh(requests), null, requests, true)).toMatchObject({
      lnAbsolute: 0,
      lnRelative: 0,
      convicts: false,
      suspect: false,
      certified: false,
      upperBound: 1,
    });
  });
});

const tally = (most: number) =>
  fc.nat(most).chain((total) => fc.record({ total: fc.constant(total), bad: fc.nat(total) }));
const anyTick = fc.record({ candidate: tally(500), control: tally(2000), toMs: fc.constant(0) });

describe('invariants', () => {
  test('one more bad request never lowers the suspicion or the evidence', () => {
    fc.assert(
      fc.property(
        fc.array(anyTick, { maxLength: 20 }),
        anyTick,
        fc.constantFrom(requests, latency),
        (before, next, terms) => {
          fc.pre(next.candidate.bad < next.candidate.total);
          const worse = { ...next, candidate: { ...next.candidate, bad: next.candidate.bad + 1 } };
          const a = after([...before, next], terms).last;
          const b = after([...before, worse], terms).last;
          expect(b.lnAbsolute).toBeGreaterThanOrEqual(a.lnAbsolute - 1e-9);
          expect(b.lnRelative).toBeGreaterThanOrEqual(a.lnRelative - 1e-9);
          expect(b.suspicionAbsolute).toBeGreaterThanOrEqual(a.suspicionAbsolute - 1e-9);
          expect(b.suspicionRelative).toBeGreaterThanOrEqual(a.suspicionRelative - 1e-9);
        },
      ),
    );
  });

  test('a restart between any two ticks changes nothing: evidence makes the journey through JSON unharmed', () => {
    fc.assert(
      fc.property(fc.array(anyTick, { minLength: 1, maxLength: 20 }), fc.nat(20), (ticks, at) => {
        const cut = Math.min(at, ticks.length);
        const first = after(ticks.slice(0, cut)).evidence;
        const revived = JSON.parse(JSON.stringify(first)) as Evidence;
        expect(after(ticks.slice(cut), requests, revived).evidence).toEqual(after(ticks).evidence);
      }),
    );
  });

  test('swapping the arms swaps the relative evidence', () => {
    fc.assert(
      fc.property(anyTick, (one) => {
        const other = { ...one, candidate: one.control, control: one.candidate };
        expect(ratios(one, 0.001, 1, 'Errors').relative).toEqual(ratios(other, 0.001, 1, 'Errors').mirrored);
      }),
    );
  });

  test('more dispersion means less evidence from the same counts', () => {
    const few = times(3, tick(2, 300, 3, 2700));
    const calm = after(few, requests, fresh(requests, 1)).evidence;
    const bursty = after(few, requests, fresh(requests, 10)).evidence;
    expect(Math.max(...bursty.absolute)).toBeLessThan(Math.max(...calm.absolute));
  });
});

/** Exact expectation of e under a null, by enumerating every outcome of one tick. */
function expectation(p: number, q: number, n: number, theta: number, phi: number) {
  let absolute = 0;
  let relative = 0;
  for (let badC = 0; badC <= n; badC++) {
    for (let badS = 0; badS <= n; badS++) {
      const chance = binomial(n, badC, theta * p) * binomial(n, badS, p);
      const { absolute: a, relative: r } = ratios(
        tick(badC, n, badS, Math.round((n * (1 - q)) / q)),
        p * theta,
        phi,
        'Errors',
      );
      absolute += chance * Math.exp(Math.max(...a.slice(0, 1)));
      relative += chance * Math.exp(r[0]!);
    }
  }
  return { absolute, relative };
}

function binomial(n: number, k: number, p: number): number {
  let log = 0;
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return Math.exp(log + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

describe('validity', () => {
  test.each([0.01, 0.1, 0.3])(
    'the expected e-value of a candidate exactly at the null is at most 1 (base rate %f)',
    (p) => {
      for (const phi of [1, 3]) {
        const { absolute, relative } = expectation(p, 0.5, 12, 1.2, phi);
        expect(absolute).toBeLessThanOrEqual(1 + 1e-9);
        expect(relative).toBeLessThanOrEqual(1 + 1e-9);
      }
    },
  );
});

test('forgetting suspicion keeps what was proven', () => {
  const { evidence } = after(times(3, failing));
  const calm = forgetSuspicion(evidence);
  expect(assess(calm, null, requests, true).suspect).toBe(false);
  expect(calm.absolute).toEqual(evidence.absolute);
});

test('a clean candidate is certified once its bound is below twice the allowed fraction, and not before', () => {
  expect(after(times(4, tick(0, 300, 1, 2700))).last.certified).toBe(false);
  const { last } = after(times(6, tick(0, 300, 1, 2700)));
  expect(last.upperBound).toBeCloseTo(3 / 1800, 6);
  expect(last.certified).toBe(true);
});

test('ticks in which the control itself fails do not count for the certificate, unless the candidate is the cure', () => {
  const sick = tick(50, 300, 540, 2700);
  expect(after([sick]).evidence.certified.total).toBe(0);
  const cure = tick(0, 300, 540, 2700);
  const { evidence, last } = after(times(5, cure));
  expect(last.better).toBe(true);
  expect(evidence.certified.total).toBeGreaterThan(0);
});

describe('a failure that is certain, and passes', () => {
  const slow = times(60, tick(2, 300, 1, 2700));
  const terms = { ...requests, ticksToConvict: 6 };

  test.each([1, 2, 3, 4, 5])('leaves what spoke against the candidate before, after %i ticks', (length) => {
    const before = after(slow, terms).evidence;
    const passed = [...slow, ...times(length, failing), healthy];
    const { evidence } = after(passed, terms);
    // Less than what the one healthy tick takes.
    const lost = after([...slow, healthy], terms).evidence;
    expect(Math.max(...evidence.absolute)).toBeGreaterThanOrEqual(Math.max(...lost.absolute) - 1e-9);
    expect(Math.max(...before.absolute)).toBeGreaterThan(0);
    expect(evidence.failingSince).toBeUndefined();
  });

  test.each([1, 2, 3, 4, 5])('leaves it three full ticks short of a conviction, after %i ticks', (length) => {
    const passed = [healthy, ...times(length, failing), healthy];
    expect(after(passed, terms).last).toMatchObject({ convicts: false, suspect: false });
    expect(after([...passed, ...times(2, failing)], terms).last.convicts).toBe(false);
  });
});
