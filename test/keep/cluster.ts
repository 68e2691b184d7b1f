/** The lab's cluster with rules in it, on the stage's clock: time stands still while it answers. */
import { KubernetesRules } from '../../src/kubernetes/rules/rules.ts';
import type { VirtualClock } from '../../src/lab/clock.ts';
import type { RuleKind, RuleObjects } from '../../src/ports/rule-objects.ts';
import { TestCluster } from '../kubernetes/cluster.ts';
import { type Body, call, type MediaType } from '../kubernetes/contract/helpers.ts';

export const paths: Readonly<Record<RuleKind, string>> = {
  GlobalRules: '/apis/monitoring.googleapis.com/v1/globalrules/steadyrun-default.api',
  PrometheusRule: '/apis/monitoring.coreos.com/v1/namespaces/default/prometheusrules/steadyrun-api',
};

export class RulesCluster {
  readonly #cluster: TestCluster;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  static async start(): Promise<RulesCluster> {
    return new RulesCluster(await TestCluster.start());
  }

  /** As a stage's option. */
  readonly rules = (clock: VirtualClock): RuleObjects => {
    const api = new KubernetesRules(this.#cluster.config());
    return {
      read: (name) => clock.standFor(api.read(name)),
      list: (kind) => api.list(kind),
      apply: (manifest, seen) => clock.standFor(api.apply(manifest, seen)),
      remove: (seen) => clock.standFor(api.remove(seen)),
    };
  };

  /** What is answered to the operator from now on; null: the truth. */
  refuses(code: number | null, reason = '', message?: string): void {
    this.#cluster.fault = ({ userAgent }) =>
      code !== null && userAgent.startsWith('steadyrun/')
        ? { kind: 'Answer', code, reason, ...(message !== undefined && { message }) }
        : undefined;
  }

  /** How many requests the operator made of this kind. */
  asked(method: string): number {
    return this.#cluster.requests.filter((one) => one.method === method && one.userAgent.startsWith('steadyrun/'))
      .length;
  }

  /** What people see and do. */
  async get(kind: RuleKind): Promise<Body | null> {
    const { code, body } = await call(this.#cluster.config(), 'GET', paths[kind]);
    return code === 404 ? null : body;
  }

  async edit(kind: RuleKind, change: Body, as: MediaType = 'merge', manager = 'kubectl-edit'): Promise<void> {
    const path = `${paths[kind]}?fieldManager=${manager}`;
    const { code, body } = await call(this.#cluster.config(), 'PATCH', path, { body: change, as });
    if (code >= 300) throw new Error(body.message);
  }

  async create(kind: RuleKind, object: Body): Promise<void> {
    const path = paths[kind].replace(/\/[^/]+$/, '');
    const { code, body } = await call(this.#cluster.config(), 'POST', path, { body: object });
    if (code !== 201) throw new Error(body.message);
  }

  async delete(kind: RuleKind): Promise<void> {
    await call(this.#cluster.config(), 'DELETE', paths[kind]);
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }
}
