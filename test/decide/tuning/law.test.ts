/** What the law wants of the maximum and of the template, and what it never wants. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { law, type TemplateLook, wantedMaximum, wantedTemplate } from '../../../src/decide/tuning/law.ts';
import { look, type Told, usage, usages } from './minutes.ts';

describe('the maximum', () => {
  const at = { recent: usages(5), dayPeak: 4, maxInstances: 100, ceiling: 1000, minutesSinceRaise: 60 };
  const full = (maxInstances: number) => ({
    recent: [...usages(4, () => ({ maxInstances })), usage(4, { maxInstances, activeInstances: 0.9 * maxInstances })],
    maxInstances,
  });

  test.each<[string, Partial<typeof at>, ReturnType<typeof wantedMaximum>]>([
    ['is left alone where there is room', {}, null],
    [
      'is doubled when nine tenths of it were active in a minute of the last five',
      full(10),
      { maxInstances: 20, because: 'Full' },
    ],
    ['of one is doubled, too', full(1), { maxInstances: 2, because: 'Full' }],
    ['goes no further than the ceiling', { ...full(10), ceiling: 12 }, { maxInstances: 12, because: 'Full' }],
    ['at the ceiling stays', { ...full(10), ceiling: 10 }, null],
    ['above the ceiling is not for this to lower', { ...full(10), ceiling: 7 }, null],
    ['waits until the last raise has shown', { ...full(10), minutesSinceRaise: 4 }, null],
    [
      'is raised again after five minutes',
      { ...full(10), minutesSinceRaise: 5 },
      { maxInstances: 20, because: 'Full' },
    ],
    [
      'has room for half as many again as were ever active',
      { dayPeak: 67 },
      { maxInstances: 134, because: 'Headroom' },
    ],
    ['just has it', { dayPeak: 66 }, null],
    ['is left alone where nothing is known', { recent: usages(5, () => ({ activeInstances: null })) }, null],
    ['is left alone where there are no minutes', { recent: [], dayPeak: 0 }, null],
  ])('%s', (_, changes, wanted) => {
    expect(wantedMaximum({ ...at, ...changes })).toEqual(wanted);
  });
});

/** So many minutes like this, at the end of two hours. */
const lately = (minutes: number, told: Told) => usages(120, (at) => (at >= 120 - minutes ? told : {}));
const crowded: Told = { peakInFlight: 76 };
const busy: Told = { cpu: 0.95 };
const heavy: Told = { memory: 0.9, peakInFlight: 40 };
const kept = { targets: null, concurrency: 80, maxInstances: 100, cpus: 1 };

describe('the template', () => {
  test.each<[string, TemplateLook, object | null]>([
    ['stays where nothing is saturated', look(usages(120)), null],
    ['stays after an episode of 19 minutes', look(lately(19, crowded)), null],
    ['gets a lower concurrency target after 30', look(lately(30, crowded)), { concurrencyTargetPercent: 45 }],
    ['gets a lower CPU target after 30', look(lately(30, busy)), { cpuTargetPercent: 45 }],
    ['gets a lower concurrency after 5 of memory', look(lately(5, heavy)), { concurrency: 40 }],
    ['not after 4', look(lately(4, heavy)), null],
    [
      'gets all at once',
      look(lately(30, { ...crowded, ...busy, memory: 0.9 })),
      { concurrency: 53, cpuTargetPercent: 45, concurrencyTargetPercent: 45 },
    ],
    [
      'is cut in half where instances died and tell of no peak',
      look(usages(30, () => ({ cpu: null, memory: null, peakInFlight: null, outOfMemory: 1 }))),
      { concurrency: 40 },
    ],
    ['stays where twenty minutes are not known yet', look(usages(19, () => crowded)), null],
    ['keeps its targets where they cannot be set', look(lately(60, crowded), { inForce: kept }), null],
    ['gets a lower concurrency for memory there, too', look(lately(60, heavy), { inForce: kept }), { concurrency: 40 }],
    [
      'is not the cure where there are as many instances as there may be',
      look(lately(60, { ...crowded, ...busy, activeInstances: 90 })),
      null,
    ],
    ['is the cure of memory there, too', look(lately(60, { ...heavy, activeInstances: 90 })), { concurrency: 40 }],
    [
      'has no crowd where an instance takes one request at a time',
      look(lately(60, { peakInFlight: 1 }), {
        inForce: { ...kept, targets: { cpuPercent: 60, concurrencyPercent: 60 }, concurrency: 1 },
      }),
      null,
    ],
    [
      'stays at the least target that there is',
      look(lately(60, crowded), { inForce: { ...kept, targets: { cpuPercent: 60, concurrencyPercent: 30 } } }),
      null,
    ],
    [
      'gets a target where the autoscaler did not look',
      look(lately(60, crowded), { inForce: { ...kept, targets: { cpuPercent: 60, concurrencyPercent: 0 } } }),
      { concurrencyTargetPercent: 45 },
    ],
    [
      'keeps within the bounds of its levers',
      look(lately(60, { ...crowded, memory: 0.9 }), {
        bounds: { concurrency: { min: 70, max: 90 }, scalingTargetsPercent: { min: 50, max: 60 } },
      }),
      { concurrency: 70, concurrencyTargetPercent: 50 },
    ],
    [
      'aims in proportion to another limit',
      look(lately(30, { peakInFlight: 60 }), { limit: 0.6 }),
      { concurrencyTargetPercent: 43 },
    ],
  ])('%s', (_, at, set) => {
    expect(wantedTemplate(at)?.set ?? null).toEqual(set);
  });

  test('says what it saw, and what it may need', () => {
    expect(wantedTemplate(look(lately(30, busy), { dayPeak: 60 }))).toEqual({
      kind: 'Change',
      set: { cpuTargetPercent: 45 },
      maxFirst: 120,
      symptoms: [{ resource: 'cpu', hotMinutes: 30, level: 0.95 }],
      growth: 60 / 45,
      outOfMemory: 0,
    });
  });

  test('raises no maximum that is high enough', () => {
    expect(wantedTemplate(look(lately(30, busy)))).toMatchObject({ maxFirst: null });
  });

  test('wants no smaller concurrency that needs more instances than there may be, and says what it would have been', () => {
    const cut = look(lately(30, { ...heavy, requestsPerSecond: 400 }), { dayPeak: 20, ceiling: 42 });
    expect(wantedTemplate(cut)).toMatchObject({ kind: 'Ceiling', set: { concurrency: 40 } });
    expect(wantedTemplate({ ...cut, ceiling: 43 })).toMatchObject({ kind: 'Change', set: { concurrency: 40 } });
  });

  test.each([20, 21, 1000])('wants a lower target under any ceiling: %i', (ceiling) => {
    const wanted = wantedTemplate(look(lately(30, busy), { dayPeak: 20, ceiling }));
    expect(wanted).toMatchObject({ kind: 'Change', set: { cpuTargetPercent: 45 } });
    expect(wanted!.maxFirst ?? 0).toBeLessThanOrEqual(ceiling);
  });

  test('wants the target alone where the smaller concurrency has no room', () => {
    const wanted = wantedTemplate(
      look(lately(30, { ...heavy, ...busy, requestsPerSecond: 400 }), { dayPeak: 20, ceiling: 20 }),
    );
    expect(wanted).toMatchObject({ kind: 'Change', set: { cpuTargetPercent: 45 } });
    expect(wanted!.set).not.toHaveProperty('concurrency');
  });

  test.each([
    // An instance died with 80 requests in each of 30 minutes of so many a second, after 90 of 40.
    ['one request in a thousand', 1213, 'Change'],
    ['fewer', 1214, 'Ceiling'],
    ['nobody knows of how many', null, 'Change'],
  ])('wants it all the same where as many die with their instances as %s', (_, requestsPerSecond, kind) => {
    const window = lately(30, { ...heavy, outOfMemory: 1, requestsPerSecond });
    expect(wantedTemplate(look(window, { dayPeak: 20, ceiling: 20 }))).toMatchObject({ kind, outOfMemory: 30 });
  });
});

describe('the most in flight within a minute', () => {
  const at = (concurrency: number, peakInFlight: number, limit = 0.8) =>
    wantedTemplate(
      look(
        usages(60, () => ({ peakInFlight })),
        {
          limit,
          inForce: { ...kept, targets: { cpuPercent: 60, concurrencyPercent: 60 }, concurrency },
        },
      ),
    );

  test.each([
    // Of so many at once; the most that chance may have brought; the fewest that it has not.
    [1000, 828, 829],
    [80, 72, 73],
    [40, 37, 38],
    [20, 19, 20],
    [10, 9, 10],
    [2, 1, 2],
  ])('is over the limit of %i only where chance does not make it so: not %i, %i', (concurrency, chance, hot) => {
    expect(at(concurrency, chance)).toBeNull();
    expect(at(concurrency, hot)).toMatchObject({ set: { concurrencyTargetPercent: expect.any(Number) } });
  });

  test('is never hot below the limit, whatever that is, and always is where nothing more has room', () => {
    for (let percent = 30; percent <= 95; percent++) {
      for (const concurrency of [2, 3, 5, 8, 13, 40, 80, 250, 1000]) {
        const limit = percent / 100;
        expect(at(concurrency, Math.floor(limit * concurrency), limit)).toBeNull();
        expect(at(concurrency, concurrency, limit)).not.toBeNull();
      }
    }
  });
});

describe('a minute of which nothing is known', () => {
  const unknown: Told = { cpu: null, memory: null, peakInFlight: null };
  const every = (minutes: number, told: Told) => usages(120, (at) => (at % minutes === 0 ? unknown : told));

  test.each<[string, Told]>([
    ['concurrency', crowded],
    ['CPU', busy],
    ['memory', heavy],
  ])('is not cool within a run of hot ones: %s', (_, told) => {
    expect(wantedTemplate(look(every(4, told)))).not.toBeNull();
  });

  test('is not hot', () => {
    const at = look(
      usages(200, (minute) => (minute >= 180 && minute % 2 === 1 ? crowded : minute >= 180 ? unknown : {})),
    );
    // Ten of twenty minutes were hot, the others are not known.
    expect(wantedTemplate(at)).toBeNull();
  });

  test('does not end a run, two do', () => {
    const at = (gap: number) => look(usages(120, (minute) => (minute % 6 < gap ? unknown : crowded)));
    expect(wantedTemplate(at(1))).not.toBeNull();
    expect(wantedTemplate(at(2))).toBeNull();
  });

  test('of how many instances there were says nothing of CPU and concurrency, yet of memory', () => {
    const at = (told: Told) => look(usages(120, () => ({ ...told, activeInstances: null })));
    expect(wantedTemplate(at(crowded))).toBeNull();
    expect(wantedTemplate(at(busy))).toBeNull();
    expect(wantedTemplate(at(heavy))).toMatchObject({ set: { concurrency: 40 } });
  });

  test('nothing but such minutes wants nothing', () => {
    const nothing = { ...unknown, activeInstances: null, requestsPerSecond: null, meanLatencySeconds: null };
    expect(wantedTemplate(look(usages(1440, () => nothing)))).toBeNull();
  });
});

const level = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const told = fc.record({
  cpu: level,
  memory: level,
  peakInFlight: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }),
  activeInstances: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
  requestsPerSecond: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: null }),
  meanLatencySeconds: fc.option(fc.double({ min: 0, max: 30, noNaN: true }), { nil: null }),
  outOfMemory: fc.integer({ min: 0, max: 2 }),
  maxInstances: fc.integer({ min: 1, max: 300 }),
});
const percent = fc.integer({ min: 10, max: 90 });
const looks = fc
  .record({
    // Ten minutes of each kind, so that runs occur.
    kinds: fc.array(told, { minLength: 1, maxLength: 12 }),
    concurrency: fc.integer({ min: 1, max: 1000 }),
    cpuPercent: percent,
    concurrencyPercent: percent,
    maxInstances: fc.integer({ min: 1, max: 300 }),
    dayPeak: fc.integer({ min: 0, max: 300 }),
    ceiling: fc.integer({ min: 1, max: 300 }),
    limit: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
    least: fc.integer({ min: 1, max: 500 }),
    leastPercent: percent,
  })
  .map(({ kinds, concurrency, cpuPercent, concurrencyPercent, maxInstances, least, leastPercent, ...rest }) =>
    look(
      usages(kinds.length * 10, (at) => kinds[Math.floor(at / 10)]!),
      {
        ...rest,
        inForce: { concurrency, targets: { cpuPercent, concurrencyPercent }, maxInstances, cpus: 1 },
        bounds: { concurrency: { min: least, max: 1000 }, scalingTargetsPercent: { min: leastPercent, max: 90 } },
      },
    ),
  );

describe('whatever there was', () => {
  test('nothing of a template is raised, nothing falls below its least, and no maximum exceeds the ceiling', () => {
    let changes = 0;
    fc.assert(
      fc.property(looks, (at) => {
        const wanted = wantedTemplate(at);
        if (wanted === null) return;
        changes++;
        const { concurrency: now, targets } = at.inForce;
        const { concurrency = now, cpuTargetPercent, concurrencyTargetPercent } = wanted.set;
        expect(Object.keys(wanted.set)).not.toHaveLength(0);
        expect(concurrency).toBeLessThanOrEqual(now);
        expect(concurrency).toBeGreaterThanOrEqual(Math.min(now, at.bounds.concurrency!.min!));
        expect(concurrency).toBeGreaterThanOrEqual(Math.floor(now / 2));
        for (const [before, after] of [
          [targets!.cpuPercent, cpuTargetPercent],
          [targets!.concurrencyPercent, concurrencyTargetPercent],
        ] as const) {
          if (after === undefined) continue;
          expect(after).toBeLessThan(before);
          expect(after).toBeGreaterThanOrEqual(Math.max(law.leastTargetPercent, at.bounds.scalingTargetsPercent!.min!));
        }
        if (wanted.maxFirst !== null) {
          expect(wanted.maxFirst).toBeLessThanOrEqual(at.ceiling);
          expect(wanted.maxFirst).toBeGreaterThan(at.inForce.maxInstances);
        }
        expect(wanted.growth).toBeGreaterThanOrEqual(1);
        expect(wanted.growth).toBeLessThanOrEqual(law.mostGrowth);
      }),
      { numRuns: 500 },
    );
    expect(changes).toBeGreaterThan(50);
  });

  test('a maximum is only ever raised, and to the ceiling at most', () => {
    fc.assert(
      fc.property(looks, ({ window, dayPeak, ceiling, inForce: { maxInstances } }) => {
        const wanted = wantedMaximum({
          recent: window.slice(-5),
          dayPeak,
          maxInstances,
          ceiling,
          minutesSinceRaise: 60,
        });
        if (wanted === null) return;
        expect(wanted.maxInstances).toBeGreaterThan(maxInstances);
        expect(wanted.maxInstances).toBeLessThanOrEqual(ceiling);
      }),
    );
  });
});
