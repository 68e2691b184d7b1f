import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { find } from '../real/run.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

const kubectl = find('kubectl');

describe.skipIf(kubectl === null)('deploy/base, rendered (needs kubectl)', () => {
  let manifests: readonly Manifest[];
  beforeAll(() => {
    manifests = render('deploy/base');
  });

  const only = (kind: string): Manifest => {
    const found = manifests.filter((manifest) => manifest.kind === kind);
    expect(found, kind).toHaveLength(1);
    return found[0]!;
  };

  test('holds what the operator needs to run, and nothing else', () => {
    expect(
      manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).sort(),
    ).toEqual([
      'ClusterRole /steadyrun',
      'ClusterRoleBinding /steadyrun',
      'CustomResourceDefinition /slopolicies.steadyrun.dev',
      'Deployment steadyrun-system/steadyrun',
      'Namespace /steadyrun-system',
      'Role steadyrun-system/steadyrun-lease',
      'RoleBinding steadyrun-system/steadyrun-lease',
      'ServiceAccount steadyrun-system/steadyrun',
    ]);
  });

  test('the namespace refuses every pod that is not restricted', () => {
    expect(only('Namespace').metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  test('the pod runs without root, without privileges and on a read-only file system', () => {
    const pod = only('Deployment').spec as { template: { spec: Record<string, unknown> } };
    const { spec } = pod.template;
    expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec).not.toHaveProperty('volumes');
    expect(spec.containers).toEqual([
      expect.objectContaining({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: '50m', memory: '160Mi' }, limits: { memory: '256Mi' } },
      }),
    ]);
  });

  test('one process at a time, asked at /livez and /readyz, with time to give its lease back', () => {
    const { replicas, strategy, template } = only('Deployment').spec as {
      replicas: number;
      strategy: unknown;
      template: { spec: { terminationGracePeriodSeconds: number; containers: Record<string, unknown>[] } };
    };
    expect({ replicas, strategy }).toEqual({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(template.spec.terminationGracePeriodSeconds).toBe(30);
    expect(template.spec.containers[0]).toMatchObject({
      args: ['run'],
      ports: [{ name: 'http', containerPort: 8080 }],
      startupProbe: { httpGet: { path: '/livez', port: 'http' } },
      livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    });
  });

  test('the operator may do exactly what it does', () => {
    expect(only('ClusterRole').rules).toEqual([
      { apiGroups: ['steadyrun.dev'], resources: ['slopolicies'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['steadyrun.dev'], resources: ['slopolicies/status'], verbs: ['patch'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ]);
    expect(only('Role').rules).toEqual([
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['steadyrun'],
        verbs: ['get', 'update'],
      },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    ]);
  });

  test('both roles are bound to the account that the pod runs as, and to nobody else', () => {
    const account = { kind: 'ServiceAccount', name: 'steadyrun', namespace: 'steadyrun-system' };
    expect(only('ClusterRoleBinding')).toMatchObject({ roleRef: { kind: 'ClusterRole', name: 'steadyrun' } });
    expect(only('ClusterRoleBinding').subjects).toEqual([account]);
    expect(only('RoleBinding')).toMatchObject({ roleRef: { kind: 'Role', name: 'steadyrun-lease' } });
    expect(only('RoleBinding').subjects).toEqual([account]);
    expect(only('Deployment')).toMatchObject({ spec: { template: { spec: { serviceAccountName: 'steadyrun' } } } });
  });

  test('the example overlay renders, names an image with a tag and has its metrics collected', () => {
    const overlay = render('deploy/overlays/example');
    const spec = (kind: string) => overlay.find((manifest) => manifest.kind === kind)?.spec;
    const { selector, endpoints } = spec('PodMonitoring') as { selector: { matchLabels: object }; endpoints: object[] };
    expect(spec('Deployment')).toMatchObject({
      template: {
        metadata: { labels: selector.matchLabels },
        spec: {
          containers: [{ image: expect.stringMatching(/\/steadyrun:\d+\.\d+\.\d+$/), ports: [{ name: 'http' }] }],
        },
      },
    });
    expect(endpoints).toEqual([expect.objectContaining({ port: 'http' })]);
  });

  test('no role of it reads a Secret', () => {
    const rules = manifests.flatMap((manifest) => (manifest.rules ?? []) as Rule[]);
    expect(rules.filter(({ resources }) => resources.some((name) => /secrets|\*/.test(name)))).toEqual([]);
  });

  test('the component for metrics’ Secrets adds the reading of named ones in one namespace, and nothing else', () => {
    const added = render('deploy/components/metrics-secrets');
    expect(added.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'Role payments/steadyrun-metrics-secrets',
      'RoleBinding payments/steadyrun-metrics-secrets',
    ]);
    const [role, binding] = added;
    expect(role!.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['prometheus'], verbs: ['get'] },
    ]);
    expect(binding).toMatchObject({
      roleRef: { kind: 'Role', name: 'steadyrun-metrics-secrets' },
      subjects: [{ kind: 'ServiceAccount', name: 'steadyrun', namespace: 'steadyrun-system' }],
    });
  });

  test('the component for generated rules adds the keeping of the two kinds that hold them, and nothing else', () => {
    const [role, binding, ...others] = render('deploy/components/generated-rules');
    const verbs = ['get', 'list', 'create', 'patch', 'delete'];
    expect(role).toMatchObject({ kind: 'ClusterRole', metadata: { name: 'steadyrun-generated-rules' } });
    expect(role!.rules).toEqual([
      { apiGroups: ['monitoring.googleapis.com'], resources: ['globalrules'], verbs },
      { apiGroups: ['monitoring.coreos.com'], resources: ['prometheusrules'], verbs },
    ]);
    expect(binding).toMatchObject({
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: 'steadyrun-generated-rules' },
      subjects: [{ kind: 'ServiceAccount', name: 'steadyrun', namespace: 'steadyrun-system' }],
    });
    expect(others).toEqual([]);
  });

  test('the component for metrics’ Secrets can be part of an overlay, and stays in the team’s namespace', () => {
    const folder = mkdtempSync('deploy/overlays/test-');
    try {
      const components = ['../../components/metrics-secrets'];
      const kustomization = { kind: 'Kustomization', resources: ['../../base'], components };
      writeFileSync(`${folder}/kustomization.yaml`, JSON.stringify(kustomization));
      const roles = render(folder).filter(({ kind }) => kind === 'Role');
      expect(roles.map(({ metadata }) => metadata.namespace).sort()).toEqual(['payments', 'steadyrun-system']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface Rule {
  readonly resources: readonly string[];
}

function render(folder: string): readonly Manifest[] {
  const text = execFileSync(kubectl!, ['kustomize', folder], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS());
}
