/** The closed form of an instance against its requests, one by one. */
import { describe, expect, test } from 'vitest';
import { finishedPerSecond, inFlightAfter } from '../../src/lab/world/sharing.ts';
import { Random } from '../../src/scenario/random.ts';
import { latencySeconds, leavingPerSecond, Sharing, type Work } from '../../src/scenario/sharing.ts';

const work = (waitSeconds: number, cpuSeconds: number, cpus = 1): Work => ({
  waitSeconds,
  cpuSeconds,
  cpus,
  slowdown: 0,
  pairSlowdown: 0,
});

interface Counted {
  readonly inFlight: number;
  readonly latencySeconds: number;
}

/** Requests that come at random, wait, then share the CPUs with all that work at the moment. */
function oneByOne(perSecond: number, { waitSeconds, cpuSeconds, cpus }: Work, seconds: number): Counted {
  const random = new Random(1, 'one by one');
  const waiting: { came: number; until: number }[] = [];
  let working: { came: number; left: number }[] = [];
  let now = 0;
  let next = 0;
  let [flight, latency, done] = [0, 0, 0];
  while (now < seconds) {
    const speed = Math.min(1, cpus / Math.max(1, working.length));
    const ends = now + Math.min(Number.POSITIVE_INFINITY, ...working.map(({ left }) => left)) / speed;
    const at = Math.min(next, waiting[0]?.until ?? Number.POSITIVE_INFINITY, ends);
    flight += (at - now) * (waiting.length + working.length);
    for (const request of working) request.left -= (at - now) * speed;
    now = at;
    for (const { came } of working.filter(({ left }) => left <= 1e-12)) {
      latency += now - came;
      done++;
    }
    working = working.filter(({ left }) => left > 1e-12);
    while (waiting.length > 0 && waiting[0]!.until <= now)
      working.push({ came: waiting.shift()!.came, left: cpuSeconds });
    if (now < next) continue;
    waiting.push({ came: now, until: now + waitSeconds });
    next = now - Math.log(1 - random.next()) / perSecond;
  }
  return { inFlight: flight / now, latencySeconds: latency / done };
}

/** With so many in flight as many leave as come. */
function balanced(perSecond: number, of: Work): Counted {
  let [low, high] = [0, 1000];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (leavingPerSecond(middle, of) < perSecond) low = middle;
    else high = middle;
  }
  return { inFlight: low, latencySeconds: latencySeconds(low, of) };
}

describe('requests one by one come to the same', () => {
  const works = [work(0.3, 0.01), work(0.6, 0.02), work(0.3, 0.01, 2), work(1, 0.02, 2)];
  const loads = works.flatMap((of) => [0.2, 0.4, 0.6, 0.7].map((busy): [number, Work] => [busy, of]));

  test.each([...loads, [0.8, work(0.3, 0.01)], [0.9, work(0.3, 0.01)]] as [number, Work][])(
    'CPUs busy for %d, %o',
    (busy, of) => {
      const perSecond = (busy * of.cpus) / of.cpuSeconds;
      const counted = oneByOne(perSecond, of, 40_000 / perSecond);
      const closed = balanced(perSecond, of);
      expect(closed.inFlight / counted.inFlight).toBeGreaterThan(0.94);
      expect(closed.inFlight / counted.inFlight).toBeLessThan(1.06);
      expect(closed.latencySeconds / counted.latencySeconds).toBeGreaterThan(0.94);
      expect(closed.latencySeconds / counted.latencySeconds).toBeLessThan(1.06);
    },
  );
});

describe('the tables', () => {
  const of: Work = { ...work(0.3, 0.01), slowdown: 0.002, pairSlowdown: 1e-5 };
  const sharing = new Sharing(of);

  test('say what the formulas say', () => {
    for (const inFlight of [0.25, 1, 3.5, 20, 80, 500]) {
      const latency = sharing.latency[sharing.place(inFlight)]!;
      expect(latency).toBeCloseTo(latencySeconds(inFlight, of), 9);
      expect(sharing.leavingWith(inFlight)).toBeCloseTo(leavingPerSecond(inFlight, of), 9);
    }
  });

  test.each([0, 0.1, 1, 7.3, 60, 110, 400])(
    'of a load of %d nothing is lost: it leaves, or is still in flight',
    (load) => {
      const inFlight = sharing.inFlightAfter(load);
      expect(inFlight + sharing.leavingWith(inFlight)).toBeCloseTo(load, 6);
      expect(sharing.loadOf(inFlight)).toBeCloseTo(load, 6);
    },
  );

  test('hold a thousand in flight, and a load beyond them is full', () => {
    expect(sharing.inFlightAfter(1e9)).toBeGreaterThanOrEqual(1000);
  });
});

test.each([
  { alone: 0.2, cpu: 0.01, cpus: 1 },
  { alone: 0.2, cpu: 0.05, cpus: 2 },
  { alone: 1.5, cpu: 0.1, cpus: 1 },
  { alone: 0.05, cpu: 0.004, cpus: 4 },
])(
  'the lab, a second at a time, and the world of days are one model: $alone s, of which $cpu s CPU, $cpus CPUs',
  (one) => {
    const work = {
      waitSeconds: one.alone - one.cpu,
      cpuSeconds: one.cpu,
      cpus: one.cpus,
      slowdown: 0,
      pairSlowdown: 0,
    };
    const days = new Sharing(work);
    const seconds = { aloneSeconds: one.alone, cpuSeconds: one.cpu / one.cpus };
    for (const load of [1, 5, 20, 80, 200, 400]) {
      const inFlight = days.inFlightAfter(load);
      // Where the CPUs are idle, the lab takes the short way of no sharing at all, which is off by less than a hundredth.
      expect(Math.abs(inFlightAfter(seconds, load) - inFlight)).toBeLessThan(0.02 + 0.01 * inFlight);
      expect(finishedPerSecond(seconds, inFlight)).toBeCloseTo(leavingPerSecond(inFlight, work), 6);
    }
  },
);
