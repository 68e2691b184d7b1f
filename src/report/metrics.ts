/** What the operator says about itself on /metrics, under the names that controller dashboards already know. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Decision } from '../decide/decision.ts';
import type { QueueState } from '../loop/queue.ts';
import { keyText } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';

const phases = ['Pending', 'Steady', 'Ramping', 'Watching', 'RollingBack', 'Held'] as const;
const controller = 'slopolicy';

interface Sources {
  readonly policies: () => readonly StoredPolicy[];
  readonly queue: () => QueueState;
}

/** Each instance has a registry of its own. What a policy counted leaves with the policy. */
export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', 'Reconciles by result.', [
    'controller',
    'result',
  ]);
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.', [
    'controller',
  ]);
  readonly #reconcileSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long a reconcile took.',
    labelNames: ['controller'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly #calls = this.#counter('steadyrun_google_requests_total', 'Calls to Google APIs by method and code.', [
    'method',
    'code',
  ]);
  /** By policy, then by action and reason. */
  readonly #decisions = new Map<string, Map<string, { readonly labels: Record<string, string>; count: number }>>();

  constructor({ policies, queue }: Sources) {
    collectDefaultMetrics({ register: this.registry });
    const labelsOf = ({ key }: StoredPolicy) => ({ namespace: key.namespace, policy: key.name });
    this.#gauge('steadyrun_policy_phase', 'The phase each policy is in.', ['namespace', 'policy', 'phase'], (gauge) => {
      for (const stored of policies()) {
        const present = stored.status.phase ?? 'Pending';
        for (const phase of phases) gauge.set({ ...labelsOf(stored), phase }, phase === present ? 1 : 0);
      }
    });
    this.#gauge(
      'steadyrun_candidate_percent',
      "The candidate's share of the traffic.",
      ['namespace', 'policy'],
      (gauge) => {
        for (const stored of policies()) gauge.set(labelsOf(stored), stored.status.candidate?.percent ?? 0);
      },
    );
    const decisionLabels = ['namespace', 'policy', 'action', 'reason'];
    this.#counter('steadyrun_decisions_total', 'Decisions to write traffic.', decisionLabels, (counter) => {
      const present = new Set(policies().map(({ key }) => keyText(key)));
      for (const [policy, decisions] of this.#decisions) {
        if (!present.has(policy)) this.#decisions.delete(policy);
        else for (const { labels, count } of decisions.values()) counter.inc(labels, count);
      }
    });
    this.#gauge('controller_runtime_active_workers', 'Reconciles under way.', ['controller'], (gauge) =>
      gauge.set({ controller }, queue().processing),
    );
    this.#gauge('workqueue_depth', 'Keys ready to be taken.', ['name'], (gauge) =>
      gauge.set({ name: controller }, queue().depth),
    );
    this.#counter('workqueue_adds_total', 'Keys added.', ['name'], (counter) =>
      counter.inc({ name: controller }, queue().adds),
    );
    this.#counter('workqueue_retries_total', 'Keys added again after a failure.', ['name'], (counter) =>
      counter.inc({ name: controller }, queue().retries),
    );
    this.#gauge('workqueue_longest_running_processor_seconds', 'The longest running reconcile.', ['name'], (gauge) =>
      gauge.set({ name: controller }, queue().longestRunningMs / 1000),
    );
  }

  reconciled(seconds: number, error: unknown): void {
    this.#reconciles.inc({ controller, result: error === undefined ? 'success' : 'error' });
    if (error !== undefined) this.#errors.inc({ controller });
    this.#reconcileSeconds.observe({ controller }, seconds);
  }

  decided(namespace: string, policy: string, { action, reason, write }: Decision): void {
    if (!write) return;
    const key = keyText({ namespace, name: policy });
    const decisions = getOrAdd(this.#decisions, key, () => new Map());
    const labels = { namespace, policy, action, reason };
    getOrAdd(decisions, `${action} ${reason}`, () => ({ labels, count: 0 })).count++;
  }

  called(method: string, code: string | number): void {
    this.#calls.inc({ method, code: String(code) });
  }

  /** With `set` it is made anew at every scrape, so that it has no more series than there are things to count. */
  #counter(name: string, help: string, labelNames: string[], set?: (counter: Counter) => void): Counter {
    const registers = [this.registry];
    return new Counter({ name, help, labelNames, registers, ...(set && { collect: anew(set) }) });
  }

  #gauge(name: string, help: string, labelNames: string[], set: (gauge: Gauge) => void): void {
    new Gauge({ name, help, labelNames, registers: [this.registry], collect: anew(set) });
  }
}

const anew = <M extends { reset(): void }>(set: (metric: M) => void) =>
  function collect(this: M): void {
    this.reset();
    set(this);
  };

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
