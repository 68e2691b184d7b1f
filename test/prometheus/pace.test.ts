/** How often a project is asked: never more than it may be, what judges first, and nobody waits for ever. */
import fc from 'fast-check';
import nock from 'nock';
import { describe, expect, it, test } from 'vitest';
import { sayingHeld } from '../../src/commands/run/held.ts';
import { VirtualClock } from '../../src/lab/clock.ts';
import { createPromqlClients } from '../../src/prometheus/http.ts';
import { Pace, type Urgency } from '../../src/prometheus/pace.ts';
import { empty, failed, google, isolate, plain } from './client.ts';

const minuteMs = 60_000;
const forEver = new AbortController().signal;

/** When each that asked was let go, by its place in the list; the clock runs until all have been. */
async function lettingGo(perMinute: number, asks: readonly { atMs: number; urgency: Urgency; project: string }[]) {
  const clock = new VirtualClock(0);
  const pace = new Pace(clock, perMinute);
  const gone: { place: number; atMs: number }[] = [];
  const all = asks.map(async ({ atMs, urgency, project }, place) => {
    await clock.sleep(atMs);
    await pace.turn(project, urgency, forEver);
    gone.push({ place, atMs: clock.nowMs() });
  });
  await clock.advance(60 * minuteMs);
  await Promise.all(all);
  return gone;
}

const ask = fc.record({
  atMs: fc.integer({ min: 0, max: minuteMs }),
  urgency: fc.constantFrom<Urgency>('Judging', 'Looking'),
  project: fc.constantFrom('acme', 'other'),
});
const asks = fc.array(ask, { minLength: 1, maxLength: 80, size: 'max' });

test('no minute of a project has more than it may have, and everyone comes to his turn', async () => {
  await fc.assert(
    fc.asyncProperty(asks, fc.integer({ min: 6, max: 24 }), async (all, perMinute) => {
      const gone = await lettingGo(perMinute, all);
      expect(gone).toHaveLength(all.length);
      for (const project of ['acme', 'other']) {
        const times = gone.filter(({ place }) => all[place]!.project === project).map(({ atMs }) => atMs);
        for (const fromMs of times) {
          const within = times.filter((atMs) => atMs >= fromMs && atMs < fromMs + minuteMs);
          expect(within.length).toBeLessThanOrEqual(perMinute);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('what judges goes before what looks, and else who came first', async () => {
  await fc.assert(
    fc.asyncProperty(asks, async (all) => {
      const gone = await lettingGo(6, all);
      const goneMs = new Map(gone.map(({ place, atMs }) => [place, atMs]));
      for (const [i, one] of all.entries()) {
        for (const [j, other] of all.entries()) {
          if (one.project !== other.project) continue;
          const isBefore = one.urgency === other.urgency ? one.atMs < other.atMs : one.urgency === 'Judging';
          const wereBothThere = Math.max(one.atMs, other.atMs) < Math.min(goneMs.get(i)!, goneMs.get(j)!);
          if (isBefore && wereBothThere) expect(goneMs.get(i)!).toBeLessThanOrEqual(goneMs.get(j)!);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('who does not wait any more takes nobody’s turn', async () => {
  const clock = new VirtualClock(0);
  const pace = new Pace(clock, 6);
  await pace.turn('acme', 'Judging', forEver);
  const impatient = new AbortController();
  const gone = pace.turn('acme', 'Judging', impatient.signal);
  const next = pace.turn('acme', 'Judging', forEver).then(() => clock.nowMs());
  impatient.abort(new Error('Enough.'));
  await expect(gone).rejects.toThrow('Enough.');
  await clock.advance(minuteMs);
  expect(await next).toBe(12_000);
});

describe('over HTTP', () => {
  isolate();
  const clientsOf = (perMinute: number) => {
    const held: string[] = [];
    const called: string[] = [];
    const clients = createPromqlClients({
      access: { labOrigin: new URL('http://127.0.0.1:9') },
      version: '9.9.9',
      signal: forEver,
      onCall: (kind, code) => called.push(`${kind} ${code}`),
      onHeld: (project) => held.push(project),
      pace: new Pace({ nowMs: () => 0, sleep: () => new Promise(() => undefined) }, perMinute),
      limits: { tryMs: 1_000, totalMs: 100, maxBytes: 10_000, retries: 2, firstRetryMs: 1 },
    });
    return { clients, held, called };
  };
  const answering = () => nock('http://127.0.0.1:9').persist().post(/query/).reply(200, empty);

  it.each(['Judging', 'Looking'] as const)(
    '%s: whose turn does not come in time is not asked; that is an answer like any other that cannot be had, and it is told',
    async (urgency) => {
      answering();
      const { clients, held, called } = clientsOf(12);
      for (const at of [1, 2]) expect(await clients[urgency].instant(google, 'up', at)).toEqual([]);
      const failure = await failed(clients[urgency].instant(google, 'up', 3));
      expect({ ...failure, message: failure.message }).toMatchObject({
        reason: 'RateLimited',
        isPassing: false,
        message:
          "Google Managed Prometheus of acme is asked at most 12 times a minute, and this question's turn did not come in 0.1 s.",
      });
      expect({ held, called }).toEqual({ held: ['acme'], called: ['instant OK', 'instant OK'] });
    },
  );

  it('another project has turns of its own, and a Prometheus is nobody’s quota', async () => {
    answering();
    const { clients, held } = clientsOf(6);
    await clients.Judging.instant(google, 'up', 1);
    expect(await clients.Judging.instant({ type: 'GoogleManagedPrometheus', project: 'other' }, 'up', 1)).toEqual([]);
    for (const at of [1, 2, 3]) expect(await clients.Judging.instant(plain, 'up', at)).toEqual([]);
    expect(held).toEqual([]);
  });
});

test('the log says it once a minute for each project, and how many there were', () => {
  const lines: unknown[] = [];
  let nowMs = 0;
  const say = sayingHeld({ warn: (line: unknown) => lines.push(line) } as never, { nowMs: () => nowMs });
  for (const project of ['acme', 'acme', 'other', 'acme']) say(project);
  nowMs = minuteMs;
  say('acme');
  expect(lines).toEqual([
    { project: 'acme', held: 1, mostPerMinute: 3_000 },
    { project: 'other', held: 1, mostPerMinute: 3_000 },
    { project: 'acme', held: 3, mostPerMinute: 3_000 },
  ]);
});
