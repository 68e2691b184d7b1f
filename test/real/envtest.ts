/** kube-apiserver and etcd, built from the Go modules that test/kubernetes/envtest pins, once for each go.sum. */
import { fileURLToPath } from 'node:url';
import { type GoModule, goBuild, goModule, requiredVersion } from './go.ts';

const etcd = { name: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w' };
const kubeApiserver = { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' };

/** Returns the folder that holds `etcd` and `kube-apiserver`. The first build takes about five minutes on two cores. */
export async function prepareEnvtest(signal: AbortSignal): Promise<string> {
  const module = goModule('envtest', fileURLToPath(new URL('../kubernetes/envtest', import.meta.url)));
  await goBuild(module, etcd, signal);
  await goBuild(module, { ...kubeApiserver, ldflags: `-s -w ${versionFlags(module)}` }, signal);
  return module.built;
}

/** An API server that is not told its version calls itself v0.0.0, and no client knows what to expect of it. */
function versionFlags(module: GoModule): string {
  const version = requiredVersion(module, 'k8s.io/kubernetes');
  const [major = '', minor = ''] = version.slice(1).split('.');
  return Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minor })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}
