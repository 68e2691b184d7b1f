/** One leader among the replicas. */
import type { Clock, Fence } from '../../ports/clock.ts';
import { Conflict, Unavailable } from '../../ports/errors.ts';
import { unlessAborted } from '../../ports/unless.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from './leases.ts';

/** How long others leave a lease alone that they do not see renewed. */
const leaseMs = 15_000;
/** Within this a leader has to renew or stop leading: well before others may begin. */
const renewDeadlineMs = 10_000;
const retryMs = 2_000;
/** Giving the lease back is a courtesy that must not hold up the end of the process. */
const releaseMs = 1_000;

export interface LeaderElectionOptions {
  readonly store: LeaseStore;
  /** Who this process is; unique among all that contend. */
  readonly identity: string;
  /** Monotonic. No clock of another machine is ever compared with it. */
  readonly clock: Clock;
  /** Wall time, written into the lease for people to read. */
  readonly wallMs: () => number;
  /** Uniform in 0..1. */
  readonly random: () => number;
  /** Told of what changes, once. */
  readonly onNews?: (news: LeaseNews) => void;
}

export type LeaseNews =
  /** This process leads from now on. */
  | { readonly kind: 'Acquired' }
  /** It leads no longer, and did not want to stop. */
  | { readonly kind: 'Lost'; readonly why: string }
  /** It has given the lease back. */
  | { readonly kind: 'Released' }
  | { readonly kind: 'HeldByAnother'; readonly holder: string }
  /** The lease cannot be read or written: whoever leads has `leftMs` to renew it, else this process stands by. */
  | { readonly kind: 'Failing'; readonly error: unknown; readonly leftMs: number }
  | { readonly kind: 'Recovered' };

export interface LeaderElectionState {
  readonly isLeader: boolean;
  /** Who holds the lease as far as is known. */
  readonly holder: string;
  /** What went wrong at the last attempt, in words. */
  readonly problem: string | null;
  /** Renewals that did not succeed at the first try, from the beginning. */
  readonly failedRenewals: number;
}

/**
 * One leader among the replicas, by a Kubernetes Lease. Others' renewals are recognised by the record changing, timed on
 * this machine's monotonic clock. As a fence it says, before a write, whether this process may still believe in its
 * leadership.
 */
export class LeaderElection implements Fence {
  readonly #store: LeaseStore;
  readonly #identity: string;
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  readonly #random: () => number;
  readonly #onNews: (news: LeaseNews) => void;
  /** As last seen, and since when it looks like that. */
  #lease: StoredLease | undefined;
  #observedMs = 0;
  /** When the last renewal that succeeded was begun; undefined: not leading. */
  #renewedMs: number | undefined;
  #problem: string | null = null;
  #isFailing = false;
  #failedRenewals = 0;

  constructor({ store, identity, clock, wallMs, random, onNews = () => {} }: LeaderElectionOptions) {
    this.#store = store;
    this.#identity = identity;
    this.#clock = clock;
    this.#wallMs = wallMs;
    this.#random = random;
    this.#onNews = onNews;
  }

  /** Throws Unavailable when this process does not lead, or cannot be sure that it still does. */
  check(): void {
    if (this.#leftMs() <= 0) throw new Unavailable('this process does not hold the leader lease');
  }

  state(): LeaderElectionState {
    const [holder, problem, failedRenewals] = [this.#lease?.holder ?? '', this.#problem, this.#failedRenewals];
    return { isLeader: this.#leftMs() > 0, holder, problem, failedRenewals };
  }

  /**
   * Stands for election until `stop`, and calls `lead` each time it is elected. The signal given to `lead` aborts when
   * leadership is lost or is to end. The lease is kept until `lead` has come to its end, and then given back, so that
   * another need not wait. Rejects with what `lead` rejects with.
   */
  async run(lead: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    while (await this.#acquire(stop)) {
      const lost = new AbortController();
      const ended = new AbortController();
      const led = lead(AbortSignal.any([stop, lost.signal])).finally(() => ended.abort());
      // Its failure is thrown below, once the lease has been seen to.
      led.catch(() => undefined);
      await this.#keep(ended.signal);
      lost.abort(new Error('the leader lease was lost'));
      try {
        await led;
      } finally {
        await this.#release();
      }
    }
  }

  /** How long this process may still believe that it leads. */
  #leftMs(): number {
    return this.#renewedMs === undefined ? 0 : this.#renewedMs + renewDeadlineMs - this.#clock.nowMs();
  }

  /** false: stopped before it was elected. */
  async #acquire(stop: AbortSignal): Promise<boolean> {
    while (!stop.aborted) {
      const standing = this.#attempt(() => this.#stand());
      // A lease that is had after all while this process ends would be nobody's until it expires.
      const isElected = (await this.#unlessLong(standing, stop)) === true;
      if (isElected) this.#onNews({ kind: 'Acquired' });
      if (isElected) return true;
      await this.#clock.sleep(retryMs * (1 + 1.2 * this.#random()), stop).catch(() => undefined);
    }
    return false;
  }

  /** Renews until `ended`, or until the lease is lost. */
  async #keep(ended: AbortSignal): Promise<void> {
    while (!ended.aborted && this.#leftMs() > 0) {
      await this.#clock.sleep(Math.min(retryMs, this.#leftMs()), ended).catch(() => undefined);
      if (ended.aborted) break;
      const renewing = this.#attempt(() => this.#renew());
      await this.#within(
        this.#leftMs(),
        unlessAborted(renewing, ended).catch(() => undefined),
      );
    }
    if (this.#leftMs() > 0) return;
    if (!ended.aborted) this.#onNews({ kind: 'Lost', why: this.#whyLost() });
    this.#renewedMs = undefined;
  }

  #whyLost(): string {
    const expired = `it could not be renewed for ${renewDeadlineMs / 1000} s`;
    if (this.#renewedMs !== undefined) return this.#problem === null ? expired : `${expired}: ${this.#problem}`;
    const holder = this.#lease?.holder ?? '';
    return holder === '' || holder === this.#identity ? 'somebody deleted or cleared it' : `${holder} holds it`;
  }

  /** Whether it is this process's turn now. */
  async #stand(): Promise<boolean> {
    const begunMs = this.#clock.nowMs();
    const seen = await this.#store.read();
    if (seen !== undefined) this.#observe(seen);
    if (seen !== undefined && this.#isHeldByAnother(seen)) return false;
    const transitions = seen === undefined ? 0 : seen.transitions + (seen.holder === this.#identity ? 0 : 1);
    const record = this.#record(this.#wallMs(), transitions);
    const version = seen?.resourceVersion;
    this.#observe(version === undefined ? await this.#store.create(record) : await this.#store.update(record, version));
    this.#renewedMs = begunMs;
    return true;
  }

  async #renew(): Promise<void> {
    const lease = this.#lease;
    const term = this.#renewedMs;
    if (lease === undefined || term === undefined) return;
    const begunMs = this.#clock.nowMs();
    try {
      const renewed = await this.#store.update(
        this.#record(lease.acquiredAtMs, lease.transitions),
        lease.resourceVersion,
      );
      this.#observe(renewed);
      // An answer that comes when leading has ended revives nothing.
      if (this.#renewedMs === term) this.#renewedMs = begunMs;
    } catch (error) {
      this.#failedRenewals++;
      if (!(error instanceof Conflict)) throw error;
      // Either another has taken it, or an earlier renewal of ours arrived without an answer.
      const seen = await this.#store.read();
      if (seen !== undefined) this.#observe(seen);
      if (seen?.holder !== this.#identity) this.#renewedMs = undefined;
    }
  }

  async #release(): Promise<void> {
    const lease = this.#lease;
    const isLeader = this.#leftMs() > 0;
    this.#renewedMs = undefined;
    if (!isLeader || lease === undefined) return;
    const record = { ...this.#record(lease.acquiredAtMs, lease.transitions), holder: '', leaseDurationMs: 1_000 };
    await this.#within(
      releaseMs,
      this.#attempt(async () => {
        this.#observe(await this.#store.update(record, lease.resourceVersion));
        this.#onNews({ kind: 'Released' });
      }),
    );
  }

  /** Remembers the lease, and when it last showed a sign of life. */
  #observe(lease: StoredLease): void {
    const before = this.#lease;
    const isAlive = before?.holder !== lease.holder || before.renewedAtMs !== lease.renewedAtMs;
    if (isAlive) this.#observedMs = this.#clock.nowMs();
    this.#lease = lease;
    const isAnothers = lease.holder !== '' && lease.holder !== this.#identity;
    if (isAnothers && before?.holder !== lease.holder) this.#onNews({ kind: 'HeldByAnother', holder: lease.holder });
  }

  #isHeldByAnother({ holder, leaseDurationMs }: StoredLease): boolean {
    if (holder === '' || holder === this.#identity) return false;
    return this.#clock.nowMs() < this.#observedMs + leaseDurationMs;
  }

  #record(acquiredAtMs: number, transitions: number): LeaseRecord {
    return {
      holder: this.#identity,
      leaseDurationMs: leaseMs,
      acquiredAtMs,
      renewedAtMs: this.#wallMs(),
      transitions,
    };
  }

  /** undefined: it failed, and the problem is remembered. */
  async #attempt<T>(what: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await what();
      this.#is(null);
      return result;
    } catch (error) {
      this.#is(error);
      return undefined;
    }
  }

  /** null: all is well. That another was faster is no failure. */
  #is(error: unknown): void {
    this.#problem = error === null ? null : error instanceof Error ? error.message : String(error);
    const isFailing = error !== null && !(error instanceof Conflict);
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    this.#onNews(isFailing ? { kind: 'Failing', error, leftMs: this.#leftMs() } : { kind: 'Recovered' });
  }

  /** What `work` comes to; once `stop` has come, it is not waited for longer than a courtesy may take. */
  async #unlessLong<T>(work: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
    await unlessAborted(work, stop).catch(() => this.#within(releaseMs, work));
    return Promise.race([work, undefined]);
  }

  /** Waits for `work`, but no longer than this. */
  async #within(lengthMs: number, work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const tooLong = this.#clock.sleep(lengthMs, done.signal).catch(() => undefined);
    await Promise.race([work, tooLong]);
    done.abort();
  }
}
