/** Installing in a real API server what a cluster has: sent as it is, since typed clients drop what a schema holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { type Body, call } from './contract/helpers.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  CustomResourceDefinition: () => crds,
  ClusterRole: () => `${rbac}/clusterroles`,
  ClusterRoleBinding: () => `${rbac}/clusterrolebindings`,
  Role: (namespace) => `${rbac}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${rbac}/namespaces/${namespace}/rolebindings`,
};

/** Of deploy/, such as base/rbac. */
export const manifestsOf = (file: string): Body[] => documentsIn(`deploy/${file}.yaml`);

/** Of the kinds that hold rules, as their makers publish them (test/real/rule-crds.ts). */
export const ruleCrds = (): Body[] =>
  readdirSync(process.env.RULE_CRDS!).flatMap((file) => documentsIn(join(process.env.RULE_CRDS!, file)));

const documentsIn = (file: string): Body[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());

/** Resolves when the new kinds are served. */
export async function installed(admin: PooledKubeConfig, manifests: readonly Body[]): Promise<void> {
  for (const body of manifests) {
    const path = collections[body.kind]!(body.metadata.namespace);
    const { code, body: answer } = await call(admin, 'POST', path, { body });
    if (code !== 201) throw new Error(`${body.kind} was not created: ${answer.message}`);
  }
  for (const { kind, spec } of manifests) {
    if (kind !== 'CustomResourceDefinition') continue;
    const { name } = spec.versions.find(({ storage }: Body) => storage);
    const isServed = async () => {
      const { code } = await call(admin, 'GET', `/apis/${spec.group}/${name}/${spec.names.plural}`);
      if (code !== 200) throw new Error(`${spec.names.kind} is not served yet`);
    };
    await vi.waitFor(isServed, { timeout: 20_000 });
  }
}
