import { readFileSync } from 'node:fs';
import {
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  type V1Pod,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadKubeConfig } from '../../src/kubernetes/http/client.ts';
import { KubernetesSecrets } from '../../src/kubernetes/http/secrets.ts';
import { monotonicClock } from '../../src/kubernetes/leader/monotonic.ts';
import { type ApiServer, startApiServer } from '../real/apiserver.ts';

describe('deploy/base in a real API server', () => {
  let server: ApiServer;
  const config = (file: string): KubeConfig => {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(file);
    return kubeconfig;
  };
  beforeAll(async () => {
    server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
    const admin = KubernetesObjectApi.makeApiClient(config(server.admin));
    // The typed client leaves out what is called x-kubernetes-…, and without it this is no schema.
    const definitions = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
    const custom = config(server.admin).makeApiClient(CustomObjectsApi);
    for (const body of manifests('base/crd')) await custom.createClusterCustomObject({ ...definitions, body });
    for (const file of ['base/namespace', 'base/rbac', 'base/deployment']) {
      for (const manifest of manifests(file)) await admin.create(manifest);
    }
    const core = config(server.admin).makeApiClient(CoreV1Api);
    for (const namespace of ['payments', 'team']) {
      await core.createNamespace({ body: { metadata: { name: namespace } } });
      for (const name of ['prometheus', 'other']) {
        await core.createNamespacedSecret({
          namespace,
          body: { metadata: { name }, stringData: { token: 's3cr3t\n' } },
        });
      }
    }
    for (const component of ['metrics-secrets', 'generated-rules']) {
      for (const manifest of manifests(`components/${component}/rbac`)) await admin.create(manifest);
    }
  });
  afterAll(() => server.stop());

  const system = 'steadyrun-system';
  test.each([
    ['allows', 'list', 'steadyrun.dev', 'slopolicies', {}],
    ['allows', 'watch', 'steadyrun.dev', 'slopolicies', {}],
    ['allows', 'patch', 'steadyrun.dev', 'slopolicies', { namespace: 'team', name: 'api' }],
    ['allows', 'patch', 'steadyrun.dev', 'slopolicies/status', { namespace: 'team', name: 'api' }],
    ['allows', 'create', 'events.k8s.io', 'events', { namespace: 'team' }],
    ['allows', 'create', 'coordination.k8s.io', 'leases', { namespace: system }],
    ['allows', 'update', 'coordination.k8s.io', 'leases', { namespace: system, name: 'steadyrun' }],
    ['refuses', 'update', 'coordination.k8s.io', 'leases', { namespace: system, name: 'other' }],
    ['refuses', 'get', 'coordination.k8s.io', 'leases', { namespace: 'kube-system', name: 'steadyrun' }],
    ['refuses', 'create', 'steadyrun.dev', 'slopolicies', { namespace: 'team' }],
    ['refuses', 'update', 'steadyrun.dev', 'slopolicies', { namespace: 'team', name: 'api' }],
    ['refuses', 'delete', 'steadyrun.dev', 'slopolicies', { namespace: 'team', name: 'api' }],
    ['refuses', 'get', '', 'secrets', { namespace: system, name: 'any' }],
    ['allows', 'get', '', 'secrets', { namespace: 'payments', name: 'prometheus' }],
    ['refuses', 'get', '', 'secrets', { namespace: 'payments', name: 'other' }],
    ['refuses', 'get', '', 'secrets', { namespace: 'payments' }],
    ['refuses', 'get', '', 'secrets', { namespace: 'team', name: 'prometheus' }],
    ['refuses', 'list', '', 'secrets', { namespace: 'payments' }],
    ['refuses', 'watch', '', 'secrets', { namespace: 'payments', name: 'prometheus' }],
    ['refuses', 'update', '', 'secrets', { namespace: 'payments', name: 'prometheus' }],
    ['refuses', 'list', '', 'secrets', {}],
    ['allows', 'list', 'monitoring.googleapis.com', 'globalrules', {}],
    ['allows', 'delete', 'monitoring.coreos.com', 'prometheusrules', { namespace: 'team', name: 'steadyrun-api' }],
    ['refuses', 'update', 'monitoring.coreos.com', 'prometheusrules', { namespace: 'team', name: 'steadyrun-api' }],
    ['refuses', 'watch', 'monitoring.coreos.com', 'prometheusrules', {}],
    ['refuses', 'deletecollection', 'monitoring.googleapis.com', 'globalrules', {}],
    ['refuses', 'patch', 'monitoring.googleapis.com', 'globalrules/status', { name: 'steadyrun-team.api' }],
    ['refuses', 'create', 'monitoring.googleapis.com', 'rules', { namespace: 'team' }],
    ['refuses', 'list', '', 'pods', { namespace: system }],
    ['refuses', 'impersonate', '', 'serviceaccounts', { namespace: system, name: 'steadyrun' }],
  ])('%s the operator to %s %s %s %j', async (expected, verb, group, path, where) => {
    const [resource = '', subresource] = path.split('/');
    const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }), ...where };
    const api = config(server.operator).makeApiClient(AuthorizationV1Api);
    const { status } = await api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
    expect(status?.allowed ? 'allows' : 'refuses').toBe(expected);
  });

  test('gives the operator the Secret that a team granted, and no other', async () => {
    const operator = loadKubeConfig({ kubeconfig: server.operator });
    const secrets = new KubernetesSecrets({ config: operator, clock: monotonicClock });
    try {
      expect(await secrets.read({ namespace: 'payments', name: 'prometheus', key: 'token' })).toBe('s3cr3t');
      for (const [namespace, name] of [
        ['payments', 'other'],
        ['team', 'prometheus'],
        ['team', 'missing'],
      ] as const) {
        const reading = secrets.read({ namespace, name, key: 'token' });
        await expect(reading).rejects.toThrow(/^The operator may not read the Secret .*metrics-secrets shows/);
      }
    } finally {
      await operator.close();
    }
  });

  test('lets the pod in under restricted Pod Security, and would not without its security context', async () => {
    const pods = config(server.admin).makeApiClient(CoreV1Api);
    const { template } = manifests('base/deployment')[0]!.spec as { template: V1Pod };
    const create = (name: string, spec: V1Pod['spec']) =>
      pods.createNamespacedPod({ namespace: system, body: { metadata: { name }, spec: spec! }, dryRun: 'All' });

    await expect(create('as-declared', template.spec!)).resolves.toHaveProperty('metadata.name', 'as-declared');
    const [container] = template.spec!.containers;
    const loose = { ...template.spec!, containers: [{ ...container!, securityContext: {} }] };
    await expect(create('loose', loose)).rejects.toThrow(/violates PodSecurity/);
  });
});

function manifests(file: string): { spec?: unknown; metadata: { name: string } }[] {
  return parseAllDocuments(readFileSync(`deploy/${file}.yaml`, 'utf8')).map((document) => document.toJS());
}
