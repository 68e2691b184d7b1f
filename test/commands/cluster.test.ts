/** What the operator's log says when its cluster does not let it work: once, with what to do, and once that it is over. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Fault, Question } from '../../src/lab/apiserver/faults.ts';
import { Lab } from '../../src/lab/lab.ts';
import { policy, TestCluster } from '../kubernetes/cluster.ts';
import { type Running, start } from './cli.ts';
import { logged, Places } from './places.ts';

let lab: Lab;
let places: Places;
beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
  places = await Places.open();
});
afterAll(async () => {
  await lab.close();
  await places.close();
});

const answer = (code: number, reason: string): Fault => ({ kind: 'Answer', code, reason });
const isList = ({ method, path, isWatch }: Question): boolean =>
  method === 'GET' && !isWatch && path.endsWith('/slopolicies');

interface Trouble {
  readonly fault: Fault;
  readonly meets: (question: Question) => boolean;
  /** So many requests meet it before it is over. */
  readonly times: number;
  readonly begins: RegExp;
  readonly ends: string;
}

const troubles: Readonly<Record<string, Trouble>> = {
  'the CRD is not installed': {
    fault: answer(404, 'NotFound'),
    meets: isList,
    times: 3,
    begins: /^The cluster knows no SLOPolicies: install them with kubectl apply -f crds\.$/,
    ends: 'The cluster knows SLOPolicies now.',
  },
  'it may not list policies': {
    fault: answer(403, 'Forbidden'),
    meets: isList,
    times: 3,
    begins: /grant it the verb list on slopolicies\.steadyrun\.dev, as in deploy\/base\/rbac\.yaml\.$/,
    ends: 'Kubernetes lets the operator list slopolicies.steadyrun.dev again.',
  },
  'it may not watch policies': {
    fault: answer(403, 'Forbidden'),
    meets: ({ isWatch }) => isWatch,
    times: 3,
    begins: /grant it the verb watch on slopolicies\.steadyrun\.dev/,
    ends: 'Kubernetes lets the operator watch slopolicies.steadyrun.dev again.',
  },
  'it may not write a status': {
    fault: answer(403, 'Forbidden'),
    meets: ({ method, path }) => method === 'PATCH' && path.endsWith('/status'),
    times: 3,
    begins: /grant it the verb patch on slopolicies\.steadyrun\.dev\/status/,
    ends: 'Kubernetes lets the operator patch slopolicies.steadyrun.dev/status again.',
  },
  'it may not tell events': {
    fault: answer(403, 'Forbidden'),
    meets: ({ method, path }) => method === 'POST' && path.endsWith('/events'),
    times: 1,
    begins: /grant it the verb create on events\.events\.k8s\.io/,
    ends: 'Kubernetes lets the operator create events.events.k8s.io again.',
  },
  'it may not see its lease': {
    fault: answer(403, 'Forbidden'),
    meets: ({ method, path }) => method === 'GET' && path.includes('/leases/'),
    times: 2,
    begins: /in namespace default: grant it the verb get on leases\.coordination\.k8s\.io/,
    ends: 'Kubernetes lets the operator get leases.coordination.k8s.io again.',
  },
  'it may not renew its lease': {
    fault: answer(403, 'Forbidden'),
    meets: ({ method, path }) => method === 'PUT' && path.includes('/leases/'),
    times: 2,
    begins: /grant it the verb update on leases\.coordination\.k8s\.io/,
    ends: 'Kubernetes lets the operator update leases.coordination.k8s.io again.',
  },
  'its token is refused': {
    fault: answer(401, 'Unauthorized'),
    meets: () => true,
    times: 4,
    begins: /^Kubernetes does not accept the operator's credentials: look at the token/,
    ends: "Kubernetes accepts the operator's credentials again.",
  },
};

/** They all look at one lab's services. */
const guarded = (name: string) => policy(name, { mode: 'Observe' });

/** A cluster with a policy, and the operator in it. */
async function operating(cluster: TestCluster, name: string): Promise<Running> {
  cluster.door.policies.put(guarded('api'));
  const kubeconfig = await places.kubeconfig(name.replaceAll(' ', '-'), cluster.url);
  return start(['run', '--lab', lab.description.url, '--kubeconfig', kubeconfig, '--leader-elect']);
}

describe.concurrent.each(Object.entries(troubles))('%s', (name, { fault, meets, times, begins, ends }) => {
  test('is said once, and once that it is over', async () => {
    const cluster = await TestCluster.start();
    let met = 0;
    cluster.fault = (question) => {
      if (!meets(question) || met >= times) return undefined;
      met++;
      return fault;
    };
    const operator = await operating(cluster, name);
    await vi.waitUntil(() => met >= times, { timeout: 60_000 });
    cluster.door.policies.put(guarded('chat'));
    await operator.printed(new RegExp(ends.replaceAll('.', '\\.')));
    operator.process.kill('SIGTERM');
    const { code, err } = await operator.ended;
    await cluster.stop();
    expect(code).toBe(0);
    const lines = logged(err);
    const errors = lines.filter(({ severity }) => severity === 'ERROR');
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(begins),
        problem: `Kubernetes answered ${(fault as { code: number }).code}: the lab was told to answer ${(fault as { code: number }).code}`,
      }),
    ]);
    expect(lines.filter(({ message }) => message === ends)).toHaveLength(1);
    expect(lines.filter(({ severity }) => severity === 'WARNING')).toEqual([]);
  });
});

test('who holds the lease is said, and is on /metrics', async () => {
  const cluster = await TestCluster.start();
  const [leader, other] = [await operating(cluster, 'first'), await operating(cluster, 'second')];
  const [first, second] = await Promise.race([
    leader.printed(/leading: this process/).then(() => [leader, other] as const),
    other.printed(/leading: this process/).then(() => [other, leader] as const),
  ]);
  await second.printed(/standing by: .* holds the lease/);
  const metricsOf = async ({ err }: Running) => {
    const { metricsPort } = logged(err).find(({ message }) => message === 'started') as unknown as {
      metricsPort: number;
    };
    return (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  };
  const name = 'name="default/steadyrun"';
  expect(await metricsOf(first)).toContain(`leader_election_master_status{${name}} 1\n`);
  const standby = await metricsOf(second);
  const { holder } = logged(second.err).find(({ message }) => message.startsWith('standing by')) as unknown as {
    holder: string;
  };
  expect(standby).toContain(`leader_election_master_status{${name}} 0\n`);
  expect(standby).toContain(`steadyrun_lease_holder{${name},holder="${holder}"} 1\n`);
  first.process.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  expect(logged(first.err).map(({ message }) => message)).toContain('the lease is given back');
  await second.printed(/leading: this process/);
  second.process.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  await cluster.stop();
});
