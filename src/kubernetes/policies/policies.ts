/** The port Policies over the cache and the API server. */
import type { PolicyEvent } from '../../facts/event.ts';
import { keyText, type PolicyKey } from '../../policy/policy.ts';
import type { StoredPolicy } from '../../policy/stored.ts';
import type { Clock, Fence } from '../../ports/clock.ts';
import type { Annotation, Policies } from '../../ports/policies.ts';
import type { Status } from '../../status/status.ts';
import { toldOnly, toStore } from '../../status/write.ts';
import { atLeastAsNew, keyOf } from '../http/objects.ts';
import { type Written, worthWriting } from './churn.ts';
import type { EventRecorder } from './events.ts';
import type { PolicyObject, SloPolicies } from './slopolicies.ts';

/** Where policies are read from: a Reflector. */
export interface PolicyCache {
  get(key: string): PolicyObject | undefined;
  list(): readonly PolicyObject[];
}

export interface KubernetesPoliciesOptions {
  readonly cache: PolicyCache;
  readonly api: SloPolicies;
  readonly events: EventRecorder;
  readonly parse: (raw: PolicyObject) => StoredPolicy;
  readonly clock: Clock;
  /** The operator's version, which is stored with what it remembers. */
  readonly version: string;
  /** Asked before every write: a deposed leader must not overwrite the memory of its successor. */
  readonly fence: Fence;
}

/**
 * The cluster's policies, as the loop needs them. What this process has written itself is never read in an older state:
 * until the cache has caught up, the server's answer to the write stands in for it.
 */
export class KubernetesPolicies implements Policies {
  readonly #cache: PolicyCache;
  readonly #api: SloPolicies;
  readonly #events: EventRecorder;
  readonly #clock: Clock;
  readonly #fence: Fence;
  readonly #version: string;
  readonly #parse: (raw: PolicyObject) => StoredPolicy;
  readonly #parsed = new WeakMap<PolicyObject, StoredPolicy>();
  /** The server's answers to our writes, while the cache is behind them. */
  readonly #ahead = new Map<string, PolicyObject>();
  readonly #writtenMs = new Map<string, number>();

  constructor({ cache, api, events, parse, clock, fence, version }: KubernetesPoliciesOptions) {
    this.#cache = cache;
    this.#api = api;
    this.#events = events;
    this.#parse = parse;
    this.#clock = clock;
    this.#fence = fence;
    this.#version = version;
  }

  get(key: PolicyKey): StoredPolicy | undefined {
    const raw = this.#raw(keyText(key));
    return raw && this.#stored(raw);
  }

  /** All of them, for what is told of all. */
  list(): readonly StoredPolicy[] {
    return this.#cache.list().map((raw) => this.#stored(this.#raw(keyOf(raw)) ?? raw));
  }

  async writeStatus(key: PolicyKey, status: Status): Promise<void> {
    const text = keyText(key);
    const raw = this.#raw(text);
    if (raw === undefined) return;
    const nowMs = this.#clock.nowMs();
    const { lost, newer } = this.#stored(raw).recalled;
    const isNewers = newer !== null;
    const mends = lost.length > 0 && !isNewers;
    if (!mends && !worthWriting(this.#lastWritten(text, raw), status, nowMs)) return;
    this.#fence.check();
    const body = isNewers ? toldOnly(status, raw.status) : toStore(status, raw.status, this.#version);
    this.#saw(text, await this.#api.applyStatus(raw, body));
    this.#writtenMs.set(text, nowMs);
  }

  async removeAnnotations(key: PolicyKey, obeyed: readonly Annotation[]): Promise<void> {
    const text = keyText(key);
    const raw = this.#raw(text);
    if (raw === undefined) return;
    // What a person has written since is another request. The server refuses if there is a still newer one.
    const now = (raw.metadata.annotations ?? {}) as Readonly<Record<string, unknown>>;
    const names = obeyed
      .filter(({ annotation, value }) => now[annotation] === value)
      .map(({ annotation }) => annotation);
    if (names.length === 0) return;
    this.#fence.check();
    this.#saw(text, await this.#api.removeAnnotations(key, raw.metadata.resourceVersion, names));
  }

  async event(key: PolicyKey, event: PolicyEvent): Promise<void> {
    const raw = this.#raw(keyText(key));
    if (raw !== undefined) await this.#events.record({ key, uid: raw.metadata.uid }, event);
  }

  /** The newest state known of the policy, cached or answered; undefined: gone. */
  #raw(text: string): PolicyObject | undefined {
    const cached = this.#cache.get(text);
    const ahead = this.#ahead.get(text);
    if (ahead === undefined) {
      if (cached === undefined) this.#writtenMs.delete(text);
      return cached;
    }
    // Gone, or another of the same name: what was written to the old one says nothing about it.
    const isSame = cached?.metadata.uid === ahead.metadata.uid;
    const isBehind = isSame && !atLeastAsNew(cached.metadata.resourceVersion, ahead.metadata.resourceVersion);
    if (isBehind) return ahead;
    this.#ahead.delete(text);
    return cached;
  }

  #saw(text: string, answer: PolicyObject | undefined): void {
    if (answer !== undefined) this.#ahead.set(text, answer);
  }

  /** After a restart nothing is known of when the present status was written, so that it counts as long ago. */
  #lastWritten(text: string, raw: PolicyObject): Written {
    return { status: this.#stored(raw).status, atMs: this.#writtenMs.get(text) ?? Number.NEGATIVE_INFINITY };
  }

  #stored(raw: PolicyObject): StoredPolicy {
    const known = this.#parsed.get(raw);
    if (known !== undefined) return known;
    const stored = this.#parse(raw);
    this.#parsed.set(raw, stored);
    return stored;
  }
}
