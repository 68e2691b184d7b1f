/** One question for many services: each finds in it what it would have been answered alone, or that nothing was answered. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Answer } from '../../src/facts/answer.ts';
import type { SaturationMinutes } from '../../src/facts/saturation.ts';
import type { ServiceRef } from '../../src/facts/service.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import { isWhole } from '../whole.ts';
import { at, full, type Minutes, minuteMs, written } from './full.ts';

const google: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
const plain: MetricsSource = { type: 'Prometheus', address: 'http://prometheus', auth: null };
const sources = [google, plain];

/** A policy that looks every so often from a moment on, at what came since its last look or at a window that goes along. */
interface Looker {
  readonly service: ServiceRef;
  readonly revisions: readonly string[];
  readonly everyMs: number;
  readonly firstMs: number;
  readonly window: 'SinceLast' | number;
}

interface Look {
  readonly who: Looker;
  readonly fromMs: number;
  readonly nowMs: number;
}

/** All looks until then, in the order of time. */
function looksOf(lookers: readonly Looker[], untilMs: number): Look[] {
  const all = lookers.flatMap((who) => {
    const looks: Look[] = [];
    for (let nowMs = who.firstMs; nowMs < untilMs; nowMs += who.everyMs) {
      const fromMs = who.window === 'SinceLast' ? nowMs - who.everyMs - 3 * minuteMs : nowMs - who.window;
      looks.push({ who, fromMs, nowMs });
    }
    return looks;
  });
  return all.toSorted((a, b) => a.nowMs - b.nowMs);
}

const askBy =
  (source: MetricsSource) =>
  (metrics: PromqlMetrics, { who, fromMs, nowMs }: Look): Promise<Answer<SaturationMinutes>> =>
    metrics.saturation({ source, service: who.service, revisions: who.revisions, fromMs, nowMs });

/** The same client, with what goes over it counted, and whatever happens to it. */
function overheard(real: PromqlClient, onRange: (query: string) => void = () => undefined) {
  const asked: string[] = [];
  const client: PromqlClient = {
    instant: real.instant,
    range: async (source, query, ...times) => {
      asked.push(query);
      onRange(query);
      return real.range(source, query, ...times);
    },
  };
  return { client, asked };
}

const nameOf = (i: number): string => `service-${i}`;
const fleet = (count: number, region = 'europe-west1'): ServiceRef[] =>
  Array.from({ length: count }, (_, i) => ({ project: 'acme', region, name: nameOf(i) }));
const serving = ({ name }: ServiceRef): string => `${name}-00001-aaa`;

/** Everyone looks every ten minutes, one after the other within a few seconds. */
const inTurns = (services: readonly ServiceRef[]): Looker[] =>
  services.map((service, i) => ({
    service,
    revisions: [serving(service)],
    everyMs: 10 * minuteMs,
    firstMs: at(20) + (i % 20) * 1000,
    window: 'SinceLast',
  }));

function storeOf(services: readonly ServiceRef[], minutes: Minutes): SeriesStore {
  const store = new SeriesStore();
  for (const service of services) written(store, service, { [serving(service)]: minutes });
  return store;
}

describe('in any world', () => {
  const minute = fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant({ requests: 60, latencyMs: 80 }) },
    {
      weight: 4,
      arbitrary: fc.integer({ min: 1, max: 20 }).map((n) => ({ ...full, cpu: [n / 20], requests: 10 * n })),
    },
  );
  /** Some are there from the beginning, some come later, some end. */
  const table = fc
    .record({ from: fc.integer({ min: 0, max: 30 }), minutes: fc.array(minute, { minLength: 10, maxLength: 60 }) })
    .map(({ from, minutes }) => [...Array(from).fill(null), ...minutes]);
  const place = fc.record({
    project: fc.constantFrom('acme', 'other'),
    region: fc.constantFrom('europe-west1', 'us-east1'),
    // Revisions are called after their service, and one service's name may begin another's.
    name: fc.constantFrom('api', 'api-00001', 'chat'),
  });
  const one = fc.record({
    place,
    tables: fc.tuple(table, table),
    revisions: fc.constantFrom(1, 2),
    everyMinutes: fc.constantFrom(1, 3, 10),
    firstMs: fc.integer({ min: at(20), max: at(30) }),
    window: fc.constantFrom('SinceLast' as const, 10 * minuteMs, 25 * minuteMs, 45 * minuteMs),
  });
  /** A world that is smaller says no more, and there are thousands of them. */
  const world = fc.noShrink(
    fc.uniqueArray(one, { minLength: 2, maxLength: 7, selector: ({ place }) => JSON.stringify(place) }),
  );

  test.each(sources)('every look is answered as if nobody else looked: $type', async (source) => {
    await fc.assert(
      fc.asyncProperty(world, async (services) => {
        const store = new SeriesStore();
        const lookers = services.map(({ place, tables, revisions, everyMinutes, firstMs, window }): Looker => {
          const names = ['00001-aaa', '00002-bbb'].map((end) => `${place.name}-${end}`);
          written(store, place, { [names[0]!]: tables[0], [names[1]!]: tables[1] });
          return {
            service: place,
            revisions: names.slice(0, revisions),
            everyMs: everyMinutes * minuteMs,
            firstMs,
            window,
          };
        });
        const together = new PromqlMetrics(labPromql(store));
        const alone = new Map(lookers.map((who) => [who, new PromqlMetrics(labPromql(store))]));
        const ask = askBy(source);
        for (const look of looksOf(lookers, at(75))) {
          expect(await ask(together, look)).toEqual(await ask(alone.get(look.who)!, look));
        }
      }),
      { numRuns: isWhole ? 15 : 4 },
    );
  });
});

describe.each(sources)('of $type', (source) => {
  const ask = askBy(source);

  it('services that look in the same minute are asked for in one question, from their second look on', async () => {
    const services = fleet(12);
    const { client, asked } = overheard(labPromql(storeOf(services, Array(80).fill(full))));
    const metrics = new PromqlMetrics(client);
    const byTurn: number[] = [];
    for (const look of looksOf(inTurns(services), at(60))) {
      const before = asked.length;
      const answer = await ask(metrics, look);
      expect(answer).toMatchObject({ kind: 'Known', value: { [look.who.revisions[0]!]: expect.any(Array) } });
      const turn = Math.floor((look.nowMs - at(20)) / (10 * minuteMs));
      byTurn[turn] = (byTurn[turn] ?? 0) + asked.length - before;
    }
    expect(byTurn).toEqual([12, 1, 1, 1]);
  });

  it('those that look at once wait for the one question', async () => {
    const services = fleet(12);
    const { client, asked } = overheard(labPromql(storeOf(services, Array(80).fill(full))));
    const metrics = new PromqlMetrics(client);
    const looks = looksOf(inTurns(services), at(40));
    for (const look of looks.slice(0, 12)) await ask(metrics, look);
    const answers = await Promise.all(looks.slice(12).map((look) => ask(metrics, look)));
    expect(answers.every(({ kind }) => kind === 'Known')).toBe(true);
    expect(asked).toHaveLength(13);
  });

  it('who does not come any more is asked for along with the others once', async () => {
    const services = fleet(3);
    const { client, asked } = overheard(labPromql(storeOf(services, Array(80).fill(full))));
    const metrics = new PromqlMetrics(client);
    for (const look of looksOf(inTurns(services), at(60))) {
      if (look.nowMs > at(30) && look.who.service.name === nameOf(2)) continue;
      await ask(metrics, look);
    }
    expect(asked.slice(3).map((query) => query.includes(nameOf(2)))).toEqual([true, false, false]);
  });

  it('other projects and other sources are asked apart', async () => {
    const here = fleet(3);
    const there = here.map((service) => ({ ...service, project: 'other' }));
    const { client, asked } = overheard(labPromql(storeOf([...here, ...there], Array(80).fill(full))));
    const metrics = new PromqlMetrics(client);
    for (const look of looksOf(inTurns([...here, ...there]), at(40))) await ask(metrics, look);
    expect(asked.slice(6).map((query) => /project_id="(\w+)"/.exec(query)![1])).toEqual(['acme', 'other']);
    for (const query of asked) expect(new Set(query.match(/project_id="\w+"/g)).size).toBe(1);
  });

  it('a service of the same name in another region has its own figures', async () => {
    const [here, there] = [fleet(1)[0]!, fleet(1, 'us-east1')[0]!];
    const store = new SeriesStore();
    const shown = (cpu: number): Minutes => Array(80).fill({ ...full, cpu: [cpu] });
    written(store, here, { [serving(here)]: shown(0.1) });
    written(store, there, { [serving(there)]: shown(0.9) });
    const { client, asked } = overheard(labPromql(store));
    const metrics = new PromqlMetrics(client);
    for (const look of looksOf(inTurns([here, there]), at(60))) {
      const answer = await ask(metrics, look);
      if (answer.kind === 'Unknown') throw new Error(answer.message);
      const minutes = answer.value[serving(here)]!;
      const cpu = look.who.service === here ? 0.1 : 0.9;
      for (const one of minutes) expect(Math.abs(one.cpu! - cpu)).toBeLessThan(0.05);
    }
    expect(asked).toHaveLength(2 + 3);
  });
});

describe('an answer that is none', () => {
  const failures = {
    'the server is away': new PromqlFailure('ProviderError', 'Away.', { isPassing: true }),
    'it was cut off': new PromqlFailure('ProviderError', 'Broken JSON, as if it were cut off.', { isPassing: true }),
    'it is only a part of the data': new PromqlFailure('ProviderError', 'With a warning.', { isPassing: false }),
    'the rate is limited': new PromqlFailure('RateLimited', 'Not so fast.', { isPassing: false }),
    'the query is refused': new PromqlFailure('ProviderError', 'No.', { isPassing: false, isRefusal: true }),
  };
  const grid = sources.flatMap((source) => Object.keys(failures).map((what) => [source.type, what] as const));
  const ask = (type: MetricsSource['type']) => askBy(sources.find((one) => one.type === type)!);

  test.each(grid)('%s, %s: is none for everyone in it, once, and nothing of it is remembered', async (type, what) => {
    const services = fleet(6);
    const store = storeOf(services, Array(120).fill(full));
    const failure = failures[what as keyof typeof failures];
    let isAway = false;
    const { client, asked } = overheard(labPromql(store), () => {
      if (isAway) throw failure;
    });
    const metrics = new PromqlMetrics(client);
    const unknown = { kind: 'Unknown', reason: failure.reason, message: failure.message };
    for (const look of looksOf(inTurns(services), at(70))) {
      const turn = Math.floor((look.nowMs - at(20)) / (10 * minuteMs));
      isAway = turn === 2;
      const fresh = await ask(type)(new PromqlMetrics(labPromql(store)), look);
      expect(await ask(type)(metrics, look)).toEqual(turn === 2 ? unknown : fresh);
    }
    // Six alone, then a question a turn; what failed together is asked by halves, for one turn where it may have been an
    // outage, and not at all where it was asked too often.
    const [first, second] = failure.reason === 'RateLimited' ? [1, 1] : failure.isPassing ? [2, 1] : [2, 2];
    expect(asked).toHaveLength(6 + 1 + 1 + first + second);
  });

  it('who looks once more in the same minute asks once more', async () => {
    const services = fleet(3);
    const store = storeOf(services, Array(80).fill(full));
    let isAway = false;
    const { client } = overheard(labPromql(store), () => {
      if (isAway) throw failures['the server is away'];
    });
    const metrics = new PromqlMetrics(client);
    const [first, second] = [looksOf(inTurns(services), at(29)), looksOf(inTurns(services), at(39)).slice(3)];
    for (const look of first) await ask(google.type)(metrics, look);
    isAway = true;
    for (const look of second) expect(await ask(google.type)(metrics, look)).toMatchObject({ kind: 'Unknown' });
    isAway = false;
    for (const look of second) {
      const alone = await ask(google.type)(new PromqlMetrics(labPromql(store)), look);
      expect(await ask(google.type)(metrics, look)).toEqual(alone);
    }
  });

  it('a service that cannot be answered fails alone in the end', async () => {
    const services = fleet(40);
    const store = storeOf(services, Array(160).fill(full));
    const { client } = overheard(labPromql(store), (query) => {
      if (query.includes(serving(services[17]!))) throw failures['it is only a part of the data'];
    });
    const metrics = new PromqlMetrics(client);
    const failedByTurn: number[] = [];
    for (const look of looksOf(inTurns(services), at(110))) {
      const { kind } = await ask(google.type)(metrics, look);
      const turn = Math.floor((look.nowMs - at(20)) / (10 * minuteMs));
      failedByTurn[turn] = (failedByTurn[turn] ?? 0) + (kind === 'Unknown' ? 1 : 0);
    }
    // It was never answered alone, so nobody takes it along.
    expect(failedByTurn).toEqual(Array(9).fill(1));
  });

  it('one that turns bad takes half as many along each time', async () => {
    const services = fleet(32);
    const store = storeOf(services, Array(220).fill(full));
    let turn = 0;
    const { client } = overheard(labPromql(store), (query) => {
      if (turn >= 2 && turn < 10 && query.includes(serving(services[17]!))) throw failures['it was cut off'];
    });
    const metrics = new PromqlMetrics(client);
    const failed: number[] = [];
    for (const look of looksOf(inTurns(services), at(170))) {
      turn = Math.floor((look.nowMs - at(20)) / (10 * minuteMs));
      const { kind } = await ask(google.type)(metrics, look);
      failed[turn] = (failed[turn] ?? 0) + (kind === 'Unknown' ? 1 : 0);
    }
    expect(failed.slice(0, 3)).toEqual([0, 0, 32]);
    for (const [i, count] of failed.entries())
      if (i > 2) expect(count).toBeLessThanOrEqual(Math.max(1, failed[i - 1]! / 2));
    expect(failed[8]).toBe(1);
    expect(failed.slice(10)).toEqual([0, 0, 0, 0, 0]);
  });
});

it('what comes late is seen at the next look by those for whom another asked, too', async () => {
  const services = fleet(5);
  const lab = labPromql(storeOf(services, Array(120).fill(full)));
  const late = { endMs: at(26), seenMs: at(35) };
  let nowMs = 0;
  const client: PromqlClient = {
    instant: lab.instant,
    range: async (...args) =>
      (await lab.range(...args)).map((series): Matrix[number] => ({
        ...series,
        points: series.points.filter(({ atMs }) => atMs !== late.endMs || nowMs >= late.seenMs),
      })),
  };
  const metrics = new PromqlMetrics(client);
  const whole = inTurns(services).map((who) => ({ ...who, window: 30 * minuteMs }));
  for (const look of looksOf(whole, at(60))) {
    nowMs = look.nowMs;
    const answer = await askBy(google)(metrics, look);
    if (answer.kind === 'Unknown') throw new Error(answer.message);
    const ends = answer.value[serving(look.who.service)]!.map(({ endMs }) => endMs);
    if (look.nowMs >= late.endMs + 3 * minuteMs) expect(ends.includes(late.endMs)).toBe(look.nowMs >= late.seenMs);
  }
});

it('a thousand services are asked for in few questions, none of them long', async () => {
  // As long as the names of services and revisions may be.
  const services = fleet(1000).map((service) => ({ ...service, name: `${service.name}-${'x'.repeat(30)}` }));
  const asked: string[] = [];
  const client: PromqlClient = {
    instant: async () => [],
    range: async (_, query) => {
      asked.push(query);
      return [];
    },
  };
  const metrics = new PromqlMetrics(client);
  const turns = looksOf(inTurns(services), at(45));
  for (const look of turns.slice(0, 2000)) await askBy(google)(metrics, look);
  const settled = asked.length;
  for (const look of turns.slice(2000)) await askBy(google)(metrics, look);
  expect(asked.length - settled).toBeLessThanOrEqual(1000 / 20);
  for (const query of asked) {
    expect(query.length).toBeLessThan(20_000);
    for (const [, pattern] of query.matchAll(/=~"([^"]*)"/g)) expect(pattern!.length).toBeLessThanOrEqual(2_000);
  }
});
