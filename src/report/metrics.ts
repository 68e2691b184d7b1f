/** What the operator says about itself on /metrics, under the names that controller dashboards already know. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { resources } from '../facts/saturation.ts';
import type { Pass } from '../loop/pass.ts';
import type { QueueState } from '../loop/queue.ts';
import { keyText } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';

const phases = ['Pending', 'Steady', 'Ramping', 'Watching', 'RollingBack', 'Held'] as const;
const controller = 'slopolicy';

interface Sources {
  readonly policies: () => readonly StoredPolicy[];
  readonly queue: () => QueueState;
  /** The lease that is contended for; null: this process leads without one. */
  readonly lease?: () => Lease | null;
}

interface Lease {
  readonly name: string;
  readonly isLeader: boolean;
  readonly holder: string;
  readonly failedRenewals: number;
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
  readonly #held = this.#counter(
    'steadyrun_metrics_questions_held_total',
    "Questions about a project's metrics that were not put, since others took all that may be asked of it in a minute.",
    ['project'],
  );
  readonly #leaseChanges = this.#counter('steadyrun_lease_changes_total', 'What became of the leader lease.', [
    'change',
  ]);
  readonly #decisions = new ByPolicy();
  readonly #notDone = new ByPolicy();

  constructor({ policies, queue, lease = () => null }: Sources) {
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
    this.#showTuning(policies);
    const labels = ['namespace', 'policy', 'action', 'reason'];
    this.#counter('steadyrun_decisions_total', 'Writes that were carried out.', labels, (counter) =>
      this.#decisions.show(counter, policies()),
    );
    this.#counter(
      'steadyrun_writes_not_done_total',
      'Writes that were refused, overtaken, or are not known to be done.',
      [...labels, 'result'],
      (counter) => this.#notDone.show(counter, policies()),
    );
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
    this.#showLease(lease);
  }

  #showTuning(policies: () => readonly StoredPolicy[]): void {
    this.#gauge(
      'steadyrun_saturation_ratio',
      'How full the instance at the 95th percentile is, of what it may use.',
      ['namespace', 'policy', 'resource'],
      (gauge) => {
        for (const { key, status } of policies()) {
          for (const resource of resources) {
            const full = status.saturation?.[resource];
            if (full) gauge.set({ namespace: key.namespace, policy: key.name, resource }, full.percent / 100);
          }
        }
      },
    );
    this.#gauge(
      'steadyrun_tuning_recommendation',
      'What each lever should be set to: instances, requests at once, percent, CPUs or MiB.',
      ['namespace', 'policy', 'lever'],
      (gauge) => {
        for (const { key, status } of policies()) {
          for (const { lever, target } of status.tuning?.levers ?? []) {
            if (target !== undefined) gauge.set({ namespace: key.namespace, policy: key.name, lever }, target);
          }
        }
      },
    );
  }

  /** Under the names of client-go, but for the holder, whom it does not tell. */
  #showLease(lease: () => Lease | null): void {
    const shown =
      <M>(set: (metric: M, one: Lease) => void) =>
      (metric: M): void => {
        const one = lease();
        if (one) set(metric, one);
      };
    this.#gauge(
      'leader_election_master_status',
      'Whether this process leads: 1, or 0 while it stands by.',
      ['name'],
      shown((gauge, { name, isLeader }) => gauge.set({ name }, isLeader ? 1 : 0)),
    );
    this.#counter(
      'leader_election_slowpath_total',
      'Renewals of the lease that did not succeed at the first try.',
      ['name'],
      shown((counter, { name, failedRenewals }) => counter.inc({ name }, failedRenewals)),
    );
    this.#gauge(
      'steadyrun_lease_holder',
      'Who holds the leader lease, as last seen.',
      ['name', 'holder'],
      shown((gauge, { name, holder }) => holder !== '' && gauge.set({ name, holder }, 1)),
    );
  }

  /** The lease was had, was lost, is another's, could not be renewed. */
  lease({ kind }: { readonly kind: string }): void {
    this.#leaseChanges.inc({ change: kind });
  }

  reconciled(seconds: number, error: unknown): void {
    this.#reconciles.inc({ controller, result: error === undefined ? 'success' : 'error' });
    if (error !== undefined) this.#errors.inc({ controller });
    this.#reconcileSeconds.observe({ controller }, seconds);
  }

  /** Counts a write once it is known what became of it. */
  passed({ policy, said, carried, failure }: Pass): void {
    if (!said?.write || !carried || carried.kind === 'Nothing') return;
    const { action, reason } = said;
    const labels = { namespace: policy.key.namespace, policy: policy.key.name, action, reason };
    if (carried.kind === 'Done') this.#decisions.count(labels);
    else this.#notDone.count({ ...labels, result: failure?.reason ?? 'InternalError' });
  }

  called(method: string, code: string | number): void {
    this.#calls.inc({ method, code: String(code) });
  }

  held(project: string): void {
    this.#held.inc({ project });
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

/** Counts that leave with their policy. */
class ByPolicy {
  readonly #counts = new Map<string, Map<string, { readonly labels: PolicyLabels; count: number }>>();

  count(labels: PolicyLabels): void {
    const policy = keyText({ namespace: labels.namespace, name: labels.policy });
    const counts = this.#counts.get(policy) ?? new Map<string, { readonly labels: PolicyLabels; count: number }>();
    this.#counts.set(policy, counts);
    const id = Object.values(labels).join(' ');
    const known = counts.get(id);
    counts.set(id, { labels, count: (known?.count ?? 0) + 1 });
  }

  show(counter: Counter, policies: readonly StoredPolicy[]): void {
    const present = new Set(policies.map(({ key }) => keyText(key)));
    for (const [policy, counts] of this.#counts) {
      if (!present.has(policy)) this.#counts.delete(policy);
      else for (const { labels, count } of counts.values()) counter.inc(labels, count);
    }
  }
}

type PolicyLabels = Readonly<Record<string, string>> & { readonly namespace: string; readonly policy: string };
