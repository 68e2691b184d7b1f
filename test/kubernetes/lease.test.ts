import { beforeEach, describe, expect, test } from 'vitest';
import { LeaderElection, type LeaseNews } from '../../src/kubernetes/leader/lease.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../src/kubernetes/leader/leases.ts';
import { Conflict, Unavailable } from '../../src/ports/errors.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** A lease in memory, with the API server's rule that an update must name the version it was made from. */
class MemoryLease implements LeaseStore {
  stored: StoredLease | undefined;
  #version = 0;
  updates = 0;

  async read(): Promise<StoredLease | undefined> {
    return this.stored;
  }

  async create(record: LeaseRecord): Promise<StoredLease> {
    if (this.stored !== undefined) throw new Conflict('it exists');
    return this.#put(record);
  }

  async update(record: LeaseRecord, resourceVersion: string): Promise<StoredLease> {
    this.updates++;
    if (this.stored?.resourceVersion !== resourceVersion) throw new Conflict('it was modified');
    return this.#put(record);
  }

  #put(record: LeaseRecord): StoredLease {
    this.#version++;
    this.stored = { ...record, resourceVersion: String(this.#version) };
    return this.stored;
  }
}

/** One replica's way to the lease, which may be broken in several ways. */
class Line implements LeaseStore {
  readonly #lease: MemoryLease;
  state: 'up' | 'down' | 'hanging' | 'losing answers' = 'up';

  constructor(lease: MemoryLease) {
    this.#lease = lease;
  }

  read = () => this.#through(() => this.#lease.read());
  create = (record: LeaseRecord) => this.#through(() => this.#lease.create(record));
  update = (record: LeaseRecord, version: string) => this.#through(() => this.#lease.update(record, version));

  async #through<T>(call: () => Promise<T>): Promise<T> {
    if (this.state === 'down') throw new Unavailable('no route to host');
    if (this.state === 'hanging') return new Promise(() => undefined);
    const answer = await call();
    if (this.state === 'losing answers') throw new Unavailable('time-out');
    return answer;
  }
}

interface Replica {
  readonly line: Line;
  readonly election: LeaderElection;
  readonly stop: AbortController;
  readonly running: Promise<void>;
  leading: boolean;
  terms: number;
  /** What it has told, each with its most telling word. */
  readonly news: string[];
}

let clock: VirtualClock;
let lease: MemoryLease;

beforeEach(() => {
  clock = new VirtualClock(5_000_000);
  lease = new MemoryLease();
});

/** `wallOffsetMs`: how wrong this machine's wall clock is. */
function replica(identity: string, wallOffsetMs = 0, state: Line['state'] = 'up'): Replica {
  const line = new Line(lease);
  line.state = state;
  const wallMs = (): number => Date.UTC(2026, 0, 1) + wallOffsetMs + clock.nowMs();
  const news: string[] = [];
  const onNews = (one: LeaseNews) => news.push(inWords(one));
  const election = new LeaderElection({ store: line, identity, clock, wallMs, random: () => 0.5, onNews });
  const stop = new AbortController();
  const work = async (signal: AbortSignal): Promise<void> => {
    self.leading = true;
    self.terms++;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    self.leading = false;
  };
  const self: Replica = { line, election, stop, leading: false, terms: 0, news, running: Promise.resolve() };
  return Object.assign(self, { running: election.run(work, stop.signal) });
}

function inWords(news: LeaseNews): string {
  if (news.kind === 'Lost') return `Lost: ${news.why}`;
  if (news.kind === 'HeldByAnother') return `HeldByAnother: ${news.holder}`;
  if (news.kind !== 'Failing') return news.kind;
  return `Failing: ${(news.error as Error).message}, ${news.leftMs / 1000} s left`;
}

const mayWrite = ({ election }: Replica): boolean => {
  try {
    election.check();
    return true;
  } catch {
    return false;
  }
};

describe('an election', () => {
  test('makes the only replica the leader at once, and keeps it so', async () => {
    const a = replica('a');
    await settle();
    expect([a.leading, mayWrite(a)]).toEqual([true, true]);
    await clock.advance(3_600_000);
    expect([a.leading, mayWrite(a), a.terms]).toEqual([true, true, 1]);
    expect(lease.stored).toMatchObject({ holder: 'a', leaseDurationMs: 15_000, transitions: 0 });
    expect(lease.updates).toBe(1_800);
  });

  test('never has two leaders, whatever their wall clocks say', async () => {
    const a = replica('a', -3_600_000);
    await settle();
    const b = replica('b', 3_600_000);
    for (let i = 0; i < 600; i++) {
      await clock.advance(1_000);
      expect([a.leading, b.leading]).toEqual([true, false]);
      expect(mayWrite(b)).toBe(false);
    }
  });

  test('lets one of two that stand at the same moment win', async () => {
    const both = [replica('a'), replica('b')];
    await clock.advance(60_000);
    expect(both.filter((one) => one.leading)).toHaveLength(1);
    expect(both.filter(mayWrite)).toHaveLength(1);
  });

  test('passes to another when the leader can no longer renew, and never before the leader knows', async () => {
    const a = replica('a');
    await settle();
    const b = replica('b');
    await clock.advance(30_000);
    a.line.state = 'down';
    let aStoppedMs = 0;
    let bBeganMs = 0;
    for (let ms = 0; ms < 30_000 && bBeganMs === 0; ms += 100) {
      await clock.advance(100);
      expect(mayWrite(a) && mayWrite(b)).toBe(false);
      if (!a.leading && aStoppedMs === 0) aStoppedMs = ms;
      if (b.leading) bBeganMs = ms;
    }
    expect(aStoppedMs).toBeGreaterThan(7_000);
    expect(aStoppedMs).toBeLessThanOrEqual(10_000);
    expect(bBeganMs).toBeGreaterThan(aStoppedMs);
    expect(bBeganMs).toBeLessThan(20_000);
    expect(lease.stored).toMatchObject({ holder: 'b', transitions: 1 });
  });

  test('takes the old leader back as one that stands, not as one that leads', async () => {
    const a = replica('a');
    await settle();
    const b = replica('b');
    a.line.state = 'down';
    await clock.advance(40_000);
    a.line.state = 'up';
    await clock.advance(60_000);
    expect([a.leading, b.leading, a.terms, b.terms]).toEqual([false, true, 1, 1]);
  });

  test('survives renewals that fail for less than the deadline', async () => {
    const a = replica('a');
    await settle();
    for (let i = 0; i < 5; i++) {
      a.line.state = 'down';
      await clock.advance(7_000);
      a.line.state = 'up';
      await clock.advance(4_000);
      expect([a.leading, mayWrite(a), a.terms]).toEqual([true, true, 1]);
    }
  });

  test('survives a renewal whose answer was lost', async () => {
    const a = replica('a');
    await settle();
    a.line.state = 'losing answers';
    await clock.advance(3_000);
    a.line.state = 'up';
    await clock.advance(20_000);
    expect([a.leading, mayWrite(a), a.terms]).toEqual([true, true, 1]);
  });

  test('ends leadership at the deadline even while a renewal hangs', async () => {
    const a = replica('a');
    await settle();
    a.line.state = 'hanging';
    await clock.advance(9_999);
    expect([a.leading, mayWrite(a)]).toEqual([true, true]);
    await clock.advance(1);
    expect([a.leading, mayWrite(a)]).toEqual([false, false]);
  });

  test('is not revived by an answer that comes after leadership has ended', async () => {
    const stop = new AbortController();
    const line = new Line(lease);
    let leads = false;
    const election = new LeaderElection({ store: line, identity: 'a', clock, wallMs: () => 0, random: () => 0.5 });
    // It is slow to wind up its work, and does not stand again before that.
    const lead = async (signal: AbortSignal): Promise<void> => {
      leads = true;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      leads = false;
      await new Promise(() => undefined);
    };
    void election.run(lead, stop.signal);
    await settle();
    const update = line.update;
    line.update = async (record, version) => {
      await clock.sleep(9_000);
      return update(record, version);
    };
    await clock.advance(10_000);
    expect(leads).toBe(false);
    await clock.advance(1_500);
    expect(lease.updates).toBe(1);
    expect(() => election.check()).toThrow(Unavailable);
  });

  test('ends leadership at once when another holds the lease', async () => {
    const a = replica('a');
    await settle();
    lease.stored = { ...lease.stored!, holder: 'somebody', resourceVersion: '99' };
    await clock.advance(2_000);
    expect([a.leading, mayWrite(a), a.election.state().holder]).toEqual([false, false, 'somebody']);
  });

  test('takes a lease that is not renewed after its duration, measured from when it was first seen', async () => {
    lease.stored = {
      holder: 'dead',
      leaseDurationMs: 15_000,
      acquiredAtMs: 0,
      renewedAtMs: 0,
      transitions: 6,
      resourceVersion: '1',
    };
    const a = replica('a');
    await clock.advance(14_900);
    expect(a.leading).toBe(false);
    await clock.advance(4_000);
    expect(a.leading).toBe(true);
    expect(lease.stored).toMatchObject({ holder: 'a', transitions: 7 });
  });

  test('says what keeps it from standing', async () => {
    const a = replica('a');
    a.line.state = 'down';
    await clock.advance(5_000);
    const state = { isLeader: false, holder: '', problem: 'no route to host', failedRenewals: 0 };
    expect(a.election.state()).toEqual(state);
  });
});

describe('what is told, each change once', () => {
  const minutes = (count: number) => clock.advance(count * 60_000);
  /** By what happens to a leader. */
  const stories: Readonly<Record<string, readonly [happens: (a: Replica) => Promise<void>, told: readonly string[]]>> =
    {
      'nothing for an hour': [() => minutes(60), []],
      'it is stopped': [
        async (a) => {
          a.stop.abort();
          await a.running;
        },
        ['Released'],
      ],
      'renewals fail for a while': [
        async (a) => {
          a.line.state = 'down';
          await clock.advance(7_000);
          a.line.state = 'up';
          await minutes(5);
        },
        ['Failing: no route to host, 8 s left', 'Recovered'],
      ],
      'renewals fail twice': [
        async (a) => {
          for (const state of ['down', 'up', 'down', 'up'] as const) {
            a.line.state = state;
            await clock.advance(5_000);
          }
        },
        ['Failing: no route to host, 8 s left', 'Recovered', 'Failing: no route to host, 8 s left', 'Recovered'],
      ],
      'the answer to a renewal is lost': [
        async (a) => {
          a.line.state = 'losing answers';
          await clock.advance(3_000);
          a.line.state = 'up';
          await minutes(5);
        },
        ['Failing: time-out, 8 s left', 'Recovered'],
      ],
      'renewals fail for ever': [
        async (a) => {
          a.line.state = 'down';
          await minutes(60);
        },
        ['Failing: no route to host, 8 s left', 'Lost: it could not be renewed for 10 s: no route to host'],
      ],
      'renewals hang for ever': [
        async (a) => {
          a.line.state = 'hanging';
          await minutes(60);
        },
        ['Lost: it could not be renewed for 10 s'],
      ],
      'another takes it': [
        async () => {
          lease.stored = { ...lease.stored!, holder: 'somebody', renewedAtMs: 1, resourceVersion: '99' };
          await clock.advance(10_000);
        },
        ['HeldByAnother: somebody', 'Lost: somebody holds it'],
      ],
      'somebody deletes it': [
        async () => {
          lease.stored = undefined;
          await clock.advance(2_000);
          await settle();
        },
        ['Lost: somebody deleted or cleared it', 'Acquired'],
      ],
    };

  test.each(Object.keys(stories))('by a leader: %s', async (name) => {
    const [happens, told] = stories[name]!;
    const a = replica('a');
    await settle();
    await happens(a);
    expect(a.news).toEqual(['Acquired', ...told]);
  });

  test('by one that stands by: who holds it, until it holds it itself', async () => {
    const a = replica('a');
    await settle();
    const b = replica('b');
    await minutes(60);
    expect(b.news).toEqual(['HeldByAnother: a']);
    a.stop.abort();
    await clock.advance(10_000);
    expect(b.news).toEqual(['HeldByAnother: a', 'Acquired']);
  });

  test('by one that stands by: every new holder', async () => {
    const a = replica('a');
    for (const [version, holder] of ['b', 'c', 'c', 'b'].entries()) {
      lease.stored = { ...heldBy(holder), resourceVersion: `${version}` };
      await clock.advance(5_000);
    }
    expect(a.news).toEqual(['HeldByAnother: b', 'HeldByAnother: c', 'HeldByAnother: b']);
  });

  test('by one that cannot stand: why, once, and that it can', async () => {
    lease.stored = { ...heldBy('b'), leaseDurationMs: 3_600_000, resourceVersion: '1' };
    const a = replica('a', 0, 'down');
    await minutes(5);
    a.line.state = 'up';
    await clock.advance(5_000);
    expect(a.news).toEqual(['Failing: no route to host, 0 s left', 'HeldByAnother: b', 'Recovered']);
  });

  const heldBy = (holder: string): LeaseRecord => ({
    holder,
    leaseDurationMs: 15_000,
    acquiredAtMs: 0,
    renewedAtMs: clock.nowMs(),
    transitions: 0,
  });

  test('counts the renewals that failed', async () => {
    const a = replica('a');
    await settle();
    a.line.state = 'down';
    await clock.advance(6_000);
    a.line.state = 'up';
    await minutes(1);
    expect(a.election.state().failedRenewals).toBe(3);
  });
});

describe('an end that comes while the API server does not answer', () => {
  test.each([
    ['it stands by', 'hanging', undefined],
    ['it leads', 'up', 'hanging'],
  ] as const)('is there after a second at most: %s', async (_, before, then) => {
    const a = replica('a', 0, before);
    await clock.advance(10_000);
    a.line.state = then ?? before;
    // In the middle of a renewal, where it leads.
    await clock.advance(2_000);
    let isOver = false;
    void a.running.then(() => {
      isOver = true;
    });
    a.stop.abort();
    await clock.advance(1_000);
    expect([isOver, a.leading]).toEqual([true, false]);
  });

  test('gives back also the lease that was had in that second', async () => {
    const a = replica('a');
    const stand = a.line.create;
    a.line.create = async (record) => {
      await clock.sleep(500);
      return stand(record);
    };
    await settle();
    a.stop.abort();
    await clock.advance(1_000);
    await a.running;
    expect(lease.stored).toMatchObject({ holder: '' });
  });
});

describe('the fence', () => {
  test('is shut before anyone is elected and once leadership has ended', async () => {
    const a = replica('a');
    expect(() => a.election.check()).toThrow(Unavailable);
    await settle();
    expect(() => a.election.check()).not.toThrow();
    a.stop.abort();
    await a.running;
    expect(() => a.election.check()).toThrow(Unavailable);
  });

  test('counts from when the last renewal was sent, not from when its answer came', async () => {
    const a = replica('a');
    await settle();
    const original = a.line.update;
    a.line.update = async (record, version) => {
      const answer = await original(record, version);
      await clock.sleep(1_900);
      return answer;
    };
    await clock.advance(2_000 + 1_900);
    a.line.state = 'down';
    await clock.advance(10_000 - 1_900 - 1);
    expect(mayWrite(a)).toBe(true);
    await clock.advance(1);
    expect(mayWrite(a)).toBe(false);
  });

  test('is shut by the mere passing of time, as when the process was stopped and goes on', async () => {
    const frozen = new VirtualClock(0);
    const election = new LeaderElection({
      store: new Line(lease),
      identity: 'a',
      clock: { nowMs: () => frozen.nowMs() + jumpMs, sleep: () => new Promise(() => undefined) },
      wallMs: () => 0,
      random: () => 0,
    });
    let jumpMs = 0;
    void election.run(() => new Promise(() => undefined), new AbortController().signal);
    await settle();
    expect(() => election.check()).not.toThrow();
    jumpMs = 10_000;
    expect(() => election.check()).toThrow(/lease/);
  });
});

describe('a leader that is stopped', () => {
  test('gives the lease back, so that another need not wait', async () => {
    const a = replica('a');
    await settle();
    const b = replica('b');
    await clock.advance(10_000);
    a.stop.abort();
    await a.running;
    expect(lease.stored).toMatchObject({ holder: '', leaseDurationMs: 1_000 });
    await clock.advance(4_400);
    expect(b.leading).toBe(true);
  });

  test('keeps the lease until its work has come to an end', async () => {
    const stop = new AbortController();
    const finish = Promise.withResolvers<void>();
    const election = new LeaderElection({
      store: new Line(lease),
      identity: 'a',
      clock,
      wallMs: () => clock.nowMs(),
      random: () => 0.5,
    });
    const running = election.run(() => finish.promise, stop.signal);
    await settle();
    stop.abort();
    await clock.advance(30_000);
    expect(lease.stored?.holder).toBe('a');
    expect(() => election.check()).not.toThrow();
    finish.resolve();
    await running;
    expect(lease.stored?.holder).toBe('');
  });

  test('ends within a second although the API server does not answer', async () => {
    const a = replica('a');
    await settle();
    a.line.state = 'hanging';
    a.stop.abort();
    let ended = false;
    void a.running.then(() => {
      ended = true;
    });
    await clock.advance(1_000);
    expect(ended).toBe(true);
  });

  test('leaves alone a lease it no longer holds', async () => {
    const a = replica('a');
    await settle();
    lease.stored = { ...lease.stored!, holder: 'b', resourceVersion: '50' };
    a.stop.abort();
    await a.running;
    expect(lease.stored.holder).toBe('b');
  });

  test('passes on what its work throws, after giving the lease back', async () => {
    const election = new LeaderElection({
      store: new Line(lease),
      identity: 'a',
      clock,
      wallMs: () => clock.nowMs(),
      random: () => 0.5,
    });
    const work = async (): Promise<void> => {
      throw new Error('broken');
    };
    await expect(election.run(work, new AbortController().signal)).rejects.toThrow('broken');
    expect(lease.stored?.holder).toBe('');
  });
});
