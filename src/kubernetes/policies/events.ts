/** Kubernetes events beside a policy. */
import { createHash } from 'node:crypto';
import type { PolicyEvent } from '../../facts/event.ts';
import { apiVersion, group, kind } from '../../policy/api.ts';
import type { PolicyKey } from '../../policy/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import { Conflict } from '../../ports/errors.ts';
import type { Call } from '../http/call.ts';
import type { PooledKubeConfig } from '../http/client.ts';
import { NotFound, typedError } from '../http/errors.ts';
import { ask, microTime } from '../http/rest.ts';
import { once, type Patience, persistently } from '../http/retry.ts';
import { TokenBucket } from './bucket.ts';
import { RecentMap } from './recent.ts';
import { ourManager } from './slopolicies.ts';

const controllerName = `${group}/steadyrun`;
/** The same event within this time is counted, not repeated. */
const seriesMs = 10 * 60_000;
const burstSize = 25;
const refillMs = 5 * 60_000;
const longestNote = 1024;
const longestName = 253;
/** Events are told best effort and must not hold up a reconcile. */
const answerWithinMs = 5_000;
const mostRemembered = 4_096;

/** What an event is about. */
export interface Regarding {
  readonly key: PolicyKey;
  readonly uid: string;
}

export interface EventRecorderOptions {
  readonly config: PooledKubeConfig;
  /** This process, as it is shown beside its events. */
  readonly instance: string;
  readonly clock: Clock;
  /** Wall time of an event, epoch milliseconds. */
  readonly wallMs: () => number;
  readonly onFailure: (message: string, error: Error) => void;
  /** How long an API server that is away is waited for. Default: not at all. */
  readonly patience?: Patience;
}

interface Series {
  readonly name: string;
  count: number;
  lastMs: number;
}

/**
 * Tells people, as Kubernetes events beside the policy. Repetitions become a series, and each policy has a budget, of
 * which warnings have their own, so that an important one is never lost behind chatter.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new RecentMap<Series>(mostRemembered);
  /** The names of what happened but once and is known to be there. */
  readonly #told = new RecentMap<true>(mostRemembered);
  readonly #buckets = new RecentMap<TokenBucket>(mostRemembered);

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Whether the API server has it now. Never throws. */
  async record(about: Regarding, event: PolicyEvent): Promise<boolean> {
    try {
      return await this.#record(about, event);
    } catch (thrown) {
      const error = typedError(thrown);
      this.#options.onFailure(`event ${event.reason} was not recorded: ${error.message}`, error);
      return false;
    }
  }

  async #record(about: Regarding, event: PolicyEvent): Promise<boolean> {
    const nowMs = this.#options.clock.nowMs();
    if (event.once !== undefined) return this.#recordOnce(about, event, event.once);
    const id = hash([about.uid, event.type, event.reason, event.action, withoutNumbers(event.message)]);
    const known = this.#series.get(id);
    const series = known !== undefined && nowMs - known.lastMs <= seriesMs ? known : undefined;
    if (series !== undefined) {
      series.count++;
      series.lastMs = nowMs;
    }
    if (!this.#bucketOf(about.uid, event.type, nowMs).take(nowMs)) return false;
    if (series !== undefined && (await this.#extend(about, series))) return true;
    const name = eventName(about, hash([id, String(this.#options.wallMs())]));
    // Remembered before the call: what may have arrived is not sent a second time under another name.
    this.#series.set(id, { name, count: 1, lastMs: nowMs });
    await this.#create(about, event, name);
    return true;
  }

  /** Its name comes from what it tells of, so that the server itself has it once. */
  async #recordOnce(about: Regarding, event: PolicyEvent, once: string): Promise<boolean> {
    const name = eventName(about, hash([about.uid, once]));
    if (this.#told.get(name)) return true;
    try {
      await this.#create(about, event, name);
    } catch (error) {
      if (!(typedError(error) instanceof Conflict)) throw error;
    }
    this.#told.set(name, true);
    return true;
  }

  async #create({ key, uid }: Regarding, { type, reason, action, message }: PolicyEvent, name: string): Promise<void> {
    const { namespace } = key;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: this.#microTime(),
      reportingController: controllerName,
      reportingInstance: this.#options.instance.slice(0, 128),
      type,
      reason: reason.slice(0, 128),
      action: action.slice(0, 128),
      note: shortened(message),
      regarding: { apiVersion, kind, namespace, name: key.name, uid },
    };
    await this.#ask({
      method: 'POST',
      path: eventsPath(namespace),
      query: { fieldManager: ourManager },
      body,
      timeoutMs: answerWithinMs,
    });
  }

  /** false: the event is no longer there, as after the hour that servers keep them. */
  async #extend({ key }: Regarding, { name, count }: Series): Promise<boolean> {
    const body = { series: { count, lastObservedTime: this.#microTime() } };
    try {
      await this.#ask({
        method: 'PATCH',
        path: `${eventsPath(key.namespace)}/${name}`,
        query: { fieldManager: ourManager },
        body,
        contentType: 'application/merge-patch+json',
        timeoutMs: answerWithinMs,
      });
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  #ask(call: Call): Promise<unknown> {
    const { config, patience = once } = this.#options;
    return persistently(() => ask(config, call), patience);
  }

  #bucketOf(uid: string, type: PolicyEvent['type'], nowMs: number): TokenBucket {
    const id = `${uid}/${type}`;
    const bucket = this.#buckets.get(id) ?? new TokenBucket(burstSize, refillMs, nowMs);
    this.#buckets.set(id, bucket);
    return bucket;
  }

  #microTime(): string {
    return microTime(this.#options.wallMs());
  }
}

const eventName = ({ key }: Regarding, id: string): string =>
  `${key.name.slice(0, longestName - 17)}.${id.slice(0, 16)}`;
const eventsPath = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
/** What is said again with other figures is no news. A revision's name is not a figure. */
const withoutNumbers = (message: string): string => message.replace(/(?<![\w-])\d[\d.,:]*(?![\w-])/g, '#');
const hash = (parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex');
const shortened = (note: string): string => (note.length <= longestNote ? note : `${note.slice(0, longestNote - 1)}…`);
