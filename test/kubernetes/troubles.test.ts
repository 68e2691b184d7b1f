/** Whatever the operator asks of the API server: what keeps it from it is told once, with what to do, and once that it is over. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kinds } from '../../src/keep/wanted.ts';
import { permissionFor } from '../../src/kubernetes/access/permission.ts';
import { Troubles } from '../../src/kubernetes/access/troubles.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { once } from '../../src/kubernetes/http/retry.ts';
import { KubernetesSecrets } from '../../src/kubernetes/http/secrets.ts';
import { KubernetesLease } from '../../src/kubernetes/leader/leases.ts';
import { EventRecorder } from '../../src/kubernetes/policies/events.ts';
import { collectionPath, type PolicyObject, SloPolicies } from '../../src/kubernetes/policies/slopolicies.ts';
import { KubernetesRules } from '../../src/kubernetes/rules/rules.ts';
import { HttpListWatch } from '../../src/kubernetes/watch/listwatch.ts';
import type { Fault } from '../../src/lab/apiserver/faults.ts';
import { NotGranted, type RuleKind, type RuleManifest } from '../../src/ports/rule-objects.ts';
import { policy, TestCluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

let cluster: TestCluster;
let config: PooledKubeConfig;
let told: string[];

beforeEach(async () => {
  cluster = await TestCluster.start();
  config = cluster.config();
  told = [];
  const troubles = new Troubles({
    onBegin: (sentence) => told.push(sentence),
    onEnd: (sentence) => told.push(sentence),
  });
  config.onAnswer = (call, error) => troubles.answered(call, error);
  cluster.door.policies.put(policy('api'));
});
afterEach(() => cluster.stop());

const never = new AbortController().signal;
const lease = { holder: 'me', leaseDurationMs: 15_000, acquiredAtMs: 0, renewedAtMs: 0, transitions: 0 };
const event = { type: 'Normal', reason: 'Adopted', action: 'Adopt', message: 'It is adopted.' } as const;
const about = { key: { namespace: 'default', name: 'api' }, uid: 'u' };
const stored = async (): Promise<PolicyObject> => (await new SloPolicies(config, once).get(about.key))!;

interface Asked {
  readonly verb: string;
  readonly resource: string;
  readonly where: string;
  /** Beforehand, while all is well. Returns what is done again and again. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

const manifestOf = (kind: RuleKind, group: string, namespace?: string): RuleManifest => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: 'steadyrun-api', ...(namespace !== undefined && { namespace }), labels: {}, annotations: {} },
  spec: { groups: [] },
});
const globalRules = {
  manifest: manifestOf('GlobalRules', 'monitoring.googleapis.com'),
  resource: 'globalrules.monitoring.googleapis.com',
  where: 'in all namespaces',
};
const prometheusRule = {
  manifest: manifestOf('PrometheusRule', 'monitoring.coreos.com', 'team'),
  resource: 'prometheusrules.monitoring.coreos.com',
  where: 'in namespace team',
};

/** Every kind of call that the operator makes, but for one below: it lists rules, which is no trouble. */
const calls: readonly Asked[] = [
  {
    verb: 'list',
    resource: 'slopolicies.steadyrun.dev',
    where: 'in all namespaces',
    prepare: async () => () => new HttpListWatch(config, collectionPath()).list(never),
  },
  {
    verb: 'list',
    resource: 'slopolicies.steadyrun.dev',
    where: 'in namespace team',
    prepare: async () => () => new HttpListWatch(config, collectionPath('team')).list(never),
  },
  {
    verb: 'watch',
    resource: 'slopolicies.steadyrun.dev',
    where: 'in all namespaces',
    prepare: async () => () => new HttpListWatch(config, collectionPath()).watch('1', 1, never),
  },
  {
    verb: 'get',
    resource: 'slopolicies.steadyrun.dev',
    where: 'in namespace default',
    prepare: async () => stored,
  },
  {
    verb: 'patch',
    resource: 'slopolicies.steadyrun.dev/status',
    where: 'in namespace default',
    prepare: async () => {
      const base = await stored();
      return () => new SloPolicies(config, once).applyStatus(base, { phase: 'Steady' });
    },
  },
  {
    verb: 'patch',
    resource: 'slopolicies.steadyrun.dev',
    where: 'in namespace default',
    prepare: async () => {
      const { metadata } = await stored();
      const { resourceVersion } = metadata;
      return () => new SloPolicies(config, once).removeAnnotations(about.key, resourceVersion, ['steadyrun.dev/retry']);
    },
  },
  {
    verb: 'create',
    resource: 'events.events.k8s.io',
    where: 'in namespace default',
    prepare: async () => {
      let count = 0;
      return () => recorder().record(about, { ...event, message: `${count++}` });
    },
  },
  {
    verb: 'patch',
    resource: 'events.events.k8s.io',
    where: 'in namespace default',
    prepare: async () => {
      const one = recorder();
      await one.record(about, event);
      return () => one.record(about, event);
    },
  },
  {
    verb: 'get',
    resource: 'leases.coordination.k8s.io',
    where: 'in namespace system',
    prepare: async () => () => new KubernetesLease(config, 'system', 'steadyrun').read(),
  },
  {
    verb: 'create',
    resource: 'leases.coordination.k8s.io',
    where: 'in namespace system',
    prepare: async () => () => new KubernetesLease(config, 'system', 'steadyrun').create(lease),
  },
  {
    verb: 'update',
    resource: 'leases.coordination.k8s.io',
    where: 'in namespace system',
    prepare: async () => {
      const { resourceVersion } = await new KubernetesLease(config, 'system', 'steadyrun').create(lease);
      return () => new KubernetesLease(config, 'system', 'steadyrun').update(lease, resourceVersion);
    },
  },
  {
    verb: 'get',
    resource: 'secrets',
    where: 'in namespace team',
    prepare: async () => () =>
      new KubernetesSecrets({ config, clock: new VirtualClock() }).read({ namespace: 'team', name: 'prom', key: 'k' }),
  },
  ...[globalRules, prometheusRule].flatMap(({ manifest, resource, where }): Asked[] => [
    { verb: 'get', resource, where, prepare: async () => () => rules().read(nameIn(manifest)) },
    { verb: 'patch', resource, where, prepare: async () => () => rules().apply(manifest, null) },
    {
      verb: 'delete',
      resource,
      where,
      prepare: async () => {
        const held = await rules().apply(manifest, null);
        return () => rules().remove(held);
      },
    },
  ]),
];

const rules = () => new KubernetesRules(config);
const nameIn = ({ kind, metadata }: RuleManifest) => ({ kind, ...metadata });

const recorder = () =>
  new EventRecorder({
    config,
    instance: 'steadyrun-0',
    clock: new VirtualClock(),
    wallMs: () => Date.UTC(2026, 0, 1),
    onFailure: () => undefined,
  });

const answer = (code: number, reason: string): Fault => ({ kind: 'Answer', code, reason });
const isList = ({ verb, resource }: Asked): boolean =>
  resource === 'slopolicies.steadyrun.dev' && ['list', 'watch'].includes(verb);
const granted = ({ verb, resource, where }: Asked): string => {
  const [what, example] =
    resource === 'secrets'
      ? ['the Secret prom', 'deploy/components/metrics-secrets']
      : [resource, resource.includes('.monitoring.') ? 'deploy/components/generated-rules' : 'deploy/base/rbac.yaml'];
  return `Kubernetes does not let the operator ${verb} ${what} ${where}: grant it the verb ${verb} on ${resource}, as in ${example}.`;
};

const troubles: Readonly<
  Record<string, readonly [Fault, begins: (asked: Asked) => string, ends: (asked: Asked) => string]>
> = {
  'it is not granted': [
    answer(403, 'Forbidden'),
    granted,
    ({ verb, resource }) => `Kubernetes lets the operator ${verb} ${resource} again.`,
  ],
  'the token is refused': [
    answer(401, 'Unauthorized'),
    () =>
      "Kubernetes does not accept the operator's credentials: look at the token of its service account, or at the user in the kubeconfig.",
    () => "Kubernetes accepts the operator's credentials again.",
  ],
  'it answers 503': [
    answer(503, 'ServiceUnavailable'),
    () => 'Kubernetes has failed 3 times in a row; it is tried for ever, and nothing is moved without it.',
    () => 'Kubernetes answers again.',
  ],
  'the connection breaks': [
    { kind: 'Reset' },
    () => 'Kubernetes has failed 3 times in a row; it is tried for ever, and nothing is moved without it.',
    () => 'Kubernetes answers again.',
  ],
};

const named = calls.map((asked) => ({ ...asked, name: `${asked.verb} ${asked.resource} ${asked.where}` }));

describe.each(Object.entries(troubles))('%s', (_, [fault, begins, ends]) => {
  test.each(named)('$name', async (asked) => {
    const ask = await asked.prepare();
    cluster.fault = () => fault;
    for (let tries = 0; tries < 6; tries++) await ask().catch(() => undefined);
    expect(told).toEqual([begins(asked)]);
    cluster.fault = () => undefined;
    for (let tries = 0; tries < 3; tries++) await ask().catch(() => undefined);
    expect(told).toEqual([begins(asked), ends(asked)]);
  });
});

describe('the CRD is not installed', () => {
  test.each(named.filter(isList))('$name', async ({ prepare }) => {
    const ask = await prepare();
    cluster.fault = () => answer(404, 'NotFound');
    for (let tries = 0; tries < 6; tries++) await ask().catch(() => undefined);
    const begins = 'The cluster knows no SLOPolicies: install them with kubectl apply -f crds.';
    expect(told).toEqual([begins]);
    cluster.fault = () => undefined;
    for (let tries = 0; tries < 3; tries++) await ask();
    expect(told).toEqual([begins, 'The cluster knows SLOPolicies now.']);
  });

  test.each(named.filter((asked) => !isList(asked)))(
    'says nothing where only one object is not there: $name',
    async ({ prepare }) => {
      const ask = await prepare();
      cluster.fault = () => answer(404, 'NotFound');
      for (let tries = 0; tries < 6; tries++) await ask().catch(() => undefined);
      expect(told).toEqual([]);
    },
  );
});

test.each(kinds)('that %s may not be listed is not told: nobody may have asked for any', async (kind) => {
  cluster.fault = () => answer(403, 'Forbidden');
  for (let tries = 0; tries < 6; tries++) await expect(Array.fromAsync(rules().list(kind))).rejects.toThrow(NotGranted);
  expect(told).toEqual([]);
});

describe('is told once', () => {
  const list = (namespace?: string) =>
    new HttpListWatch(config, collectionPath(namespace)).list(never).catch(() => undefined);

  test('though one failure after another is another', async () => {
    const states: readonly (Fault | undefined)[] = [
      answer(401, 'Unauthorized'),
      answer(403, 'Forbidden'),
      answer(404, 'NotFound'),
      undefined,
    ];
    for (const state of states) {
      cluster.fault = () => state;
      for (let tries = 0; tries < 4; tries++) await list();
    }
    expect(told.map((sentence) => sentence.split(':')[0])).toEqual([
      "Kubernetes does not accept the operator's credentials",
      "Kubernetes accepts the operator's credentials again.",
      'Kubernetes does not let the operator list slopolicies.steadyrun.dev in all namespaces',
      'Kubernetes lets the operator list slopolicies.steadyrun.dev again.',
      'The cluster knows no SLOPolicies',
      'The cluster knows SLOPolicies now.',
    ]);
  });

  test('of many namespaces, and is over when it is in all of them', async () => {
    cluster.fault = ({ path }) => (path.includes('/a/') || path.includes('/b/') ? answer(403, 'Forbidden') : undefined);
    for (const namespace of ['a', 'b', 'c', 'a', 'c', 'b']) await list(namespace);
    expect(told).toHaveLength(1);
    cluster.fault = ({ path }) => (path.includes('/b/') ? answer(403, 'Forbidden') : undefined);
    for (const namespace of ['a', 'b', 'c']) await list(namespace);
    expect(told).toHaveLength(1);
    cluster.fault = () => undefined;
    await list('b');
    expect(told).toHaveLength(2);
  });

  test('and not at all for a failure or two', async () => {
    for (const fault of [answer(503, 'x'), { kind: 'Reset' } as const, undefined, answer(429, 'x'), undefined]) {
      cluster.fault = () => fault;
      await list();
    }
    expect(told).toEqual([]);
  });
});

test.each([
  'unable to create new content in namespace team because it is being terminated',
  'admission webhook "x" denied the request',
  'exceeded quota: events',
])('what no grant would help against is not called one: %s', async (message) => {
  const { Denied, statusError } = await import('../../src/kubernetes/http/errors.ts');
  expect(statusError(403, message, undefined)).not.toBeInstanceOf(Denied);
});

test.each([
  ['GET', '/api/v1/namespaces/a%2Db/secrets/x', {}, { verb: 'get', resource: 'secrets', namespace: 'a-b', name: 'x' }],
  ['GET', '/apis/g.dev/v1/things', {}, { verb: 'list', resource: 'things.g.dev' }],
  ['GET', '/apis/g.dev/v1/things', { watch: 'true' }, { verb: 'watch', resource: 'things.g.dev' }],
  ['POST', '/apis/g.dev/v1/namespaces/n/things', {}, { verb: 'create', resource: 'things.g.dev', namespace: 'n' }],
  [
    'PUT',
    '/apis/g.dev/v1/namespaces/n/things/t',
    {},
    { verb: 'update', resource: 'things.g.dev', namespace: 'n', name: 't' },
  ],
  ['DELETE', '/apis/g.dev/v1/things/t', {}, { verb: 'delete', resource: 'things.g.dev', name: 't' }],
  [
    'PATCH',
    '/apis/g.dev/v1/namespaces/n/things/t/status',
    {},
    { verb: 'patch', resource: 'things.g.dev/status', namespace: 'n', name: 't' },
  ],
] as const)('%s %s %o needs %o', (method, path, query, permission) => {
  expect(permissionFor({ method, path, query })).toEqual(permission);
});
