import { readFileSync } from 'node:fs';
import { ApiextensionsV1Api, KubernetesObjectApi } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/client.ts';
import { startApiServer } from '../real/apiserver.ts';
import { contract } from './contract.ts';

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

/** The CRD and the operator's rights, as they are deployed. */
async function install(admin: PooledKubeConfig): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(admin);
  for (const file of ['namespace', 'crd', 'rbac']) {
    const documents = parseAllDocuments(readFileSync(`deploy/base/${file}.yaml`, 'utf8'));
    for (const document of documents) await objects.create(document.toJS());
  }
  const extensions = admin.makeApiClient(ApiextensionsV1Api);
  await vi.waitFor(async () => {
    const crd = await extensions.readCustomResourceDefinition({ name: 'slopolicies.steadyrun.dev' });
    const established = crd.status?.conditions?.find(({ type }) => type === 'Established');
    if (established?.status !== 'True') throw new Error('the CRD is not established');
  });
}
