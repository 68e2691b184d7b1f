/** Which cluster a command means, and what to do where it does not answer as it should. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadKubeConfig, type PooledKubeConfig } from '../kubernetes/http/client.ts';
import { Denied, Unauthenticated } from '../kubernetes/http/errors.ts';
import { group, plural } from '../policy/api.ts';
import { Unavailable } from '../ports/errors.ts';
import type { LabDoors } from './lab-address.ts';

/** The one that is named, whatever else is the lab's; without a name the lab's, else the one that kubectl would use. */
export function clusterOf(kubeconfig: string | undefined, doors: LabDoors | null): PooledKubeConfig {
  if (kubeconfig !== undefined) return loadKubeConfig({ kubeconfig });
  if (doors !== null) return loadKubeConfig({ url: doors.kubernetes });
  if (isInCluster()) return loadKubeConfig({});
  const files = kubeconfigs();
  if (!files.some((file) => existsSync(file))) throw new Error(noneOf(files));
  return loadKubeConfig({});
}

const isInCluster = (): boolean => process.env.KUBERNETES_SERVICE_HOST !== undefined;

/** Where kubectl looks. */
function kubeconfigs(): string[] {
  const named = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

const otherwise = 'name a cluster with --kubeconfig FILE, or a lab with --lab URL';

function noneOf(files: readonly string[]): string {
  const where = process.env.KUBECONFIG ? `KUBECONFIG names ${files.join(' and ')}` : `kubectl's file is ${files[0]}`;
  return `no cluster is known: ${where}, which is not there, and this runs in no cluster; ${otherwise}`;
}

/** From where the address of the cluster was taken. */
function originOf(config: PooledKubeConfig, kubeconfig: string | undefined, isLab: boolean): string {
  if (kubeconfig === undefined && isLab) return "the lab's";
  if (kubeconfig === undefined && isInCluster()) return 'the one that this runs in';
  const file = kubeconfig ?? kubeconfigs().join(' and ');
  const by = kubeconfig === undefined && process.env.KUBECONFIG ? ', which KUBECONFIG names' : '';
  return `context ${config.getCurrentContext()} of ${file}${by}`;
}

export interface Asked {
  readonly config: PooledKubeConfig;
  readonly kubeconfig: string | undefined;
  readonly isLab: boolean;
  readonly namespace: string;
}

/** The same with which cluster was asked, from where it was taken, and what to do; what says that itself is left as it is. */
export function toldOf(error: unknown, { config, kubeconfig, isLab, namespace }: Asked): unknown {
  const origin = originOf(config, kubeconfig, isLab);
  const where = `the cluster at ${config.server()} (${origin})`;
  if (error instanceof Denied) {
    const ask = `kubectl auth can-i get ${plural}.${group} -n ${namespace}`;
    return new Denied(
      `${error.message}; ${where} knows you and does not let you read policies: ask for get and list on ${plural}.${group}, and see with ${ask}`,
      { cause: error },
    );
  }
  if (error instanceof Unauthenticated) {
    return new Unauthenticated(
      `${error.message}; ${where} does not know you: log in again, or look at the user of that context`,
      { cause: error },
    );
  }
  // A server that answers is the one that is meant; what it says tells more.
  if (!(error instanceof Unavailable) || !error.message.includes('does not answer')) return error;
  const help = isLab
    ? 'is the lab still running?'
    : `is it up, and is it the one you mean? kubectl config get-contexts shows them; else ${otherwise}`;
  return new Unavailable(`${error.message}; that is ${where}: ${help}`, { cause: error });
}
