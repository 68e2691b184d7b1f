/** A cache that is kept equal to what the API server holds. */
import type { Clock } from '../../ports/clock.ts';
import { Refused } from '../../ports/errors.ts';
import { backoffMs } from '../http/backoff.ts';
import { Expired, Throttled } from '../http/errors.ts';
import { atLeastAsNew, type KubeObject, keyOf } from '../http/objects.ts';
import { Cache } from './cache.ts';
import type { ListWatch, WatchLine } from './listwatch.ts';
import { readStream } from './stream.ts';

/** Why everything was listed again. */
export type RelistReason = 'Initial' | 'Expired' | 'Unproductive' | 'Periodic';
/** Why a watch was opened again. */
export type RestartReason = 'Ended' | 'Stalled' | 'Expired' | 'Throttled' | 'Refused' | 'Failed';

export interface ReflectorState {
  /** The cache has been filled once. */
  readonly synced: boolean;
  readonly size: number;
  /** Since anything was last heard from the server, bookmarks included; null before the first list. */
  readonly lastEventAgeMs: number | null;
  readonly relists: Readonly<Record<RelistReason, number>>;
  readonly watchRestarts: Readonly<Record<RestartReason, number>>;
  /** What is wrong at present, in words. */
  readonly problem: string | null;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly source: ListWatch<T>;
  /** Called for every key that may have changed, after the cache has. It should do no more than queue the key. */
  readonly onChange: (key: string) => void;
  /** Monotonic. */
  readonly clock: Clock;
  /** Uniform in 0..1. */
  readonly random: () => number;
}

const relistMs = 10 * 60_000;
/** A watch that lived this long ends all suspicion. */
const healthyMs = 2 * 60_000;
const quickMs = 2_000;
/** After this many watches in a row that brought nothing, the version they start from is taken to be of no use. */
const mostUnproductive = 3;

/**
 * Keeps a cache equal to what the API server holds: one list, then watches, for as long as it runs. It never gives up and
 * never believes a silent connection: streams are bounded, stalls are noticed, and everything is listed again every ten
 * minutes whatever the watches say.
 */
export class Reflector<T extends KubeObject> {
  readonly #source: ListWatch<T>;
  readonly #onChange: (key: string) => void;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #cache = new Cache<T>();
  readonly #stop = new AbortController();
  readonly #relists = { Initial: 0, Expired: 0, Unproductive: 0, Periodic: 0 };
  readonly #restarts = { Ended: 0, Stalled: 0, Expired: 0, Throttled: 0, Refused: 0, Failed: 0 };
  #running: Promise<void> | undefined;
  #resourceVersion = '';
  #due: RelistReason | undefined = 'Initial';
  #relistAtMs = 0;
  #heardAtMs: number | undefined;
  #pauses = 0;
  #unproductive = 0;
  #problem: string | null = null;

  constructor({ source, onChange, clock, random }: ReflectorOptions<T>) {
    this.#source = source;
    this.#onChange = onChange;
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing runs any more; no key is reported after that, and nothing starts it again. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the reflector was stopped'));
    await this.#running;
  }

  get(key: string): T | undefined {
    return this.#cache.get(key);
  }

  list(): readonly T[] {
    return this.#cache.list();
  }

  state(): ReflectorState {
    return {
      synced: this.#relists.Initial > 0,
      size: this.#cache.size,
      lastEventAgeMs: this.#heardAtMs === undefined ? null : this.#clock.nowMs() - this.#heardAtMs,
      relists: { ...this.#relists },
      watchRestarts: { ...this.#restarts },
      problem: this.#problem,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#due !== undefined) await this.#relist(this.#due);
        const mayHurry = await this.#watch();
        if (!mayHurry) await this.#pause(0);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error).catch(() => undefined);
      }
    }
  }

  async #relist(reason: RelistReason): Promise<void> {
    const { items, resourceVersion } = await this.#source.list(this.#stop.signal);
    this.#stop.signal.throwIfAborted();
    this.#relists[reason]++;
    this.#due = undefined;
    this.#resourceVersion = resourceVersion;
    this.#relistAtMs = this.#clock.nowMs() + relistMs * (1 + 0.1 * this.#random());
    this.#unproductive = 0;
    this.#heard();
    for (const key of this.#cache.replace(items)) this.#onChange(key);
  }

  /** One watch from its beginning to its end. Returns whether the next may follow at once. */
  async #watch(): Promise<boolean> {
    const startedMs = this.#clock.nowMs();
    // At random, so that many watchers do not come back at the same moment.
    const fullMs = 240_000 + this.#random() * 240_000;
    const lengthMs = Math.min(fullMs, Math.max(1_000, this.#relistAtMs - startedMs));
    let lines = 0;
    const take = (line: WatchLine): void => {
      lines++;
      this.#take(line);
    };
    const livedMs = (): number => this.#clock.nowMs() - startedMs;
    try {
      const options = { clock: this.#clock, lengthMs, stop: this.#stop.signal };
      this.#restarts[await readStream((signal) => this.#open(lengthMs, signal), take, options)]++;
    } finally {
      if (livedMs() >= healthyMs) this.#pauses = 0;
    }
    if (this.#clock.nowMs() >= this.#relistAtMs) this.#due = 'Periodic';
    if (livedMs() >= quickMs) return true;
    // Some servers answer a version that they have forgotten by closing at once, without a word.
    if (lines === 0) this.#suspect();
    return false;
  }

  async #open(lengthMs: number, signal: AbortSignal): Promise<AsyncIterable<WatchLine>> {
    const lines = await this.#source.watch(this.#resourceVersion, Math.ceil(lengthMs / 1000), signal);
    this.#problem = null;
    return lines;
  }

  /** The version moves on and the cache is right before anybody is told, so that a listener's failure loses nothing. */
  #take({ type, object }: WatchLine): void {
    const { resourceVersion } = object.metadata;
    // Restored from a backup, a server knows nothing of the version that we watch from, and does not say so.
    if (!atLeastAsNew(resourceVersion, this.#resourceVersion)) throw new Expired('the server has gone back in time');
    this.#heard();
    this.#unproductive = 0;
    this.#resourceVersion = resourceVersion;
    if (type === 'ADDED' || type === 'MODIFIED') this.#cache.put(object as T);
    else if (type === 'DELETED') this.#cache.delete(keyOf(object));
    else return;
    this.#onChange(keyOf(object));
  }

  #heard(): void {
    this.#heardAtMs = this.#clock.nowMs();
    this.#problem = null;
  }

  async #recover(error: unknown): Promise<void> {
    this.#problem = error instanceof Error ? error.message : String(error);
    if (error instanceof Expired) this.#due ??= 'Expired';
    else this.#suspect();
    this.#restarts[restartReason(error)]++;
    await this.#pause(error instanceof Throttled ? error.retryAfterMs : 0);
  }

  #suspect(): void {
    this.#unproductive++;
    if (this.#unproductive >= mostUnproductive) this.#due ??= 'Unproductive';
  }

  async #pause(atLeastMs: number): Promise<void> {
    const lengthMs = Math.max(atLeastMs, backoffMs(this.#pauses, this.#random));
    this.#pauses++;
    await this.#clock.sleep(lengthMs, this.#stop.signal);
  }
}

function restartReason(error: unknown): RestartReason {
  if (error instanceof Expired) return 'Expired';
  if (error instanceof Throttled) return 'Throttled';
  return error instanceof Refused ? 'Refused' : 'Failed';
}
