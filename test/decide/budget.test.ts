/** What comes of error budgets, over whatever they come to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRate, figuresOf, remainingPercent, sumWithin } from '../../src/decide/budget/arithmetic.ts';
import { due, seriesOf } from '../../src/decide/budget/asked.ts';
import { measuresOf, type Standing, standingsOf } from '../../src/decide/budget/rows.ts';
import { type InForce, inForce } from '../../src/decide/budget/rules.ts';
import type { Case, Unasked } from '../../src/decide/case.ts';
import { exemption, freezeOf, isSlowed } from '../../src/decide/frozen.ts';
import { known } from '../../src/facts/answer.ts';
import { type BudgetCell, cellMs } from '../../src/facts/budget.ts';
import type { Revision } from '../../src/facts/revision.ts';
import type { Service } from '../../src/facts/service.ts';
import { iso } from '../../src/facts/time.ts';
import type { BudgetRule, Policy } from '../../src/policy/policy.ts';
import { errorBudget } from '../../src/status/budget.ts';
import type { Status } from '../../src/status/status.ts';
import { validPolicy } from '../policy/valid.ts';

const nowMs = Date.parse('2026-01-05T08:00:00Z');
const hourMs = 3_600_000;

const named = (name: string, more: object = {}) => ({ name, targetPercent: 99, ...more });
const withRules = (errorBudgetPolicy: readonly BudgetRule[], objectives: object[] = [named('a'), named('b')]): Policy =>
  validPolicy(objectives, { errorBudgetPolicy });

const standing = (objective: string, remaining: number, tells = true): Standing => ({
  row: {
    objective,
    window: '30d',
    remainingPercent: remaining,
    remaining: `${remaining} %`,
    burn: {},
    bad: 0,
    total: 0,
    until: iso(nowMs),
  },
  measures: objective,
  burning: false,
  tells,
  fromMs: nowMs - 30 * 24 * hourMs,
  sinceMs: nowMs - 29 * 24 * hourMs,
});

const nothing: InForce = { acting: [], events: [] };
const go = (policy: Policy, standings: readonly Standing[], before: InForce = nothing): InForce =>
  inForce(policy, standings, before, { present: ['a', 'b'], nowMs });

const rule = fc
  .record({
    action: fc.constantFrom('Slow' as const, 'Freeze' as const),
    whenRemainingBelowPercent: fc.integer({ min: 0, max: 60 }),
    by: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ by, ...rest }) => ({ ...rest, liftAbovePercent: rest.whenRemainingBelowPercent + by }));

const look = fc.record({
  a: fc.option(fc.integer({ min: -50, max: 100 })),
  b: fc.option(fc.integer({ min: -50, max: 100 })),
  tells: fc.boolean(),
});

test('each objective holds a rule from its lower mark to its upper one, and what is not known changes nothing', () => {
  fc.assert(
    fc.property(rule, fc.array(look, { maxLength: 20 }), (one, looks) => {
      const policy = withRules([one]);
      const holds = { a: false, b: false };
      let before = nothing;
      for (const { tells, ...found } of looks) {
        const standings = (['a', 'b'] as const).flatMap((name) => {
          const remaining = found[name];
          if (remaining === null) return [];
          if (remaining > one.liftAbovePercent) holds[name] = false;
          if (tells && remaining < one.whenRemainingBelowPercent) holds[name] = true;
          return [standing(name, remaining, tells)];
        });
        const wasHeld = before.acting.length > 0;
        before = go(policy, standings, before);
        const isHeld = holds.a || holds.b;
        expect(before.acting.map(({ action }) => action)).toEqual(isHeld ? [one.action] : []);
        // People are told of each beginning and of each end, once.
        expect(before.events.map(({ type }) => type)).toEqual(
          isHeld === wasHeld ? [] : isHeld ? ['Warning'] : ['Normal'],
        );
        expect(freezeOf(statusOf(before)) !== null).toBe(isHeld && one.action === 'Freeze');
        expect(isSlowed(statusOf(before))).toBe(isHeld && one.action === 'Slow');
      }
    }),
  );
});

const statusOf = ({ acting }: InForce): Status => ({
  errorBudget: { triedFor: 1, askedAt: iso(nowMs), acting: [...acting], burning: [] },
});

describe('what is in force ends', () => {
  const freeze: BudgetRule = { action: 'Freeze', whenRemainingBelowPercent: 10, liftAbovePercent: 30 };
  const began = go(withRules([freeze]), [standing('a', 0)]);
  const changed = (more: Partial<Standing>): Standing => ({ ...standing('a', 100), ...more });
  const day = 24 * hourMs;

  test.each([
    ['by what has come back', {}, false],
    ['not by metrics that hold nothing any more', { sinceMs: null }, true],
    ['not by those that have only begun since', { sinceMs: nowMs + hourMs }, true],
    ['with the window in which it began', { sinceMs: nowMs + hourMs, fromMs: nowMs + 1 }, false],
    ['with that also where nothing was asked since', { sinceMs: null, fromMs: nowMs + 1 }, false],
    ['where no more than its beginning is lost', { sinceMs: nowMs - day }, false],
  ])('%s', (_, more, isKept) => {
    expect(go(withRules([freeze]), [changed(more)], began).acting.length).toBe(isKept ? 1 : 0);
  });

  test('with the reason that there is', () => {
    const ending = (policy: Policy, standings: readonly Standing[], present = ['a', 'b']) =>
      inForce(policy, standings, began, { present, nowMs }).events.map(({ message }) => message);
    expect(ending(withRules([freeze]), [changed({})])).toEqual(['The error budget has come back: Freeze has ended.']);
    expect(ending(withRules([freeze]), [], ['b'])).toEqual([
      'What the objective measures was changed, and is counted anew: Freeze has ended.',
    ]);
    expect(ending(withRules([]), [])).toEqual([
      'spec.errorBudgetPolicy does not ask for it any more: Freeze has ended.',
    ]);
  });
});

describe('what begins it says of how much the budget is', () => {
  const freeze: BudgetRule = { action: 'Freeze', whenRemainingBelowPercent: 10, liftAbovePercent: 30 };
  const month = validPolicy([named('a')], {
    errorBudgetPolicy: [freeze],
    window: { calendar: 'Month', timeZone: 'Asia/Tokyo' },
  });
  test.each([
    ['of all of the window, where nothing is said of since when', withRules([freeze]), undefined, '30d'],
    ['of all of it', withRules([freeze]), 30 * 24, '30d'],
    ['of all but a little of it', withRules([freeze]), 29.8 * 24, '30d'],
    ['of two hours', withRules([freeze]), 2, '30d, counting the last 2 h'],
    ['of twelve days', withRules([freeze]), 12 * 24, '30d, counting the last 12 days'],
    ['of a month since it began', month, 4 * 24 + 17, 'Month'],
    ['of a part of that', month, 3 * 24, 'Month, counting the last 3 days'],
  ])('%s', (_, policy, hours, text) => {
    for (const [left, says] of [
      [5, `a has 5 % of its error budget (${text}) left. `],
      [-20, `a has spent all of its error budget (${text}) and 20 % more. `],
    ] as const) {
      const one = standing('a', left);
      const since = hours === undefined ? {} : { since: iso(nowMs - hours * hourMs) };
      const { events } = go(policy, [{ ...one, row: { ...one.row, ...since } }]);
      expect(events.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
    }
  });
});

describe('what begins nothing', () => {
  const cells = (bad: number, total: number, hours: number, count = (hours * hourMs) / cellMs): BudgetCell[] =>
    Array.from({ length: count }, (_, i) => ({
      endMs: nowMs - (count - 1 - i) * cellMs,
      lengthMs: cellMs,
      bad: i === 0 ? bad : 0,
      total: total / count,
    }));
  const tells = (bad: number, total: number, hours: number, more: object = {}): boolean => {
    const policy = withRules([], [named('a', more)]);
    const counts = known({ toMs: nowMs, byObjective: { a: known(cells(bad, total, hours)) } });
    const at = { policy, seen: { service: null, revisions: {}, objectives: {}, budget: counts }, known: {}, nowMs };
    return standingsOf(at as unknown as Case, nowMs)[0]!.tells;
  };
  const ofSlices = { timeSlice: '5m', indicator: { ratio: { bad: 'x_failed_total', total: 'x_total' } } };

  test.each([
    ['four failures, of however few', 4, 5, 10, {}, false],
    ['five', 5, 5, 10, {}, true],
    ['the first half hour', 500, 1000, 0.5, {}, false],
    ['an hour', 500, 1000, 1, {}, true],
    ['one bad slice', 1, 100, 10, ofSlices, true],
    ['no traffic', 0, 0, 10, {}, false],
  ])('%s', (_, bad, total, hours, more, wanted) => {
    expect(tells(bad, total, hours, more)).toBe(wanted);
  });
});

test('sums of events, whatever they are and however they lie in cells', () => {
  const cell = fc.record({ bad: fc.nat(100), more: fc.nat(1000) });
  fc.assert(
    fc.property(
      fc.array(cell, { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
      (all, allowed) => {
        const cells = all.map(({ bad, more }, i) => ({
          endMs: nowMs - (all.length - 1 - i) * cellMs,
          lengthMs: cellMs,
          bad,
          total: bad + more,
        }));
        const sum = all.reduce((s, { bad, more }) => ({ bad: s.bad + bad, total: s.total + bad + more }), {
          bad: 0,
          total: 0,
        });
        expect(sumWithin(cells, 0, nowMs)).toEqual(sum);
        const window = { kind: 'Rolling', lengthMs: 30 * 24 * hourMs } as const;
        const figures = figuresOf(cells, { allowedBadFraction: allowed, window, toMs: nowMs });
        expect(figures.remainingPercent).toBe(remainingPercent(sum, allowed));
        // What is left and how fast it went are two ways to say the same.
        const rate = burnRate(sum, allowed);
        if (rate !== null) expect(figures.remainingPercent).toBeCloseTo(100 * (1 - rate), 6);
        const newest = all.at(-1)!;
        expect(figures.burn['5m']).toBe(
          burnRate({ bad: newest.bad, total: newest.bad + newest.more }, allowed) ?? undefined,
        );
      },
    ),
  );
});

describe('a postmortem', () => {
  const owed: BudgetRule = { action: 'RequirePostmortem', whenRemainingBelowPercent: 20, liftAbovePercent: 40 };
  const withAddress = (postmortem: string | null) => ({ ...withRules([owed]), postmortem });

  test('is given once: the same address does not stand for the next one', () => {
    const began = go(withAddress(null), [standing('a', 0)]);
    expect(freezeOf(statusOf(began))?.reason).toBe('PostmortemRequired');
    const given = go(withAddress('https://wiki/1'), [], began);
    expect([freezeOf(statusOf(given)), given.acting.length, given.lastPostmortem]).toEqual([null, 1, 'https://wiki/1']);
    const over = go(withAddress('https://wiki/1'), [standing('a', 50)], given);
    expect([over.acting, over.events]).toEqual([[], []]);
    const again = go(withAddress('https://wiki/1'), [standing('a', 10)], over);
    expect(go(withAddress('https://wiki/1'), [standing('a', 10)], again).acting[0]!.postmortem).toBeUndefined();
    expect(go(withAddress('https://wiki/2'), [standing('a', 10)], again).acting[0]!.postmortem).toBe('https://wiki/2');
  });

  test('holds up nothing once it is given, and nothing else is said of it for as long as the budget is low', () => {
    const given = go(withAddress('https://wiki/1'), [], go(withAddress(null), [standing('a', 0)]));
    const later = go(withAddress('https://wiki/1'), [standing('a', -10)], given);
    expect(later.acting[0]!.message).toBe(given.acting[0]!.message);
    expect(later.acting[0]!.message).toMatch('The postmortem is written');
  });

  test('is owed although an address stood there before the debt: that was of another one', () => {
    const began = go(withAddress('https://wiki/old'), [standing('a', 0)]);
    const later = go(withAddress('https://wiki/old'), [standing('a', 0)], began);
    expect(freezeOf(statusOf(later))?.reason).toBe('PostmortemRequired');
    expect(go(withAddress('https://wiki/1'), [standing('a', 0)], later).acting[0]!.postmortem).toBe('https://wiki/1');
  });

  test('is owed also when the budget has come back', () => {
    const began = go(withAddress(null), [standing('a', 0)]);
    const back = go(withAddress(null), [standing('a', 90)], began);
    expect(back.acting.map(({ action }) => action)).toEqual(['RequirePostmortem']);
    expect(go(withAddress('https://wiki/1'), [standing('a', 90)], back).acting[0]!.postmortem).toBe('https://wiki/1');
  });
});

describe('a newer revision goes through a freeze', () => {
  const at = iso(nowMs);
  const earlier = iso(nowMs - hourMs);
  const frozen = (more: Partial<Status> = {}, burning: string[] = []): Status => ({
    stable: { revision: 'one', percent: 100 },
    lastGood: { revision: 'one', since: at },
    errorBudget: {
      triedFor: 1,
      askedAt: at,
      burning,
      acting: [{ action: 'Freeze', since: at, by: ['a'], message: '' }],
    },
    ...more,
  });
  const service = {} as Service;
  const candidate: Revision = { name: 'two', createdAtMs: nowMs, ready: 'True', message: '' };
  const rejected = (reason: string, when: string) => [{ revision: 'bad', at: when, reason }];
  const own = { name: 'two', from: 'one', at, set: {}, was: {}, image: 'i', outcome: 'Open' };
  const tuner = { until: at, hours: [], earlier: [], revisions: [own], resets: [], barred: [], recent: [] };

  test.each<[string, Status, Partial<Revision>, Partial<Service>, boolean]>([
    ['not for nothing', frozen(), {}, {}, false],
    ['where it is exempt', frozen(), { freezeExempt: 'law' }, {}, true],
    ['where its service is', frozen(), {}, { freezeExempt: 'law' }, true],
    [
      'not to tune, whatever its template says',
      frozen({ tuner }),
      { freezeExempt: 'law' },
      { freezeExempt: 'law' },
      false,
    ],
    ['while what serves burns', frozen({}, ['a']), {}, {}, true],
    ['after a promoted one went back', frozen({ rejected: rejected('WorseThanLastGood', at) }), {}, {}, true],
    ['also by hand', frozen({ rejected: rejected('ReturnedToLastGood', at) }), {}, {}, true],
    [
      'not after a candidate went back, which had cost little',
      frozen({ rejected: rejected('ErrorRateRegression', at), lastGood: { revision: 'one', since: earlier } }),
      {},
      {},
      false,
    ],
    [
      'not once another was promoted',
      frozen({
        stable: { revision: 'three', percent: 100 },
        rejected: rejected('WorseThanLastGood', at),
      }),
      {},
      {},
      false,
    ],
  ])('%s', (_, status, revision, ofService, wanted) => {
    expect(exemption(status, { ...service, ...ofService }, { ...candidate, ...revision }) !== null).toBe(wanted);
  });
});

test('what is left is asked for, whatever the policy wants to be done about it', () => {
  const known = { stable: { revision: 'one', percent: 100 } };
  for (const policy of [validPolicy([named('a')]), withRules([])]) {
    const asked = due({ policy, service: { latestReady: 'one' }, known, nowMs } as unknown as Unasked);
    expect(asked?.series.length).toBe(policy.objectives.length);
  }
});

test('who asked by a clock that was ahead asks anew, and not only when that time comes', () => {
  const policy = withRules([{ action: 'Freeze', whenRemainingBelowPercent: 0, liftAbovePercent: 10 }]);
  const triedFor = policy.generation;
  const at = (askedMs: number, untilMs: number, more: object = {}) => {
    const errorBudget = {
      triedFor,
      generation: triedFor,
      askedAt: iso(askedMs),
      until: iso(untilMs),
      acting: [],
      ...more,
    };
    const known = { stable: { revision: 'one', percent: 100 }, errorBudget };
    return due({ policy, service: { latestReady: 'one' }, known, nowMs } as unknown as Unasked);
  };
  for (const aheadMs of [1000, cellMs, hourMs, 365 * 24 * hourMs]) {
    for (const more of [{}, { unread: 'no answer' }]) {
      expect(at(nowMs + aheadMs, nowMs + aheadMs - cellMs, more)?.toMs).toBe(nowMs - cellMs);
    }
  }
  expect(at(nowMs, nowMs - cellMs)).toBeNull();
});

test.each([
  ['it is no older than they are', 30, 20, 20, null],
  ['it had a long weekend', 30, 40, 28, null],
  ['it had silences half as long', 30, 40, 20, 6],
])('nobody is told that the metrics are not kept, where %s', (_, window, age, counted, silence) => {
  expect(shortBy(window, age, counted, silence)).toBeUndefined();
});

test.each([
  ['15 days', 30, 40, 15, null],
  ['20 days', 30, 28, 20, 2],
])('who keeps metrics for %s is told', (kept, window, age, counted, silence) => {
  expect(shortBy(window, age, counted, silence)).toMatch(`It counts the last ${kept} of ${window} days`);
});

/** What is said of counts of so many days, with so many days of silence among them. */
function shortBy(window: number, age: number, counted: number, silence: number | null): string | undefined {
  const daily = 24 * hourMs;
  const policy = validPolicy([named('a')], { window: `${window}d` });
  const cells = Array.from({ length: window * 24 }, (__, i): BudgetCell => {
    const hoursAgo = window * 24 - 1 - i;
    const isSilent = hoursAgo >= counted * 24 || (silence !== null && hoursAgo >= 24 && hoursAgo < 24 * (1 + silence));
    return { endMs: nowMs - hoursAgo * hourMs, lengthMs: hourMs, bad: 0, total: isSilent ? 0 : 100 };
  });
  const budget = known({ toMs: nowMs, byObjective: { a: known(cells) } });
  const at = { policy, seen: { service: null, revisions: {}, objectives: {}, budget }, known: {}, nowMs };
  return standingsOf(at as unknown as Case, nowMs - age * daily)[0]!.row.short;
}

test('the memory stays small, whatever is promised', () => {
  const objectives = Array.from({ length: 20 }, (_, i) =>
    named(`objective-${i}`, { indicator: { ratio: { bad: `bad_${i}_total`, total: `all_${i}_total` } } }),
  );
  const policy = withRules(
    (['Slow', 'Freeze', 'RequirePostmortem'] as const).map((action) => ({
      action,
      whenRemainingBelowPercent: 20,
      liftAbovePercent: 40,
    })),
    objectives,
  );
  const present = seriesOf(policy).map(measuresOf);
  const standings = seriesOf(policy).map((series) => ({ ...standing(series.name, -10), measures: measuresOf(series) }));
  const { acting } = inForce(policy, standings, nothing, { present, nowMs });
  const stored = { ...statusOf({ acting, events: [] }).errorBudget!, burning: objectives.map(({ name }) => name) };
  expect(errorBudget.safeParse(stored).success).toBe(true);
  expect(JSON.stringify(stored).length).toBeLessThan(4_000);
});
