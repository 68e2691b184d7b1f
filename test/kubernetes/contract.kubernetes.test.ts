import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { startApiServer } from '../real/apiserver.ts';
import { contract } from './contract/contract.ts';
import { call } from './contract/helpers.ts';

contract('a real API server', async () => {
  const server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
  const admin = loadKubeConfig({ kubeconfig: server.admin });
  const operator = loadKubeConfig({ kubeconfig: server.operator });
  await install(admin);
  return {
    admin,
    operator,
    stop: async () => {
      await Promise.all([admin.close(), operator.close()]);
      await server.stop();
    },
  };
});

const COLLECTIONS: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  CustomResourceDefinition: () => CRDS,
  ClusterRole: () => '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: () => '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
};
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The CRD and the operator's rights as they are deployed; sent as they are, since typed clients drop what a schema holds. */
async function install(admin: PooledKubeConfig): Promise<void> {
  for (const file of ['namespace', 'crd', 'rbac']) {
    for (const document of parseAllDocuments(readFileSync(`deploy/base/${file}.yaml`, 'utf8'))) {
      const body = document.toJS();
      const path = COLLECTIONS[body.kind]!(body.metadata.namespace);
      const { code, body: answer } = await call(admin, 'POST', path, { body });
      if (code !== 201) throw new Error(`${body.kind} was not created: ${answer.message}`);
    }
  }
  await vi.waitFor(async () => {
    const { code } = await call(admin, 'GET', '/apis/steadyrun.dev/v1alpha1/slopolicies');
    if (code !== 200) throw new Error('the CRD is not served yet');
  });
}
