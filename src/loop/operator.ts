/**
 * Keys in, reconciles out: a few workers take keys from the queue, and each key comes back when its next look is due.
 * A policy that fails is tried again with back-off and never stops another.
 */
import { keyText, type PolicyKey, parseKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { leave } from './leave.ts';
import type { WorkQueue } from './queue.ts';
import { reconcile } from './reconcile.ts';
import type { Wiring } from './wiring.ts';

export interface OperatorHooks {
  readonly onReconciled?: (key: PolicyKey, seconds: number, error: unknown) => void;
}

export class Operator {
  readonly #wiring: Wiring;
  readonly #queue: WorkQueue;
  readonly #hooks: OperatorHooks;
  /** As last seen: when a policy is deleted, this is what is left to know what it had begun. */
  readonly #known = new Map<string, StoredPolicy>();

  constructor(wiring: Wiring, queue: WorkQueue, hooks: OperatorHooks = {}) {
    this.#wiring = wiring;
    this.#queue = queue;
    this.#hooks = hooks;
  }

  /** Works until the queue is shut down. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
  }

  async #work(): Promise<void> {
    for (;;) {
      const text = await this.#queue.take();
      if (text === undefined) return;
      const key = parseKey(text);
      const begunMs = performance.now();
      let error: unknown;
      try {
        const lookInMs = await this.#once(key);
        this.#queue.forget(text);
        if (Number.isFinite(lookInMs)) this.#queue.addAfter(text, Math.max(1, lookInMs));
      } catch (thrown) {
        error = thrown;
        this.#queue.addRateLimited(text);
      } finally {
        this.#queue.done(text);
        this.#hooks.onReconciled?.(key, (performance.now() - begunMs) / 1000, error);
      }
    }
  }

  /** Until when nothing needs to be looked at, from now. */
  async #once(key: PolicyKey): Promise<number> {
    const text = keyText(key);
    if (!this.#wiring.policies.get(key)) {
      const known = this.#known.get(text);
      this.#wiring.kept.left(key);
      if (known) await leave(this.#wiring, known);
      this.#known.delete(text);
      return Number.POSITIVE_INFINITY;
    }
    try {
      const { nextCheckMs } = await reconcile(this.#wiring, key);
      return nextCheckMs - this.#wiring.clock.nowMs();
    } finally {
      const latest = this.#wiring.policies.get(key);
      if (latest) this.#known.set(text, latest);
    }
  }
}
