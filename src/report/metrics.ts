/** What the operator says about itself on /metrics, under the names that controller dashboards already know. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Decision } from '../decide/decision.ts';
import type { QueueState } from '../kubernetes/queue.ts';
import type { StoredPolicy } from '../policy/stored.ts';

const phases = ['Pending', 'Steady', 'Ramping', 'Watching', 'RollingBack', 'Held'] as const;

export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', 'Reconciles by result.', [
    'controller',
    'result',
  ]);
  readonly #reconcileSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long a reconcile took.',
    labelNames: ['controller'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly #decisions = this.#counter('steadyrun_decisions_total', 'Decisions to write traffic.', [
    'namespace',
    'policy',
    'action',
    'reason',
  ]);
  readonly #calls = this.#counter('steadyrun_google_requests_total', 'Calls to Google APIs by method and code.', [
    'method',
    'code',
  ]);

  constructor(sources: { policies: () => readonly StoredPolicy[]; queue: () => QueueState }) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('steadyrun_policy_phase', 'The phase each policy is in.', ['namespace', 'policy', 'phase'], (gauge) => {
      for (const { key, status } of sources.policies()) {
        for (const phase of phases) {
          gauge.set({ namespace: key.namespace, policy: key.name, phase }, status.phase === phase ? 1 : 0);
        }
      }
    });
    this.#gauge(
      'steadyrun_candidate_percent',
      "The candidate's share of the traffic.",
      ['namespace', 'policy'],
      (gauge) => {
        for (const { key, status } of sources.policies()) {
          gauge.set({ namespace: key.namespace, policy: key.name }, status.candidate?.percent ?? 0);
        }
      },
    );
    this.#gauge('workqueue_depth', 'Keys ready to be taken.', ['name'], (gauge) =>
      gauge.set({ name: 'slopolicy' }, sources.queue().depth),
    );
    this.#gauge('workqueue_adds_total', 'Keys added.', ['name'], (gauge) =>
      gauge.set({ name: 'slopolicy' }, sources.queue().adds),
    );
    this.#gauge('workqueue_retries_total', 'Keys added again after a failure.', ['name'], (gauge) =>
      gauge.set({ name: 'slopolicy' }, sources.queue().retries),
    );
    this.#gauge('workqueue_longest_running_processor_seconds', 'The longest running reconcile.', ['name'], (gauge) =>
      gauge.set({ name: 'slopolicy' }, sources.queue().longestRunningMs / 1000),
    );
  }

  reconciled(seconds: number, error: unknown): void {
    const controller = 'slopolicy';
    this.#reconciles.inc({ controller, result: error === undefined ? 'success' : 'error' });
    this.#reconcileSeconds.observe({ controller }, seconds);
  }

  decided(namespace: string, policy: string, { action, reason, write }: Decision): void {
    if (write) this.#decisions.inc({ namespace, policy, action, reason });
  }

  called(method: string, code: string | number): void {
    this.#calls.inc({ method, code: String(code) });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], set: (gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        this.reset();
        set(this);
      },
    });
  }
}
