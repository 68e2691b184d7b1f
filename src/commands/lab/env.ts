/** `steadyrun lab env`: where the lab is, as lines for a shell, so that kubectl, gcloud and curl find it. */
import { gcloudConfigOf } from '../../lab/doors/gcloud.ts';
import { type LabChoice, labOf } from './door.ts';

export async function labEnv(options: LabChoice): Promise<number> {
  const { url, kubeconfig, kubernetes, cloudRun, prometheus } = await labOf(options);
  const variables = {
    STEADYRUN_LAB: url,
    KUBECONFIG: kubeconfig,
    CLOUDSDK_CONFIG: gcloudConfigOf(kubeconfig),
    STEADYRUN_LAB_KUBERNETES: kubernetes,
    STEADYRUN_LAB_CLOUD_RUN: cloudRun,
    STEADYRUN_LAB_PROMETHEUS: prometheus,
  };
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}='${quoted(value)}'\n`);
  return 0;
}

const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
