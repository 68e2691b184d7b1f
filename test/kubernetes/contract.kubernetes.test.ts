import { loadKubeConfig } from '../../src/kubernetes/http/client.ts';
import { startApiServer } from '../real/apiserver.ts';
import { contract } from './contract/contract.ts';
import { installed, manifestsOf, ruleCrds } from './installed.ts';

contract('a real API server', async () => {
  const server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
  const admin = loadKubeConfig({ kubeconfig: server.admin });
  const operator = loadKubeConfig({ kubeconfig: server.operator });
  await installed(admin, [
    ...['namespace', 'crd', 'rbac'].flatMap((file) => manifestsOf(`base/${file}`)),
    ...ruleCrds(),
  ]);
  await installed(admin, manifestsOf('components/generated-rules/rbac'));
  return {
    admin,
    operator,
    stop: async () => {
      await Promise.all([admin.close(), operator.close()]);
      await server.stop();
    },
  };
});
