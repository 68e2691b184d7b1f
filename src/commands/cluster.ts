/** Which cluster a command means. */
import { loadKubeConfig, type PooledKubeConfig } from '../kubernetes/http/client.ts';
import type { LabDoors } from './lab-address.ts';

/** The one that is named, whatever else is the lab's; without a name the lab's, else the one that kubectl would use. */
export function clusterOf(kubeconfig: string | undefined, doors: LabDoors | null): PooledKubeConfig {
  if (kubeconfig !== undefined) return loadKubeConfig({ kubeconfig });
  return loadKubeConfig(doors ? { url: doors.kubernetes } : {});
}
