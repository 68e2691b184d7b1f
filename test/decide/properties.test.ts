/** What must hold whatever is counted: worse is never better evidence for the candidate, order and restarts are nothing. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type Assessment, assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { beginEvidence, judge } from '../../src/decide/evidence/judge.ts';
import { certain } from '../../src/decide/evidence/passing.ts';
import { ratios, type Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { type Answer, known } from '../../src/facts/answer.ts';
import type { Counts, Tally } from '../../src/facts/counts.ts';
import type { EventKind, Policy } from '../../src/policy/policy.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { steadyrun } from '../../src/rehearsal/rules/steadyrun.ts';
import type { EventText } from '../../src/scenario/events.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { without } from '../../src/status/edit.ts';
import type { Evidence } from '../../src/status/evidence.ts';
import { recall } from '../../src/status/read.ts';
import type { Status } from '../../src/status/status.ts';
import { toStore } from '../../src/status/write.ts';
import { availability, latency, validPolicy, websockets } from '../policy/valid.ts';
import { isWhole } from '../whole.ts';

const at = '2026-01-05T00:00:00.000Z';

const kinds = fc.constantFrom<EventKind>('Errors', 'Latency', 'Rate');
const phis = fc.constantFrom(1, 1.5, 4, 10);
const termsArbitrary = fc
  .record({ kind: kinds, gating: fc.integer({ min: 1, max: 3 }), ticksToConvict: fc.constantFrom(3, 5, 6, 8) })
  .map(({ kind, ...rest }): Terms => ({ ...rest, kind, sloAllows: kind === 'Latency' ? 0.05 : 0.002, tickMs: 15_000 }));

const tally = (most: number, mayExceed: boolean) =>
  fc.nat(most).chain((total) => fc.record({ total: fc.constant(total), bad: fc.nat(mayExceed ? 3 * most : total) }));
const counted = (mayExceed: boolean) =>
  fc.record({ candidate: tally(300, mayExceed), control: tally(3000, mayExceed) });
const shares = fc
  .tuple(fc.nat(100), fc.nat(100))
  .map(([a, b]) => ({ least: Math.min(a, b) / 100, most: Math.max(a, b) / 100 }));
const tickArbitrary = (mayExceed: boolean) =>
  fc
    .record({ counted: counted(mayExceed), shares: fc.option(shares), below: fc.option(counted(mayExceed)) })
    .map(({ counted, shares, below }): Tick => ({ ...counted, ...(shares && { shares }), ...(below && { below }) }));

interface Seen {
  readonly evidence: Evidence;
  readonly assessments: readonly Assessment[];
}

function after(ticks: readonly Tick[], terms: Terms, phi: number): Seen {
  let evidence = freshEvidence('x', phi, terms.sloAllows, at);
  const assessments = ticks.map((tick) => {
    evidence = absorb(evidence, tick, terms, at);
    return assess(evidence, tick, terms, true);
  });
  return { evidence, assessments };
}

const rounding = 1e-7;
const notLower = (one: readonly number[], other: readonly number[]) => {
  expect(one).toHaveLength(other.length);
  one.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(other[i]! - rounding * Math.max(1, Math.abs(other[i]!)));
  });
};

/** What is certain in one tick and passes takes back what it brought: the more, the less is left of it. */
const isCertainOnce = ({ assessments }: { readonly assessments: readonly Assessment[] }): boolean =>
  assessments.some(({ tickPower }) => tickPower >= certain);

/** A few ticks, one of which is made worse for the candidate. */
const worsened = termsArbitrary.chain((terms) =>
  fc.record({
    terms: fc.constant(terms),
    phi: phis,
    ticks: fc.array(tickArbitrary(terms.kind === 'Rate'), { minLength: 1, maxLength: 12 }),
    which: fc.nat(),
    much: fc.integer({ min: 1, max: 400 }),
  }),
);

const replaced = (ticks: readonly Tick[], which: number, change: (tick: Tick) => Tick): Tick[] =>
  ticks.map((tick, i) => (i === which % ticks.length ? change(tick) : tick));

describe('the evidence', () => {
  test('is never lowered by more bad requests of the candidate in any one tick, and nobody is acquitted by them', () => {
    fc.assert(
      fc.property(worsened, ({ terms, phi, ticks, which, much }) => {
        const more = ({ bad, total }: Tally): Tally => ({
          bad: terms.kind === 'Rate' ? bad + much : Math.min(total, bad + much),
          total,
        });
        const worse = replaced(ticks, which, (tick) => ({
          ...tick,
          candidate: more(tick.candidate),
          ...(tick.below && { below: { ...tick.below, candidate: more(tick.below.candidate) } }),
        }));
        const [a, b] = [after(ticks, terms, phi), after(worse, terms, phi)];
        // What was certain and passes takes back what it brought.
        fc.pre(!isCertainOnce(b));
        notLower(b.evidence.absolute, a.evidence.absolute);
        notLower(b.evidence.relative, a.evidence.relative);
        notLower(a.evidence.mirrored, b.evidence.mirrored);
        notLower(b.evidence.absoluteMeter, a.evidence.absoluteMeter);
        notLower(b.evidence.relativeMeter, a.evidence.relativeMeter);
        a.assessments.forEach((before, i) => {
          const now = b.assessments[i]!;
          notLower(
            [now.lnAbsolute, now.lnRelative, now.suspicionAbsolute, now.suspicionRelative, now.tickPower],
            [
              before.lnAbsolute,
              before.lnRelative,
              before.suspicionAbsolute,
              before.suspicionRelative,
              before.tickPower,
            ],
          );
          for (const word of [
            'convicts',
            'totalFailure',
            'totalFailureAlone',
            'strikes',
            'suspect',
            'doubtful',
            'burns',
          ] as const) {
            if (before[word]) expect([word, now[word]]).toEqual([word, true]);
          }
          if (now.better) expect(before.better).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('of the comparison is never lowered by fewer bad requests of the control', () => {
    fc.assert(
      fc.property(worsened, ({ terms, phi, ticks, which, much }) => {
        const fewer = ({ bad, total }: Tally): Tally => ({ bad: Math.max(0, bad - much), total });
        const cleaner = replaced(ticks, which, (tick) => ({
          ...tick,
          control: fewer(tick.control),
          ...(tick.below && { below: { ...tick.below, control: fewer(tick.below.control) } }),
        }));
        const [a, b] = [after(ticks, terms, phi), after(cleaner, terms, phi)];
        fc.pre(!isCertainOnce(b));
        expect(b.evidence.absolute).toEqual(a.evidence.absolute);
        notLower(b.evidence.relative, a.evidence.relative);
        notLower(b.evidence.relativeMeter, a.evidence.relativeMeter);
        notLower(a.evidence.mirrored, b.evidence.mirrored);
        a.assessments.forEach((before, i) => {
          for (const word of ['convicts', 'totalFailure', 'strikes', 'suspect'] as const) {
            if (before[word]) expect([word, b.assessments[i]![word]]).toEqual([word, true]);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  test('is never raised by a larger share within the tick', () => {
    fc.assert(
      fc.property(counted(false), shares, phis, (tick, within, phi) => {
        const [plain, told] = [tick, { ...tick, shares: within }].map((one) => ratios(one, 0.01, phi, 'Errors'));
        notLower(plain!.relative, told!.relative);
        notLower(plain!.mirrored, told!.mirrored);
        expect(told!.absolute).toEqual(plain!.absolute);
      }),
    );
  });

  test('is a number whatever was counted', () => {
    const huge = fc.oneof(fc.constantFrom(0, 1, 1e9), fc.nat(1_000_000_000));
    const any = (kind: EventKind) =>
      fc
        .tuple(huge, huge)
        .map(
          ([a, b]): Tally => (kind === 'Rate' ? { bad: a, total: b } : { bad: Math.min(a, b), total: Math.max(a, b) }),
        );
    const anyTick = (kind: EventKind) =>
      fc
        .record({
          candidate: any(kind),
          control: any(kind),
          shares: fc.option(shares),
          below: fc.option(fc.record({ candidate: any(kind), control: any(kind) })),
        })
        .map(({ shares, below, ...rest }): Tick => ({ ...rest, ...(shares && { shares }), ...(below && { below }) }));
    fc.assert(
      fc.property(
        kinds.chain((kind) =>
          fc.record({
            kind: fc.constant(kind),
            ticks: fc.array(anyTick(kind), { minLength: 1, maxLength: 30 }),
            allowed: fc.constantFrom(1e-5, 0.001, 0.05, 0.5, 0.9),
            phi: phis,
          }),
        ),
        ({ kind, ticks, allowed, phi }) => {
          const terms: Terms = { kind, sloAllows: allowed, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
          const { evidence, assessments } = after(ticks, terms, phi);
          expect(numbersIn(evidence).filter((value) => !Number.isFinite(value))).toEqual([]);
          expect(numbersIn(assessments).filter((value) => !Number.isFinite(value))).toEqual([]);
          expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : [];
}

const policyOf = (rollout: Record<string, unknown> = {}): Policy =>
  validPolicy([availability, latency, websockets], { rollout }, 'chat');

describe('the order', () => {
  const policy = policyOf();
  const [candidate, control] = ['chat-00002', 'chat-00001'];
  const fromMs = Date.parse(at);
  const arms = {
    candidate,
    control,
    warmUntilMs: fromMs + 30_000,
    shares: [
      { atMs: fromMs, percent: 5 },
      { atMs: fromMs + 40_000, percent: 20 },
    ],
    limit: null,
  };
  const countsAt =
    (tick: number, drawn: readonly Tick[]) =>
    (objective: string): Answer<Counts> => {
      const { candidate: of, control: beside } = drawn[policy.objectives.findIndex(({ name }) => name === objective)]!;
      return known({
        fromMs: fromMs + tick * 15_000,
        toMs: fromMs + (tick + 1) * 15_000,
        tickMs: 15_000,
        byRevision: { [candidate]: of, [control]: beside },
      });
    };
  const three = fc.array(tickArbitrary(false), { minLength: 3, maxLength: 3 });

  test('of what was known, and of the objectives changes no evidence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ drawn: three, shuffled: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        (ticks) => {
          let straight: readonly Evidence[] = beginEvidence(policy, () => null, fromMs);
          let mixed = straight;
          ticks.forEach(({ drawn, shuffled }, i) => {
            const counts = countsAt(i, drawn);
            const in_ = <T>(list: readonly T[]): T[] => shuffled.map((at) => list[at]!);
            const one = judge(policy, arms, straight, counts, () => 15_000);
            const other = judge(policy, arms, in_(mixed), counts, () => 15_000);
            expect(JSON.stringify(other)).toBe(JSON.stringify(one));
            const turned = judge({ ...policy, objectives: in_(policy.objectives) }, arms, mixed, counts, () => 15_000);
            expect(turned.evidence).toEqual(in_(one.evidence));
            expect(turned.assessments).toEqual(in_(one.assessments));
            expect(turned.newest).toEqual(one.newest);
            straight = one.evidence;
            mixed = other.evidence;
          });
        },
      ),
    );
  });
});

/** Every state that a decision begins with, as another process would read it; and every decision, as text. */
const { process: running } = vi.hoisted(() => ({
  process: {
    restarts: false,
    decisions: [] as string[],
    revive: (state: unknown): unknown => state,
    sorted: (_: unknown): string => '',
  },
}));
const next = <T>(state: T): T => (running.restarts ? (running.revive(state) as T) : state);

vi.mock('../../src/decide/decide.ts', async (original) => {
  const real = await original<typeof import('../../src/decide/decide.ts')>();
  return {
    ...real,
    decide: (...[policy, observation, state, nowMs]: Parameters<typeof real.decide>) => {
      const outcome = real.decide(policy, observation, next(state), nowMs);
      running.decisions.push(`${nowMs} ${running.sorted(outcome.decision)} ${running.sorted(outcome.state)}`);
      return outcome;
    },
  };
});
vi.mock('../../src/decide/traffic/confirm.ts', async (original) => {
  const real = await original<typeof import('../../src/decide/traffic/confirm.ts')>();
  return {
    ...real,
    confirm: (...[at, effect]: Parameters<typeof real.confirm>) =>
      real.confirm({ ...at, known: next(at.known) }, effect),
  };
});
/** A schema gives the fields in its own order, which is nothing to a state. */
running.sorted = (state) =>
  JSON.stringify(state, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
running.revive = (state): Status => {
  const { status: read, lost, newer } = recall(JSON.parse(JSON.stringify(toStore(state as Status, {}, 'test'))));
  expect({ lost, newer }).toEqual({ lost: [], newer: null });
  // Who wrote it is nothing to a decision.
  return without(read, 'memory');
};

describe('a restart', () => {
  const candidates = fc.constantFrom<NonNullable<ScenarioText['candidate']>>(
    {},
    { errorPercent: 0.6 },
    { errorPercent: 5 },
    { errorPercent: 100 },
    { latencyMs: { p50: 150, p95: 400, p99: 600 } },
    { websocketDisconnectPercent: 6 },
    { overload: { aboveRps: 20, errorPercent: 5 } },
    { coldStart: { errorPercent: 20, for: '60s' } },
  );
  const events = fc.subarray<EventText>([
    { at: '6m', for: '10m', on: 'Both', errorPercent: 20 },
    { at: '12m', for: '6m', on: 'Metrics', outage: true },
    { at: '50m', for: '40m', on: 'Candidate', errorPercent: 3, ramp: '10m' },
    { at: '3m', for: '1m', every: '20m', on: 'Stable', errorPercent: 10 },
    { at: '9m', for: '15s', every: '10m', on: 'Candidate', errorPercent: 100 },
  ]);
  const scenarios = fc.record({
    candidate: candidates,
    events,
    rps: fc.constantFrom(2, 30, 200),
    metricsDelay: fc.constantFrom('0s', '0s', '120s'),
    deployEvery: fc.constantFrom(undefined, undefined, '35m'),
    profile: fc.constantFrom('Fast', 'Balanced', 'Careful'),
    seed: fc.nat(1_000_000),
  });

  function run(drawn: typeof scenarios extends fc.Arbitrary<infer T> ? T : never) {
    const { rps, deployEvery, profile, seed, ...rest } = drawn;
    const scenario = parseScenario({
      name: 'restarts',
      truth: 'Good',
      horizon: '100m',
      traffic: { rps },
      noise: { errorClusterMean: 3 },
      ...rest,
      ...(deployEvery && { deployEvery }),
    });
    const decided = (restarts: boolean) => {
      running.restarts = restarts;
      running.decisions = [];
      const result = rehearse(policyOf({ profile }), scenario, steadyrun, seed, 0);
      return { result, decisions: running.decisions };
    };
    const [once, again] = [decided(false), decided(true)];
    const different = once.decisions.findIndex((decision, i) => decision !== again.decisions[i]);
    expect([different, again.decisions[different]]).toEqual([-1, undefined]);
    expect(again.decisions).toHaveLength(once.decisions.length);
    expect(again.result).toEqual(once.result);
    return once;
  }

  test('before every look changes no decision, byte for byte', () => {
    const actions = new Set<string>();
    fc.assert(
      fc.property(scenarios, (drawn) => {
        const { decisions, result } = run(drawn);
        expect(decisions.length).toBeGreaterThan(2);
        for (const { action } of result.deeds) actions.add(action);
      }),
      { numRuns: isWhole ? 20 : 8, seed: 20260105 },
    );
    // Otherwise there was little to remember.
    expect([...actions]).toEqual(expect.arrayContaining(['Start', 'Step', 'Retreat', 'Watch', 'Promote', 'RollBack']));
  });
});
